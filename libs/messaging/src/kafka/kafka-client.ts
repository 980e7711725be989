import type { Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerAddress } from './broker-address';
import { fastProduce } from './produce/fast-produce';
import { quietTimers } from './quiet-timers';

/** A broker on the same continent answers within a second; an unreachable one must not delay the others. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A Produce request waits for its replicas at most this long, then fails. */
export const REQUEST_TIMEOUT_MS = 20_000;

/** Receives the log lines of kafkajs: never credentials, as only the fields named here are passed on. */
export type KafkaLogger = (
  level: 'error' | 'warn' | 'info',
  message: string,
  fields: { readonly namespace: string; readonly broker?: string; readonly error?: string },
) => void;

export interface ClientOptions {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly logger?: KafkaLogger | undefined;
  /** Makes the connections instead of Node's own; tests cut them. */
  readonly connect?: ((host: string, port: number) => Socket) | undefined;
}

/**
 * A kafkajs client. Every consumer and producer has one of its own, so that replacing it leaves no state
 * behind: a client shares connections and cached offsets among its consumers and producers.
 */
export function createClient({ address, clientId, logger, connect }: ClientOptions): Kafka {
  quietTimers();
  fastProduce();
  const { hosts, tls, login } = address;
  return new Kafka({
    brokers: [...hosts],
    clientId,
    ssl: tls,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Few and short: after these fail, the client is replaced.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2, retries: 4 },
    logLevel: logger ? logLevel.INFO : logLevel.NOTHING,
    logCreator: () => (entry) => {
      const { message, broker, error } = entry.log;
      const level = LEVELS[entry.level];
      if (!level) return;
      const detail = error instanceof Error ? error.message : error;
      logger?.(level, message, {
        namespace: entry.namespace,
        ...(typeof broker === 'string' && { broker }),
        ...(typeof detail === 'string' && { error: detail }),
      });
    },
    ...(login && {
      sasl: {
        // kafkajs tells its mechanisms apart by type; the fields are the same.
        mechanism: login.mechanism as 'plain',
        username: login.username,
        password: login.password,
      },
    }),
    ...(connect && {
      socketFactory: ({ host, port, onConnect }) => connect(host, port).once('connect', onConnect),
    }),
  });
}

const LEVELS: Readonly<Record<number, 'error' | 'warn' | 'info'>> = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
};

/** The root cause of an error of kafkajs, which wraps it in errors about its retries. */
export function reasonOf(error: unknown): { type: string; message: string } {
  let at = error;
  for (let depth = 0; depth < 5; depth++) {
    const cause: unknown = at instanceof Error ? at.cause : undefined;
    if (!(cause instanceof Error) || cause === at) break;
    at = cause;
  }
  if (!(at instanceof Error)) return { type: 'unknown', message: String(at) };
  const { type, code, name, message } = at as Error & { type?: string; code?: string };
  return { type: type ?? code ?? name, message };
}
