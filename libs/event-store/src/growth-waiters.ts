import { type Position, START } from './event-store';
import { positionWaiters } from './position-waiters';

/** Growth is noticed after this long at most when the store sends no notice of it. */
const POLL_MS = 1_000;

/** Callers that wait for the log to grow. */
export interface GrowthWaiters {
  /** Notes that the log is known to reach `head`. */
  reached(head: Position): void;
  /** Resolves when the log grows beyond `after`, after `timeoutMs`, or when `signal` aborts. */
  wait(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Wakes everybody; later calls do not wait. */
  close(): void;
}

/**
 * `begin` is called before each wait, so that a store listens only when somebody waits; `poll` is called
 * every second while anyone does.
 */
export function growthWaiters(begin: () => void, poll: () => unknown): GrowthWaiters {
  const waiters = positionWaiters();
  let known = START;
  let polling: NodeJS.Timeout | undefined;
  let isClosed = false;
  return {
    reached(head) {
      if (head <= known) return;
      known = head;
      waiters.moveTo(head);
    },
    async wait(after, timeoutMs, signal) {
      if (after < known || signal.aborted || isClosed) return;
      begin();
      polling ??= setInterval(poll, POLL_MS);
      await waiters.wait(after + 1n, timeoutMs, signal);
      if (!waiters.isEmpty()) return;
      clearInterval(polling);
      polling = undefined;
    },
    close() {
      isClosed = true;
      waiters.close();
    },
  };
}
