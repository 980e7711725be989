import type { Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerAddress } from './broker-address';
import { patchKafkajs } from './patch-kafkajs';

/** A broker on the same continent answers within a second; an unreachable one must not delay the others. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A Produce request waits for its replicas at most this long, then fails. */
export const REQUEST_TIMEOUT_MS = 20_000;

export interface ClientOptions {
  readonly address: BrokerAddress;
  readonly clientId: string;
  /** Makes the connections instead of Node's own; tests cut them. */
  readonly connect?: ((host: string, port: number) => Socket) | undefined;
}

/**
 * A kafkajs client. Every consumer and producer has one of its own, so that replacing it leaves no state
 * behind: a client shares connections and cached offsets among its consumers and producers.
 */
export function createClient({ address, clientId, connect }: ClientOptions): Kafka {
  patchKafkajs();
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
    logLevel: logLevel.NOTHING,
    // kafkajs tells its mechanisms apart by type; the fields are the same.
    ...(login && { sasl: { ...login, mechanism: login.mechanism as 'plain' } }),
    ...(connect && {
      socketFactory: ({ host, port, onConnect }) => connect(host, port).once('connect', onConnect),
    }),
  });
}

/** The root cause of an error of kafkajs, which wraps it in errors about its retries. */
export function reasonOf(error: unknown): { type: string; message: string } {
  if (!(error instanceof Error)) return { type: 'unknown', message: String(error) };
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const { type, code, name, message } = error as Error & { type?: string; code?: string };
  return { type: type ?? code ?? name, message };
}
