import { StoreUnavailable } from './event-store';

/** More callers than this for one stream is a fault of theirs, and each would wait for all before it. */
export const WAITING_PER_STREAM_MAX = 1_000;

interface Holder {
  readonly ended: Promise<void>;
  /** Callers of the stream that have not ended. */
  readonly callers: number;
}

const holdersOf = new WeakMap<object, Map<string, Holder>>();

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
  const holders = holdersOf.get(owner) ?? new Map<string, Holder>();
  holdersOf.set(owner, holders);
  const before = holders.get(stream);
  const callers = (before?.callers ?? 0) + 1;
  if (callers > WAITING_PER_STREAM_MAX) {
    throw new StoreUnavailable(`${before?.callers} commands are waiting for ${stream} already.`);
  }
  let release = (): void => undefined;
  const mine: Holder = { ended: new Promise((resolve) => (release = resolve)), callers };
  holders.set(stream, mine);
  try {
    await before?.ended;
    return await work();
  } finally {
    if (holders.get(stream) === mine) holders.delete(stream);
    release();
  }
}
