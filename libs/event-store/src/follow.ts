import { backOffMs, pause } from '@daybook/platform/plain';
import {
  type EventStore,
  type FoldedEvent,
  type LogIdentity,
  type LogPage,
  type Position,
  type RecordedEvent,
  START,
} from './event-store';
import { positionWaiters } from './waiters';

/** How long a follower at the end of the log waits for growth before it reads again. */
const IDLE_MS = 5_000;
/** How soon a follower tries again to own its checkpoint when another process does. */
const OWNED_ELSEWHERE_MS = 100;
/** How often the head is read while the follower is behind, to report the lag. */
const HEAD_EVERY_MS = 1_000;
/** How often the checkpoint is stored while there is nothing to handle, so that a later start skips that part. */
const PASSED_OVER_EVERY_MS = 1_000;
/** The pause after an empty page that made no progress and was not the end of the log. */
const NO_PROGRESS_MS = 50;
/** Between attempts at a batch that fails. A read waits 5 s for its own write, so the longest pause is shorter. */
const STALLED_BACK_OFF = { firstMs: 25, longestMs: 2_000 };

/** The checkpoints of followers. `Tx` is what a handler needs to write in the transaction of a checkpoint. */
export interface Checkpoints<Tx> {
  /**
   * Runs `work` in one transaction that holds the checkpoint of `name` (`START` the first time), and
   * stores what `work` reached and returns its position; when `work` rejects, all is rolled back and this
   * rejects with the same error. While one caller holds a checkpoint, another waits or gets `owned-elsewhere`.
   */
  advance(
    name: string,
    work: (tx: Tx, checkpoint: Position) => Promise<Reached>,
  ): Promise<Position | 'owned-elsewhere'>;
}

/** How far a reader has come. What is left out stays as it was stored before. */
export interface Reached {
  readonly position: Position;
  /** The last event that was handled. */
  readonly last?: FoldedEvent | undefined;
  /** The log in which the position is. */
  readonly log?: LogIdentity | undefined;
}

export interface FollowOptions<Tx> {
  /** The name of the follower and of its checkpoint. */
  readonly name: string;
  readonly store: EventStore;
  readonly checkpoints: Checkpoints<Tx>;
  /** The most events handled in one transaction. */
  readonly limit: number;
  /** Only events of these kinds of streams; all when left out. */
  readonly kinds?: readonly string[];
  /** Applies the events inside the transaction that also stores the checkpoint; again after a roll-back. */
  handle(events: readonly RecordedEvent[], tx: Tx): Promise<void>;
  /** Called for every failed attempt; the follower stays where it is and tries again for ever. */
  onError?(error: unknown, status: FollowerStatus): void;
  /** Called after each commit. */
  onProgress?(progress: { events: number; position: Position; durationMs: number }): void;
}

export interface FollowerStatus {
  readonly name: string;
  /** Everything up to here is handled and committed. */
  readonly position: Position;
  /** The end of the log when it was last read. */
  readonly head: Position;
  /** In positions: events on PostgreSQL, bytes of the log on EventStoreDB. 0 at the head. */
  readonly lag: bigint;
  /** 0 while nothing waits to be handled. Growing lag with progress means load; without, a fault. */
  readonly secondsSinceProgress: number;
  /** The event that the follower cannot get past; null while there is none. */
  readonly stalled: Stalled | null;
  readonly running: boolean;
}

export interface Stalled {
  /** Of the first event that was not handled (after a few attempts, the one that fails) or could not be read. */
  readonly position: Position;
  readonly error: unknown;
  readonly attempts: number;
}

export type Follower = ReturnType<typeof follow>;

/**
 * The one read path: handles the log from the checkpoint on, page by page, each page and the new
 * checkpoint in one transaction, so that every event takes effect exactly once whatever crashes. It
 * never skips: an event that cannot be handled stalls the follower before it, visibly, until it can be.
 */
