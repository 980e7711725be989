import { type Position, START } from './event-store';

/** Callers that wait until something has come to a position. */
export function positionWaiters() {
  const waiting = new Map<(isReached: boolean) => void, Position>();
  let reached = START;
  let isClosed = false;
  return {
    /** Notes where it is now, and wakes the callers that wait for this position or an earlier one. */
    moveTo: (position: Position): void => {
      reached = position;
      for (const [settle, wanted] of waiting) if (wanted <= reached) settle(true);
    },
    /** Whether `position` is reached, after waiting up to `timeoutMs` or until `signal` aborts. */
    wait: (position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> => {
      if (position <= reached) return Promise.resolve(true);
      if (isClosed || signal?.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const giveUp = () => settle(false);
        const settle = (isReached: boolean) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          waiting.delete(settle);
          resolve(isReached);
        };
        const timer = setTimeout(giveUp, timeoutMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.set(settle, position);
      });
    },
    isEmpty: (): boolean => waiting.size === 0,
    /** Wakes everybody; later calls do not wait. */
    close: (): void => {
      isClosed = true;
      for (const settle of [...waiting.keys()]) settle(false);
    },
  };
}

/** Growth is noticed after this long at most when the store sends no notice of it. */
const POLL_MS = 1_000;

export type Growth = ReturnType<typeof watchGrowth>;

/** What a source of notices calls. */
export interface Notices {
  /** The log reaches `head`, as it says itself. */
  reached(head: Position): void;
  /** Somebody says that the log reaches `head`: it wakes readers, and counts no longer once the log says otherwise. */
  told(head: Position): void;
}

/**
 * Tracks the end of the log. `listen` passes on the store's notices of growth until the signal aborts; it is called
 * at the first wait. Beside it the head is read every second while anyone waits.
 */
export function watchGrowth(
  listen: (notices: Notices, signal: AbortSignal) => Promise<void>,
  readHead: () => Promise<Position>,
) {
  const waiters = positionWaiters();
  const closing = new AbortController();
  let known = START;
  let hinted = START;
  let listening: Promise<void> | undefined;
  let polling: NodeJS.Timeout | undefined;
  let checking: Promise<void> | undefined;

  /** Notes that the log is known to reach `head`. */
  function reached(head: Position): void {
    if (head <= known) return;
    known = head;
    if (head > hinted) hinted = head;
    waiters.moveTo(hinted);
  }

  function told(head: Position): void {
    if (head <= hinted) return;
    hinted = head;
    waiters.moveTo(head);
  }

  /** Ignores a failed poll; the next read reports the outage. */
  const poll = () => readHead().then(reached, () => undefined);

  /** Asks the log whether it reaches what was told. What is told meanwhile is asked about next time. */
  async function check(): Promise<void> {
    const asked = hinted;
    await poll();
    if (hinted !== asked) return;
    hinted = known;
    waiters.moveTo(known);
  }

  return {
    reached,
    /**
     * Resolves when the log grows beyond `after`, after `timeoutMs`, or when `signal` aborts, to how far it is known to reach.
     */
    wait: async (after: Position, timeoutMs: number, signal: AbortSignal): Promise<Position> => {
      const isOver = () => after < known || signal.aborted || closing.signal.aborted;
      // A reader was woken, or would be, by what nobody has found in the log yet.
      while (!isOver() && after < hinted) {
        checking ??= check().finally(() => {
          checking = undefined;
        });
        await checking;
      }
      if (isOver()) return known;
      listening ??= listen({ reached, told }, closing.signal);
      polling ??= setInterval(() => void poll(), POLL_MS);
      await waiters.wait(after + 1n, timeoutMs, signal);
      if (!waiters.isEmpty()) return known;
      clearInterval(polling);
      polling = undefined;
      return known;
    },
    close: async (): Promise<void> => {
      closing.abort();
      waiters.close();
      await listening;
    },
  };
}
