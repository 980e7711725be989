import { StoreUnavailable } from './event-store';

/** More callers than this for one stream is a fault of theirs, and each would wait for all before it. */
const WAITING_PER_STREAM_MAX = 1_000;

/** Of each stream that is held, the callers that wait for it, in order. */
const queuesOf = new WeakMap<object, Map<string, (() => void)[]>>();

/**
 * A mutex for each stream: runs `work` when the earlier work of this process on the same stream has
 * ended. Without it, of 64 writers that read the same revision, 63 would conflict at the store. Rejects with
 * `StoreUnavailable` when too many wait. Mutexes of different `owners` are independent.
 */
export async function withStream<T>(
  owner: object,
  stream: string,
  work: () => Promise<T>,
): Promise<T> {
  const queues = queuesOf.get(owner) ?? new Map<string, (() => void)[]>();
  queuesOf.set(owner, queues);
  const queue = queues.get(stream);
  if (queue === undefined) queues.set(stream, []);
  else if (queue.length < WAITING_PER_STREAM_MAX) {
    await new Promise<void>((start) => void queue.push(start));
  } else {
    throw new StoreUnavailable(`${queue.length} commands are waiting for ${stream} already.`);
  }
  try {
    return await work();
  } finally {
    const next = queues.get(stream)?.shift();
    if (next) next();
    else queues.delete(stream);
  }
}
