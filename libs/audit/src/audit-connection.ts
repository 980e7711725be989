import { Client } from 'pg';

/** Building an index or sorting a large table takes longer than any statement of the service. */
const STATEMENT_TIMEOUT_MS = 10 * 60_000;
/** The server ends a transaction that a hanging process left open. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** The memory of one sort or index build, in PostgreSQL's notation. */
const WORK_MEMORY = '64MB';

const SETTINGS = [
  // These make the text of a row the same on every machine; they override the server and the role.
  ...['TimeZone=UTC', 'DateStyle=ISO', 'IntervalStyle=iso_8601', 'bytea_output=hex'],
  // An audit's tables can be rebuilt from the event log, so its commits need not wait for the disk.
  'synchronous_commit=off',
  ...['jit=off', 'cursor_tuple_fraction=1'],
  ...[`work_mem=${WORK_MEMORY}`, `maintenance_work_mem=${WORK_MEMORY}`],
];

/** One connection of an audit. `schema` is its search path. Close it with `end`. */
export async function auditConnection(url: string, schema: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    // Operators can find and end the connection by this name.
    application_name: 'daybook-audit',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    pipeline: true,
    client_encoding: 'UTF8',
    options: [...SETTINGS, `search_path=${schema}`].map((setting) => `-c ${setting}`).join(' '),
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    // Leaves values as the text that PostgreSQL sent.
    types: { getTypeParser: () => (value: string | Buffer) => value },
  });
  // A query that fails rejects its own promise. Without a listener, the error of an idle connection ends the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs `work` in one transaction, which is rolled back if it fails. */
export async function inTransaction<Result>(
  client: Client,
  begin: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Runs `work` on one snapshot of all tables, which blocks no writer. */
export function inSnapshot<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  return inTransaction(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
}
