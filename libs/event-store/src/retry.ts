import { backOffMs, pause } from '@daybook/platform/plain';
import {
  type AppendRequest,
  type AppendResult,
  type EventStore,
  OutcomeUnknown,
  StoreFailing,
  StoreUnavailable,
} from './event-store';

/** A restart of the store takes seconds; clients have given up long after that. */
const RETRY_FOR_MS = 10_000;

/** Retries within a second after the store is back. */
const BACK_OFF = { firstMs: 25, longestMs: 1_000 };

/** Repeats a read while the store cannot be reached, for a bounded time, and not when it has failed for long. */
export async function readWithRetry<T>(read: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!isTransient(error) || performance.now() > giveUpAt) throw error;
    }
    await pause(backOffMs(attempt, BACK_OFF));
  }
}

/**
 * Appends, and repeats appends that failed in an outage or with an unknown outcome: with the same ids and
 * the same expected revision, so each is stored once however often it is sent. An unknown outcome stays
 * unknown when the store cannot be reached later: the first attempt may have been written.
 */
export async function appendWithRetry(
  store: EventStore,
  requests: readonly AppendRequest[],
): Promise<readonly AppendResult[]> {
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  const results = [...(await store.appendMany(requests))];
  for (let attempt = 1; ; attempt++) {
    const open = [...results.keys()].filter((index) => isTransient(results[index]));
    if (open.length === 0 || performance.now() > giveUpAt) return results;
    await pause(backOffMs(attempt, BACK_OFF));
    const again = await store.appendMany(open.map((index) => requests[index] as AppendRequest));
    for (const [i, index] of open.entries()) {
      const result = again[i] as AppendResult;
      const stillUnknown =
        results[index] instanceof OutcomeUnknown && result instanceof StoreUnavailable;
      if (!stillUnknown) results[index] = result;
    }
    // They have failed for so long that waiting does not help.
    if (again.some((result) => result instanceof StoreFailing)) return results;
  }
}

function isTransient(result: unknown): boolean {
  if (result instanceof StoreFailing) return false;
  return result instanceof OutcomeUnknown || result instanceof StoreUnavailable;
}
