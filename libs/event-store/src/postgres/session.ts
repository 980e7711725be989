import { Client, type ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

/** For the lock on the head row: it is held for milliseconds, so after this its holder is stuck. */
const LOCK_TIMEOUT_MS = 2_000;
/** No statement of the store is this slow on a healthy server: a full batch takes some 20 ms. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** The store keeps no transaction open between statements; an open one has lost its client. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** Longer than the server's own limit, so after this the outcome is unknown. */
const ANSWER_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Plans are pinned to the two indexes: with stale statistics the planner may scan a log of any length.
 * Compiling such plans (jit) was measured to cost ten times what they do. Times need no parsing.
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

/** A connection string as a configuration, with the limits and settings of the store's sessions. */
export function sessionConfig(url: string): ClientConfig {
  // Parsed here, because the driver would prefer the values of a string to those set below.
  const given = parseIntoClientConfig(url);
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

export type LastingConnection = ReturnType<typeof lastingConnection>;

/** One connection, opened on first use and again after it was lost, which `onLost` hears of. */
export function lastingConnection(config: ClientConfig, onLost: () => void) {
  let current: Promise<Client> | undefined;

  function connect(): Promise<Client> {
    const client = new Client(config);
    const forget = () => {
      if (current === connecting) current = undefined;
      onLost();
    };
    // A query under way rejects by itself; without a listener Node would exit.
    client.on('error', forget);
    client.on('end', forget);
    const connecting = client.connect().then(() => client);
    connecting.catch(forget);
    return connecting;
  }

  return {
    use: (): Promise<Client> => {
      current ??= connect();
      return current;
    },
    close: async (): Promise<void> => {
      const client = await current?.catch(() => undefined);
      await client?.end();
    },
  };
}
