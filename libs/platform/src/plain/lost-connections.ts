/** What emits `error`, which ends the process where nobody listens. */
interface Emitter {
  on(event: 'error', listener: () => void): unknown;
}

/** A pool of `pg`. */
interface Pool extends Emitter {
  on(event: 'error', listener: () => void): unknown;
  on(event: 'connect', listener: (connection: Emitter) => void): unknown;
}

/** A server of HTTP, TCP or WebSockets. */
interface Server extends Emitter {
  on(event: 'error', listener: () => void): unknown;
  on(event: 'connection', listener: (connection: Emitter) => void): unknown;
}

/**
 * Keeps the process alive when a client, a socket or a child fails while nobody waits for it. Whoever does wait is told all
 * the same: the query, the request or the end of the child.
 */
export function surviveErrors<T extends Emitter>(emitter: T): T {
  emitter.on('error', () => undefined);
  return emitter;
}

/**
 * Keeps the process alive when a connection of this pool or server is lost, as after a restart or when a frozen process comes
 * back too late for its transaction. The next query gets a new connection, or fails with the reason. A pool listens to its
 * idle clients only; one in use that is between two queries would end the process.
 */
export function surviveLostConnections<T extends Pool | Server>(connecting: T): T {
  const all: { on(event: string, listener: (connection: Emitter) => void): unknown } = connecting;
  all.on('error', () => undefined);
  for (const event of ['connect', 'connection']) all.on(event, surviveErrors);
  return connecting;
}
