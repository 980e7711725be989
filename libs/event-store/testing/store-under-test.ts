import {
  type Appended,
  ConcurrencyConflict,
  type EventStore,
  EventStoreError,
  type Expected,
  type NewEvent,
} from '../src/event-store';
import { anEvent, aStream } from './an';

/** The kinds of streams that the shared suites write. */
export const SUITE_KINDS = ['test', 'jar', 'purse', 'purses', 'customer', 'replenishment', 'log'];

/** A position that no log comes to. */
export const BEYOND = 2n ** 62n;

/** More than any store has in flight: EventStoreDB 1,024 appends, PostgreSQL two batches of 512. */
export const MANY_APPENDS = 1_100;
/** More than any store reads at once: EventStoreDB 64 streams, PostgreSQL 512 in a query. */
export const MANY_STREAMS = 600;

/** A log and ways to it. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Another writer on the same log, as a second process would be. */
  another(): EventStore;
  /** Whether it commits a claim before the append that needs it. */
  readonly claimsApart?: boolean;
  dispose(): Promise<void>;
}

/** A stream with two events, so its revision is 1. */
export async function existingStream(store: EventStore): Promise<string> {
  const stream = aStream();
  await store.append({ stream, expected: 'no-stream', events: [anEvent(), anEvent()] });
  return stream;
}

/** What a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to be refused.');
}

/** Appends where the stream ends, which a conflict tells; again when another writer was faster. */
export async function appendAtEnd(
  store: EventStore,
  stream: string,
  events: readonly NewEvent[],
): Promise<Appended> {
  let expected: Expected = 'no-stream';
  for (;;) {
    const [result] = await store.appendMany([{ stream, expected, events }]);
    if (!(result instanceof EventStoreError)) return result as Appended;
    if (!(result instanceof ConcurrencyConflict)) throw result;
    expected = result.actual;
  }
}
