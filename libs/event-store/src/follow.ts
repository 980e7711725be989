import { backOffMs, pause } from '@daybook/platform/plain';
import type { Checkpoints } from './checkpoints';
import {
  type EventStore,
  type LogPage,
  type Position,
  type RecordedEvent,
  START,
} from './event-store';
import { positionGate } from './position-gate';
import { readAhead } from './read-ahead';

/** How long a reader at the head waits at most before it looks again, whatever it was told. */
const IDLE_MS = 5_000;
/** How soon a reader looks again whether another owner's turn has ended. */
const OWNED_ELSEWHERE_MS = 100;
/** How often the head is asked for while there is more to read than a page, to tell the lag. */
const HEAD_EVERY_MS = 1_000;
/**
 * How soon a checkpoint is written again that only passes over what is not for this reader: such a
 * write spares a later start the way, and is no reason to keep the database busy on a quiet log.
 */
const PASSED_OVER_EVERY_MS = 1_000;
/** How soon a page is asked for again that brought the reader nowhere and was not the end either. */
const NO_PROGRESS_MS = 50;
/** Between attempts at a batch that fails: it may need an operator, or a restart. */
const STALLED_BACK_OFF = { firstMs: 25, longestMs: 30_000 };

export interface FollowOptions<Tx> {
  /** The reader; its checkpoint has this name. */
  readonly name: string;
  readonly store: EventStore;
  readonly checkpoints: Checkpoints<Tx>;
  /** The most events handled in one transaction. */
  readonly limit: number;
  /** Only events of these kinds of streams; all when left out. */
  readonly kinds?: readonly string[];
  /**
   * Makes what the events mean, inside the transaction that also stores the checkpoint. May be called
   * again with the same events after a transaction that did not commit; nothing of that one remains.
   */
  handle(events: readonly RecordedEvent[], tx: Tx): Promise<void>;
  /** Stops the reader, as `stop` does. */
  readonly signal?: AbortSignal;
  /** Told of every failed attempt; the reader stays where it is and tries again for ever. */
  onError?(error: unknown, status: FollowerStatus): void;
  /** Told after each commit. */
  onProgress?(progress: FollowerProgress): void;
}

export interface FollowerProgress {
  readonly events: number;
  readonly position: Position;
  readonly durationMs: number;
}

export interface FollowerStatus {
  readonly name: string;
  /** Everything up to here is handled and committed. */
  readonly position: Position;
  /** The end of the log when it was last looked at. */
  readonly head: Position;
  /** In positions: events on PostgreSQL, bytes of the log on EventStoreDB. 0 at the head. */
  readonly lag: bigint;
  /** 0 while nothing waits to be handled. Growing lag with progress is load; without, it is a fault. */
  readonly secondsSinceProgress: number;
  /** What the reader cannot get past; null while it can. */
  readonly stalled: Stalled | null;
  readonly running: boolean;
}

export interface Stalled {
  /**
   * Of the first event that was not handled: after a few attempts, exactly the one that fails. When the
   * log itself cannot be read, the first place that was not read.
   */
  readonly position: Position;
  readonly error: unknown;
  readonly attempts: number;
}

export interface Follower {
  status(): FollowerStatus;
  /** Whether everything up to `position` has been handled, after waiting for it up to `timeoutMs`. */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>;
  /** Finishes the transaction under way and stops. */
  stop(): Promise<void>;
}

/**
 * The one read path: handles the log from the checkpoint on, page by page, each page and the new
 * checkpoint in one transaction, so that every event counts exactly once whatever crashes. Never
 * skips: an event that cannot be handled stops the reader in front of it, visibly, until it can.
 */
