import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type ChannelCredentials,
  Client,
  credentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import pRetry from 'p-retry';
import { type Called, DaybookError, daybookError } from './daybook-error';

/** The address of Daybook, and the credentials. */
export interface DaybookClientOptions {
  /** `host:port`. If the name has several addresses, calls are spread over them. */
  readonly address: string;
  /** An API key, `dbk_...`. Its scopes decide which methods may be called. */
  readonly apiKey: string;
  /**
   * By default, TLS with the certificate authorities of Node. With files, TLS with those. `false` disables
   * TLS, for connections that are protected otherwise.
   */
  readonly tls?: TlsFiles | false;
  /** The time for a whole call, including retries; 10 s by default. */
  readonly timeoutMs?: number;
}

/** Paths of PEM files. */
export interface TlsFiles {
  /** The authority of the server's certificate. */
  readonly ca?: string;
  /** The client's certificate and key, for mutual TLS. */
  readonly cert?: string;
  readonly key?: string;
}

/** The settings of one call. */
export interface CallSettings {
  /** The time for the whole call; by default the client's own. Streams have no such limit. */
  readonly timeoutMs?: number;
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A generated message type. */
interface MessageType<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
  fromPartial(given: AnyMessage): Message;
}

// biome-ignore lint/suspicious/noExplicitAny: each method has its own messages, which `Given` and `Calls` infer.
type AnyMessage = any;

interface Method {
  readonly name: string;
  readonly requestType: MessageType<AnyMessage>;
  readonly responseType: MessageType<AnyMessage>;
  readonly responseStream: boolean;
}

export interface Service {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, Method>>;
}

type MessageOf<Type> = Type extends MessageType<infer Message> ? Message : never;

/** The required texts of a request; the .proto files mark the others as optional. */
type NeededIn<Message> = {
  [Name in keyof Message]-?: undefined extends Message[Name]
    ? never
    : string extends Message[Name]
      ? Name
      : never;
}[keyof Message];

type PartOf<Value> = Value extends readonly unknown[] | { readonly $case: string }
  ? Value
  : Value extends object
    ? Partial<Value>
    : Value;

/** A request as callers write it: required texts, and any of the other fields. */
export type Given<Message> = Pick<Message, NeededIn<Message>> & {
  readonly [Name in Exclude<keyof Message, NeededIn<Message>>]?: PartOf<Message[Name]>;
};

/** The methods of a service as functions. */
export type Calls<Of extends Service> = {
  readonly [Name in keyof Of['methods']]: (
    request: Given<MessageOf<Of['methods'][Name]['requestType']>>,
    settings?: CallSettings,
  ) => Of['methods'][Name]['responseStream'] extends true
    ? AsyncGenerator<MessageOf<Of['methods'][Name]['responseType']>, void, void>
    : Promise<MessageOf<Of['methods'][Name]['responseType']>>;
};

/** Long enough for a write on a busy cluster and for the wait until it is visible. */
const TIMEOUT_MS = 10_000;