export function follow<Tx>(options: FollowOptions<Tx>) {
  const { name, store, checkpoints, limit, kinds, handle } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const waiters = positionWaiters();

  /** The page after `after`, read before it is needed. The log never changes, so it is right, at worst short. */
  let ahead: { after: Position; page: Promise<LogPage> } | undefined;
  /** The checkpoint as this process last read or wrote it. */
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
  /** The log reached this before the last page was read: where that is the end, there is nothing more up to here. */
  let grownTo: Position = START;
  /** Halved by each failure, until the one event that cannot be handled is alone in its batch. */
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
    waiters.moveTo(reached);
  }

  function storedIs(reached: Position): void {
    stored = reached;
    storedAt = performance.now();
    moveTo(reached);
  }

  /** Reads the head from time to time. Ignores a failure: the next page reports the outage. */
  function refreshHead(): void {
    if (performance.now() - headReadAt < HEAD_EVERY_MS) return;
    headReadAt = performance.now();
    store.head().then(
      (read) => {
        if (read > head) head = read;
      },
      () => undefined,
    );
  }

  /** Reads the checkpoint; if nobody else has moved it, first stores how far there was nothing to handle. */
  async function syncCheckpoint(): Promise<void> {
    const [left, passed] = [stored, position];
    const reached = await checkpoints.advance(name, async (_, checkpoint) => ({
      position: checkpoint === left ? passed : checkpoint,
      log: store.identity,
    }));
    if (reached === 'owned-elsewhere') await pause(OWNED_ELSEWHERE_MS, signal);
    else storedIs(reached);
  }

  /** After a page without events: continues behind it and, at the end of the log, waits for growth. */
  async function passOver({ end, atEnd }: LogPage): Promise<void> {
    // At the end of the log nothing waits, so the clock of missing progress starts anew.
    if (atEnd) progressAt = performance.now();
    const from = position;
    moveTo(end);
    stalled = null;
    if (position !== stored && performance.now() - storedAt > PASSED_OVER_EVERY_MS) {
      return syncCheckpoint();
    }
    if (!atEnd) {
      refreshHead();
      // Without the pause, empty pages would become a busy loop.
      if (end === from) await pause(NO_PROGRESS_MS, signal);
      return;
    }
    // While the log grows by other kinds of events, do not read it again for each of them.
    if (kinds !== undefined && end !== from) await pause(NO_PROGRESS_MS, signal);
    // Its end may lie before that of the log, by events of other kinds.
    grownTo = await store.waitForGrowth(end > grownTo ? end : grownTo, IDLE_MS, signal);
    // Nothing new for a while: read the checkpoint. A database server that crashed may have lost its last
    // commits, because checkpoints need not be synced to disk, or an operator may have set it back.
    if (performance.now() - progressAt > IDLE_MS / 2 && !signal.aborted) await syncCheckpoint();
  }

  function readPage(after: Position): Promise<LogPage> {
    return store.readAll({ after, limit, ...(kinds && { kinds }) });
  }

  async function step(): Promise<void> {
    if (stored === undefined) return syncCheckpoint();
    next = undefined;
    const prepared = ahead?.after === position ? ahead.page : undefined;
    ahead = undefined;
    const page = await (prepared ?? readPage(position));
    const last = page.events.at(-1);
    if (last === undefined) return passOver(page);
    if (last.position > head) head = last.position;
    refreshHead();

    const batch = page.events.slice(0, size);
    const rest = page.events.slice(batch.length);
    const end = rest.length > 0 ? (batch.at(-1) as RecordedEvent).position : page.end;
    // Read the next page while this batch is handled. It is used only if this batch commits.
    if (rest.length > 0) {
      ahead = { after: end, page: Promise.resolve({ ...page, events: rest }) };
    } else if (!page.atEnd) {
      ahead = { after: end, page: readPage(end) };
      // A failed read rejects when the page is taken; if it never is, the failure does not matter.
      ahead.page.catch(() => undefined);
    }
    next = batch[0]?.position;
    const from = stored;
    const start = performance.now();
    const reached = await checkpoints.advance(name, async (tx, checkpoint) => {
      // Another process has moved the checkpoint: continue from there.
      if (checkpoint !== from) return { position: checkpoint };
      await handle(batch, tx);
      return { position: end, last: batch.at(-1), log: store.identity };
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
        refreshHead();
        options.onError?.(error, status());
        await pause(backOffMs(attempts, STALLED_BACK_OFF), signal);
      }
    }
    running = false;
    waiters.close();
  }

  const ended = run();
  return {
    status,
    /** Whether everything up to `position` has been handled, after waiting for it up to `timeoutMs`. */
    waitFor: (position: Position, timeoutMs: number) => waiters.wait(position, timeoutMs),
    /** Finishes the transaction under way and stops. */
    stop: (): Promise<void> => {
      stopping.abort();
      return ended;
    },
  };
}