export function follow<Tx>(options: FollowOptions<Tx>): Follower {
  const { name, store, checkpoints, limit, kinds, handle } = options;
  const stopping = new AbortController();
  const signal = options.signal
    ? AbortSignal.any([options.signal, stopping.signal])
    : stopping.signal;
  const gate = positionGate();
  const ahead = readAhead(store, { limit, ...(kinds && { kinds }) });

  /** The checkpoint as it was last read or written here. */
  let stored: Position | undefined;
  /** Everything up to here is handled; beyond `stored` there was nothing to handle. */
  let position: Position = START;
  let storedAt = 0;
  /** Of the first event of the page that is being handled. */
  let next: Position | undefined;
  let head: Position = START;
  let headReadAt = 0;
  let progressAt = performance.now();
  let stalled: Stalled | null = null;
  let running = true;
  /** Halved by each failure, so that what can be handled is, and the one event that cannot stands alone. */
  let size = limit;

  function status(): FollowerStatus {
    const lag = head > position ? head - position : 0n;
    const idleSeconds = (performance.now() - progressAt) / 1_000;
    const secondsSinceProgress = lag === 0n ? 0 : idleSeconds;
    return { name, position, head, lag, secondsSinceProgress, stalled, running };
  }

  function moveTo(reached: Position): void {
    if (reached !== position) progressAt = performance.now();
    position = reached;
    if (head < reached) head = reached;
    gate.passed(reached);
  }

  function storedIs(reached: Position): void {
    stored = reached;
    storedAt = performance.now();
    moveTo(reached);
  }

  /** Notes the head now and then. A failed look is no news: the next page will tell. */
  function lookAtHead(): void {
    if (performance.now() - headReadAt < HEAD_EVERY_MS) return;
    headReadAt = performance.now();
    store.head().then(
      (read) => {
        if (read > head) head = read;
      },
      () => undefined,
    );
  }

  /** Goes to the checkpoint, after moving it over what needs no handling if it is where it was left. */
  async function lookAtCheckpoint(): Promise<void> {
    const [left, passed] = [stored, position];
    const reached = await checkpoints.advance(name, async (_, checkpoint) =>
      checkpoint === left ? passed : checkpoint,
    );
    if (reached === 'owned-elsewhere') await pause(OWNED_ELSEWHERE_MS, signal);
    else storedIs(reached);
  }

  /** At a page without events: goes on after it and, at the end of the log, waits. */
  async function passOver({ end, atEnd }: LogPage): Promise<void> {
    // Nothing is waiting, so this is not a time without progress.
    if (atEnd) progressAt = performance.now();
    const from = position;
    moveTo(end);
    stalled = null;
    if (position !== stored && performance.now() - storedAt > PASSED_OVER_EVERY_MS) {
      return lookAtCheckpoint();
    }
    if (!atEnd) {
      lookAtHead();
      // A page that came to nothing, at once, must not become a loop that takes the process.
      if (end === from) await pause(NO_PROGRESS_MS, signal);
      return;
    }
    // While the log grows by other kinds of events, do not read it again for each of them.
    if (kinds !== undefined && end !== from) await pause(NO_PROGRESS_MS, signal);
    await store.waitForGrowth(end, IDLE_MS, signal);
    // All quiet: a server that crashed may have lost the last commits, which need not have waited
    // for the disk, or somebody may have set the checkpoint back. The log will not tell.
    if (performance.now() - progressAt > IDLE_MS / 2 && !signal.aborted) await lookAtCheckpoint();
  }

  async function step(): Promise<void> {
    if (stored === undefined) return lookAtCheckpoint();
    next = undefined;
    const page = await ahead.take(position);
    const last = page.events.at(-1);
    if (last === undefined) return passOver(page);
    if (last.position > head) head = last.position;
    lookAtHead();

    const batch = page.events.slice(0, size);
    const rest = page.events.slice(batch.length);
    const end = rest.length > 0 ? (batch.at(-1) as RecordedEvent).position : page.end;
    // While this batch is handled the next page is read. It is used only if this batch commits.
    if (rest.length > 0) ahead.keep(end, { ...page, events: rest });
    else if (!page.atEnd) ahead.prepare(end);
    next = batch[0]?.position;
    const from = stored;
    const start = performance.now();
    const reached = await checkpoints.advance(name, async (tx, checkpoint) => {
      // Another owner of this name was here meanwhile: go on from where it has come to.
      if (checkpoint !== from) return checkpoint;
      await handle(batch, tx);
      return end;
    });
    if (reached === 'owned-elsewhere') {
      await pause(OWNED_ELSEWHERE_MS, signal);
      return;
    }
    storedIs(reached);
    stalled = null;
    size = Math.min(limit, size * 2);
    if (reached === end) {
      const durationMs = performance.now() - start;
      options.onProgress?.({ events: batch.length, position: end, durationMs });
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (signal.aborted) break;
        const attempts = (stalled?.attempts ?? 0) + 1;
        stalled = { position: next ?? position + 1n, error, attempts };
        size = Math.max(1, size >> 1);
        lookAtHead();
        options.onError?.(error, status());
        await pause(backOffMs(attempts, STALLED_BACK_OFF), signal);
      }
    }
    running = false;
    gate.close();
  }

  const ended = run();
  return {
    status,
    waitFor: gate.wait,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}
