import { StoreUnavailable } from './event-store';

/** More callers than this for one stream is a fault of theirs, and each would wait for all before it. */
const WAITING_PER_STREAM_MAX = 1_000;

/** The callers that wait for a stream, in order; a stream has an entry while it is held. */
const queuesOf = new WeakMap<object, Map<string, (() => void)[]>>();

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
  const queues = queuesOf.get(owner) ?? new Map<string, (() => void)[]>();
  queuesOf.set(owner, queues);
  const queue = queues.get(stream);
  if (queue === undefined) {
    queues.set(stream, []);
  } else if (queue.length >= WAITING_PER_STREAM_MAX) {
    throw new StoreUnavailable(`${queue.length} commands are waiting for ${stream} already.`);
  } else {
    await new Promise<void>((start) => queue.push(start));
  }
  try {
    return await work();
  } finally {
    const next = queues.get(stream)?.shift();
    if (next) next();
    else queues.delete(stream);
  }
}
