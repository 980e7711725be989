/** What this needs of a pool of `pg`. */
interface Pool {
  on(event: 'error', listener: () => void): unknown;
  on(event: 'connect', listener: (client: Client) => void): unknown;
}
interface Client {
  on(event: 'error', listener: () => void): unknown;
}

/**
 * Keeps the process alive when the server ends a connection of the pool, as after a restart or when a frozen
 * process comes back too late for its transaction. The next query gets a new connection, or fails with the reason.
 * The pool listens to its idle clients only; one in use that is between two queries would end the process.
 */
export function surviveLostConnections<T extends Pool>(pool: T): T {
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
