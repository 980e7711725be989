import { randomUUID } from 'node:crypto';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import pRetry from 'p-retry';
import { type Called, DaybookError, daybookError } from './daybook-error';
import { channelCredentials, checkOptions, type DaybookClientOptions, TIMEOUT_MS } from './options';

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
  // biome-ignore lint/suspicious/noExplicitAny: it takes any part of a message; `Given` says which.
  fromPartial(given: any): Message;
}

interface Method {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the message is inferred from the method at hand.
  readonly requestType: MessageType<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the message is inferred from the method at hand.
  readonly responseType: MessageType<any>;
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
