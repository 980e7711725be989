import { Client, type ClientConfig, DatabaseError, type PoolConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/**
 * How long an append waits for the lock on the head row. It is held for milliseconds, so after this the
 * holder is stuck; nothing has been written then and the append may be repeated.
 */
export const LOCK_TIMEOUT_MS = 2_000;
/** No statement of the store is this slow on a healthy server: a full batch takes some 20 ms. */
export const STATEMENT_TIMEOUT_MS = 10_000;
/** The store keeps no transaction open between statements; an open one has lost its client. */
export const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longer than the server's own limit, so after this the outcome is unknown. */
export const ANSWER_TIMEOUT_MS = 15_000;
export const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Settings of each session. Plans are pinned to the two indexes: with statistics of an empty table,
 * or stale ones, the planner may choose to scan a log of any length. Compiling such plans (jit) was
 * measured to cost ten times what they do. Times come in a form that needs no parsing.
 */
const SETTINGS = [
  'jit=off',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'enable_bitmapscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  'default_transaction_isolation=read\\ committed',
  'TimeZone=UTC',
  'DateStyle=ISO',
];

/** Columns stay text: the driver's parsers would make Dates and look up every value's type. */
const AS_TEXT = { getTypeParser: () => (value: string | Buffer) => value };

/** A connection string or configuration, with the limits and settings of the store's sessions. */
export function sessionConfig(config: PoolConfig | string): PoolConfig {
  const { connectionString, ...rest } =
    typeof config === 'string' ? { connectionString: config } : config;
  // Parse the string here, or the driver would prefer its values to those set below.
  const given = { ...rest, ...(connectionString && parseIntoClientConfig(connectionString)) };
  return {
    application_name: 'daybook-event-store',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...given,
    options: [given.options, ...SETTINGS.map((setting) => `-c ${setting}`)].join(' ').trim(),
    types: AS_TEXT,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  };
}

export interface LastingConnection {
  /** The connection, opened now if there is none. Rejects when it cannot be opened. */
  use(): Promise<Client>;
  close(): Promise<void>;
}

/** One connection, opened on first use and again after it was lost. */
export function lastingConnection(config: ClientConfig): LastingConnection {
  let current: Promise<Client> | undefined;

  function connect(): Promise<Client> {
    const client = new Client(config);
    const forget = () => {
      if (current === connecting) current = undefined;
    };
    // A query under way rejects by itself; without a listener Node would exit.
    client.on('error', forget);
    client.on('end', forget);
    const connecting = client.connect().then(() => client);
    connecting.catch(forget);
    return connecting;
  }

  return {
    use: () => {
      current ??= connect();
      return current;
    },
    close: async () => {
      const client = await current?.catch(() => undefined);
      await client?.end();
    },
  };
}

/**
 * What the error of a failed write tells about its outcome.
 * - `rejected`: the server read the values and cannot store them (classes 22, 23, 54). Nothing was written.
 * - `unavailable`: the server refused or gave up (a lock, a limit, rights, no such function). Nothing was written.
 * - `unknown`: the connection ended or stayed silent, perhaps after the commit.
 */
export function fateOf(error: unknown): 'rejected' | 'unavailable' | 'unknown' {
  if (!(error instanceof DatabaseError) || error.code === undefined) return 'unknown';
  const kind = error.code.slice(0, 2);
  if (kind === '22' || kind === '23' || kind === '54') return 'rejected';
  // A shutdown can end a session between its commit and the answer.
  return error.code.startsWith('57P') || kind === '08' ? 'unknown' : 'unavailable';
}
