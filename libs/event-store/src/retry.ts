import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AppendRequest,
  type AppendResult,
  type EventStore,
  OutcomeUnknown,
  StoreUnavailable,
} from './event-store';

/** A restart of the store takes seconds; much later the client who asked has given up. */
export const RETRY_FOR_MS = 10_000;

const FIRST_DELAY_MS = 25;
const LONGEST_DELAY_MS = 1_000;

/** How long to wait after the `attempt`-th failure in a row: doubling, bounded, never in step with others. */
export function backOffMs(attempt: number, longestMs = LONGEST_DELAY_MS): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 20), longestMs);
  return delay * (0.5 + Math.random() / 2);
}

/** Repeats a read while the store cannot be reached, for a bounded time. */
export async function readPatiently<T>(read: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || performance.now() > giveUpAt) throw error;
    }
    await sleep(backOffMs(attempt));
  }
}

/**
 * Appends, and repeats what failed for a reason that passes or with an unknown outcome: the same ids
 * with the same expectation, so each append is stored once however often it was sent. An append whose
 * outcome was ever unknown and that never got an answer stays `OutcomeUnknown`: the store being out of
 * reach later does not mean that nothing was written.
 */
export async function appendPatiently(
  store: EventStore,
  requests: readonly AppendRequest[],
): Promise<readonly AppendResult[]> {
  const first = await store.appendMany(requests);
  if (!first.some(passes)) return first;

  const results = [...first];
  const giveUpAt = performance.now() + RETRY_FOR_MS;
  for (let attempt = 1; performance.now() < giveUpAt; attempt++) {
    const open = [...results.keys()].filter((index) => passes(results[index]));
    if (open.length === 0) break;
    await sleep(backOffMs(attempt));
    const again = await store.appendMany(open.map((index) => requests[index] as AppendRequest));
    for (const [i, index] of open.entries()) {
      const result = again[i] as AppendResult;
      const stillUnknown =
        results[index] instanceof OutcomeUnknown && result instanceof StoreUnavailable;
      if (!stillUnknown) results[index] = result;
    }
  }
  return results;
}

function passes(result: AppendResult | undefined): boolean {
  return result instanceof OutcomeUnknown || result instanceof StoreUnavailable;
}
