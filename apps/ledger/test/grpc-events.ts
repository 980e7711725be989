import { randomUUID } from 'node:crypto';
import type { EventStore } from '@daybook/event-store';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import { until } from '../../../test/dependencies';
import type { TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import type { Reflected } from './grpc-reflected';

const EVENTS = 'daybook.v1.EventService';
/** Together below what one append may hold. */
const PER_APPEND = 250;

export interface Told {
  readonly position: string;
  readonly type: string;
  readonly subject: string;
}

export interface Message {
  readonly events: readonly Told[];
  readonly position: string;
  readonly at_end?: boolean;
  readonly complete?: boolean;
}

/** A stream that somebody reads. */
export interface Reading {
  readonly messages: readonly Message[];
  readonly stream: ClientReadableStream<Message>;
  /** The events that arrived, in order. */
  events(): readonly Told[];
  /** Why it ended; undefined while it has not, null when it ended by itself. */
  error(): ServiceError | null | undefined;
  /** Resolves when an event with this position, or a later one, or none up to it, was told. */
  reaches(position: bigint): Promise<void>;
  ended(): Promise<void>;
}

export function read(api: Reflected, method: 'Tail' | 'Replay', request: object = {}): Reading {
  const messages: Message[] = [];
  let error: ServiceError | null | undefined;
  const stream: ClientReadableStream<Message> = api.client(EVENTS)[method](request, api.metadata());
  stream.on('data', (message: Message) => messages.push(message));
  stream.on('error', (reason: ServiceError) => {
    error = reason;
  });
  stream.on('end', () => {
    error ??= null;
  });
  return {
    messages,
    stream,
    events: () => messages.flatMap(({ events }) => events),
    error: () => error,
    reaches: (position) =>
      until(() => BigInt(messages.at(-1)?.position ?? 0) >= position, {
        description: `Position ${position}`,
        timeoutMs: 30_000,
      }),
    ended: () => until(() => error !== undefined, { description: 'The end of the stream' }),
  };
}

/** Everything that the account may see, by the other way to read it. */
export async function listAll(ledger: TestLedger): Promise<readonly Told[]> {
  const events: Told[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const { body } = await ledger.request('GET', `/v1/events?limit=100&after=${after}`);
    events.push(...body.data);
    after = body.nextCursor;
  }
  return events;
}

/** Appends events that change the description of a customer; resolves to the last position. */
export async function flood(
  store: EventStore,
  customerId: string,
  count: number,
  description: string,
): Promise<bigint> {
  const metadata = { schemaVersion: 1, accountId: DEFAULT_ACCOUNT_ID, actor: 'test' };
  const stream = `customer-${customerId}`;
  // Read once: the reads of a growing stream would fill the memory that some tests measure.
  const revision = (await store.readStream(stream)).at(-1)?.revision ?? -1n;
  for (let appended = 0; appended < count; appended += PER_APPEND) {
    const expected = revision + BigInt(appended);
    await store.append({
      stream,
      expected: expected < 0n ? 'no-stream' : expected,
      events: Array.from({ length: Math.min(PER_APPEND, count - appended) }, () => ({
        id: randomUUID(),
        type: 'CustomerUpdated',
        data: { description },
        metadata: { ...metadata, commandId: randomUUID() },
      })),
    });
  }
  return store.head();
}
