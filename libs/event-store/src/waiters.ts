import { type Position, START } from './event-store';

/** Without a sign from the store, growth is noticed after this long at most. */
const POLL_MS = 1_000;

/** Those who wait for the log to grow, and how far it is known to reach. */
export interface Waiters {
  /** Notes that the log is known to reach `head`. */
  reached(head: Position): void;
  /** Resolves when the log reaches beyond `after`, the time is over, or the signal says so. */
  wait(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Sends everybody away, for good. */
  close(): void;
}

/**
 * Keeps who waits for growth. `begin` is told of each who does, so that a store listens only for somebody;
 * `look` is called every now and then while anyone waits.
 */
export function keepWaiters(begin: () => void, look: () => unknown): Waiters {
  const waiters = new Map<() => void, Position>();
  let known = START;
  let poll: NodeJS.Timeout | undefined;
  let isClosed = false;
  return {
    reached(head) {
      if (head <= known) return;
      known = head;
      for (const [wake, after] of waiters) if (after < head) wake();
    },
    wait(after, timeoutMs, signal) {
      if (after < known || signal.aborted || isClosed) return Promise.resolve();
      begin();
      poll ??= setInterval(look, POLL_MS);
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          waiters.delete(wake);
          if (waiters.size === 0) {
            clearInterval(poll);
            poll = undefined;
          }
          resolve();
        };
        const timer = setTimeout(wake, timeoutMs);
        signal.addEventListener('abort', wake, { once: true });
        waiters.set(wake, after);
      });
    },
    close() {
      isClosed = true;
      for (const wake of [...waiters.keys()]) wake();
    },
  };
}