const ADDRESS = /^[^\s/?#]+:\d{1,5}$/;
const API_KEY = /^dbk_[\x21-\x7e]+$/;

/** Longer than the shortest interval that the service allows, short enough to notice a dead connection. */
const KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;

/** The first and the longest pause before a retry. Pauses are randomised, so that clients spread out. */
const WAIT_MS_FIRST = 100;
const WAIT_MS_MAX = 2_000;

/** One connection to Daybook, with the functions that call it. */
export class Connection {
  private readonly client: Client;
  private readonly timeoutMs: number;
  private readonly metadata = new Metadata();

  /** Throws a `TypeError` for invalid options. Connects with the first call. */
  constructor(options: DaybookClientOptions) {
    checkOptions(options);
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.metadata.set('authorization', `Bearer ${options.apiKey}`);
    this.client = new Client(options.address, channelCredentials(options.tls), {
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
      'grpc.keepalive_time_ms': KEEPALIVE_MS,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
      'grpc.primary_user_agent': 'daybook-client',
    });
  }

  protected calls<Of extends Service>(service: Of): Calls<Of> {
    const calls = Object.entries(service.methods).map(([key, method]) => [
      key,
      (given: object, settings: CallSettings = {}) => {
        const prepared = () => prepare(service, method, given);
        return method.responseStream
          ? this.stream(prepared, settings)
          : this.once(prepared, settings);
      },
    ]);
    return Object.fromEntries(calls);
  }

  /** Closes the connection. Calls in progress may finish. */
  close(): void {
    this.client.close();
  }

  /**
   * Retries until there is an answer or the time is over. Only calls without an answer, or refused by a
   * process that starts or stops, are retried. That is safe: queries change nothing, and every command has
   * a request id, so it takes effect once however often it is sent.
   */
  private async once(
    prepared: () => Prepared,
    { timeoutMs = this.timeoutMs, signal }: CallSettings,
  ): Promise<unknown> {
    signal?.throwIfAborted();
    const call = prepared();
    const deadline = Date.now() + timeoutMs;
    return pRetry(() => this.attempt(call, deadline, signal), {
      forever: true,
      maxRetryTime: timeoutMs,
      minTimeout: WAIT_MS_FIRST,
      maxTimeout: WAIT_MS_MAX,
      randomize: true,
      shouldRetry: (error) => error instanceof DaybookError && error.status === 'UNAVAILABLE',
      ...(signal && { signal }),
    });
  }

  private attempt(
    { path, encode, decode, request, called }: Prepared,
    deadline: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = this.client.makeUnaryRequest(
        ...([path, encode, decode, request, this.metadata, { deadline }] as const),
        (error, answer) => {
          signal?.removeEventListener('abort', cancel);
          if (!error) resolve(answer);
          else reject(signal?.aborted ? signal.reason : daybookError(error, called));
        },
      );
      const cancel = () => call.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Yields the messages; the next is fetched when the previous one was taken. Leaving the loop cancels the call. */
  private async *stream(
    prepared: () => Prepared,
    { signal }: CallSettings,
  ): AsyncGenerator<unknown, void, void> {
    signal?.throwIfAborted();
    const { path, encode, decode, request, called } = prepared();
    const call = this.client.makeServerStreamRequest(
      ...([path, encode, decode, request, this.metadata] as const),
    );
    // After the loop has ended, the cancelled call still emits an error.
    call.on('error', () => undefined);
    const cancel = () => call.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of call) yield message;
    } catch (error) {
      throw signal?.aborted ? signal.reason : daybookError(error as ServiceError, called);
    } finally {
      signal?.removeEventListener('abort', cancel);
      call.cancel();
    }
  }
}

type Prepared = ReturnType<typeof prepare>;

/** A command without a request id gets one, so that a repeat of the call is a repeat of the command. */
function prepare(service: Service, { name, requestType, responseType }: Method, given: object) {
  const request = requestType.fromPartial(given) as { requestId?: string | undefined };
  if ('requestId' in request) request.requestId ??= randomUUID();
  const called: Called = { method: `${service.name}.${name}`, requestId: request.requestId };
  return {
    path: `/${service.fullName}/${name}`,
    encode: (message: object) => Buffer.from(requestType.encode(message).finish()),
    decode: (bytes: Buffer) => responseType.decode(bytes) as object,
    request,
    called,
  };
}

/** Throws a `TypeError` that says what is expected and never repeats the key. */
function checkOptions({ address, apiKey, tls, timeoutMs }: DaybookClientOptions): void {
  if (!ADDRESS.test(address)) {
    throw new TypeError(`"${address}" is not an address such as daybook.example:50051.`);
  }
  if (!API_KEY.test(apiKey)) {
    throw new TypeError('The API key is invalid: it begins with dbk_ and has no spaces.');
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError('tls.cert and tls.key must be set together.');
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new TypeError('timeoutMs must be a number above 0.');
  }
}

/** Reads the files. Throws Node's error if one cannot be read. */
function channelCredentials(tls: DaybookClientOptions['tls']): ChannelCredentials {
  if (tls === false) return credentials.createInsecure();
  const file = (path: string | undefined) => (path === undefined ? null : readFileSync(path));
  return credentials.createSsl(file(tls?.ca), file(tls?.key), file(tls?.cert));
}
