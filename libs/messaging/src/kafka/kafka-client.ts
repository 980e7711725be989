import type { Socket } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerAddress } from './broker-address';
import { canEncode, encodeProduce, type ProduceArguments } from './produce/produce-request';

/** A broker on the same continent answers within a second; an unreachable one must not delay the others. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A Produce request waits for its replicas at most this long, then fails. */
export const REQUEST_TIMEOUT_MS = 20_000;

export interface ClientOptions {
  readonly address: BrokerAddress;
  /** What the brokers call this process in their logs. */
  readonly clientId: string;
  /** Makes the connections instead of Node's own; tests cut them. */
  readonly connect?: ((host: string, port: number) => Socket) | undefined;
}

/**
 * A kafkajs client. Every consumer and producer has one of its own, so that replacing it leaves no state
 * behind: a client shares connections and cached offsets among its consumers and producers.
 */
export function createClient({ address, clientId, connect }: ClientOptions): Kafka {
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

// Three patches of kafkajs 2.2.4, its last release. Decision 0009 says why.
encodeFaster(require('kafkajs/src/protocol/requests/produce'));
stopIdleTimers(require('kafkajs/src/network/requestQueue').prototype);
forgetHalfAnswers(require('kafkajs/src/network/connection').prototype);

/**
 * Writes Produce requests with our encoder, whose bytes are the same, or kafkajs's where ours cannot. The body is the
 * same in all versions from 3, which an idempotent producer needs, to 7, the last that kafkajs knows.
 */
function encodeFaster(produce: Produce): void {
  const original = produce.protocol;
  produce.protocol = (negotiated) => {
    const protocol = original(negotiated);
    return (given) => {
      const { request, response } = protocol(given);
      if (!canEncode(given)) return { request, response };
      const encode = async () => {
        const buffer = encodeProduce(given, Date.now());
        return { buf: buffer, buffer, size: () => buffer.length };
      };
      return { request: { ...request, encode }, response };
    };
  };
}

/**
 * After every answer kafkajs sets a timer to check waiting requests, even if there are none. Its delay is
 * negative then, so Node runs it every millisecond for each connection, for ever (kafkajs issue 1751).
 */
function stopIdleTimers(queue: RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function scheduleWhenNeeded() {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/**
 * What a connection has received of an answer when it breaks is kept, and read as the beginning of the first answer of
 * the next connection: nothing is understood from then on, until a request has waited for its whole time-out.
 */
function forgetHalfAnswers(connection: Connection): void {
  const connect = connection.connect;
  connection.connect = function connectAfresh() {
    if (!this.isConnected()) Object.assign(this, { chunks: [], bytesBuffered: 0, bytesNeeded: 4 });
    return connect.call(this);
  };
}

interface Produce {
  protocol: (negotiated: object) => (given: ProduceArguments) => {
    readonly request: { readonly encode: () => Promise<unknown> };
    readonly response: unknown;
  };
}

interface Connection {
  isConnected(): boolean;
  connect(): Promise<true>;
}

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}
