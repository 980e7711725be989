import { type Limiter, limiter } from '@daybook/platform/plain';
import { StoreUnavailable } from './event-store';

/** More callers than this for one stream is a fault of theirs, and each would wait for all before it. */
const WAITING_PER_STREAM_MAX = 1_000;

const limitersOf = new WeakMap<object, Map<string, Limiter>>();

/**
 * A mutex for each stream: runs `work` when the earlier work of this process on the same stream has
 * ended. Without it, writers of one stream would only conflict at the store: of 64 that read the same
 * revision, 63 must decide again. Rejects with `StoreUnavailable` when too many wait. Mutexes of
 * different `owners` are independent.
 */
export async function withStream<T>(
  owner: object,
  stream: string,
  work: () => Promise<T>,
): Promise<T> {
  const limiters = limitersOf.get(owner) ?? new Map<string, Limiter>();
  limitersOf.set(owner, limiters);
  const tooMany = (waiting: number) =>
    new StoreUnavailable(`${waiting} commands are waiting for ${stream} already.`);
  const mutex =
    limiters.get(stream) ?? limiter({ runningMax: 1, waitingMax: WAITING_PER_STREAM_MAX, tooMany });
  limiters.set(stream, mutex);
  try {
    return await mutex.run(work);
  } finally {
    if (mutex.isIdle()) limiters.delete(stream);
  }
}
