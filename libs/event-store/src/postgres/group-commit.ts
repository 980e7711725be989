import { type AppendResult, type EncodedAppend, StoreUnavailable } from '../event-store';

/** Of one commit. Measured: beyond 512 an append no longer gets cheaper, and all of the commit wait longer. */
const BATCH_APPENDS_MAX = 512;
const BATCH_BYTES_MAX = 4 * 1024 * 1024;

/** With two, the database writes one batch while this process reads the answers to the other. */
const BATCHES_IN_FLIGHT_MAX = 2;

/** Below this many waiting appends, two batches cost more than their overlap saves. */
const SPLIT_FROM = 16;

/** About three seconds of work; a longer queue only turns a slow store into a slow and full process. */
export const QUEUE_LIMITS = { appends: 65_536, bytes: 128 * 1024 * 1024 };
export type QueueLimits = typeof QUEUE_LIMITS;

export type GroupCommit = ReturnType<typeof groupCommit>;

interface Waiting {
  readonly append: EncodedAppend;
  readonly settle: (result: AppendResult) => void;
  /** How many connections had been lost when it was queued. */
  readonly losses: number;
  /** The next append to the same stream. */
  next: Waiting | undefined;
}

function connectionLost(): StoreUnavailable {
  return new StoreUnavailable('The connection to PostgreSQL was lost. Nothing was written.');
}

/**
 * Batches concurrent appends into commits: appends that arrive while a commit is under way share the next one,
 * so the cost of a durable write is divided by the load. `commit` never rejects. Appends to one stream stay in
 * order: each enters a batch only when the one before it has been answered.
 */
export function groupCommit(
  commit: (batch: readonly EncodedAppend[]) => Promise<readonly AppendResult[]>,
  limits: QueueLimits,
) {
  /** The last append of each stream that has not been answered. */
  const tails = new Map<string, Waiting>();
  const ready: Waiting[] = [];
  let queued = 0;
  let queuedBytes = 0;
  let inFlight = 0;
  let scheduled = false;
  let losses = 0;
  let onIdle: (() => void)[] = [];

  /** Queues an append. `settle` is called once, at once with `StoreUnavailable` if the queue is full. */
  function submit(append: EncodedAppend, settle: (result: AppendResult) => void): void {
    if (queued >= limits.appends || queuedBytes + append.bytes > limits.bytes) {
      settle(new StoreUnavailable(`${queued} appends are waiting for the store already.`));
      return;
    }
    queued += 1;
    queuedBytes += append.bytes;
    const waiting: Waiting = { append, settle, losses, next: undefined };
    const before = tails.get(append.stream);
    tails.set(append.stream, waiting);
    if (before) before.next = waiting;
    else ready.push(waiting);
    schedule();
  }

  /** Waits for the end of this turn of the event loop, as callers answered in it may append again. */
  function schedule(): void {
    if (scheduled || inFlight === BATCHES_IN_FLIGHT_MAX) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    while (ready.length > 0 && inFlight < BATCHES_IN_FLIGHT_MAX) void run(take());
  }

  function take(): Waiting[] {
    const share = Math.ceil(ready.length / (BATCHES_IN_FLIGHT_MAX - inFlight));
    const most = Math.min(ready.length, Math.max(share, SPLIT_FROM), BATCH_APPENDS_MAX);
    let bytes = 0;
    let end = 0;
    while (end < most) {
      bytes += (ready[end] as Waiting).append.bytes;
      if (bytes > BATCH_BYTES_MAX && end > 0) break;
      end += 1;
    }
    return ready.splice(0, end);
  }

  async function run(batch: readonly Waiting[]): Promise<void> {
    inFlight += 1;
    const late = new Set(batch.filter((waiting) => waiting.losses !== losses));
    const appends = batch.flatMap((waiting) => (late.has(waiting) ? [] : [waiting.append]));
    const committed = (appends.length > 0 ? await commit(appends) : []).values();
    inFlight -= 1;
    for (const waiting of batch) {
      const { append, settle, next } = waiting;
      const result = late.has(waiting) ? connectionLost() : committed.next().value;
      queued -= 1;
      queuedBytes -= append.bytes;
      if (next) ready.push(next);
      else tails.delete(append.stream);
      settle(result as AppendResult);
    }
    if (ready.length > 0) schedule();
    if (queued === 0) {
      for (const resolve of onIdle) resolve();
      onIdle = [];
    }
  }

  /** Resolves when nothing is queued or under way. */
  async function idle(): Promise<void> {
    if (queued > 0) await new Promise<void>((resolve) => void onIdle.push(resolve));
  }

  return {
    submit,
    idle,
    /** The connection was lost: what is queued was meant for the log of that one, and is refused as not written. */
    lost: (): void => {
      losses += 1;
    },
  };
}
