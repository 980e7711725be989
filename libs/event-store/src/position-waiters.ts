import { type Position, START } from './event-store';

/** Callers that wait until something has come to a position. */
export interface PositionWaiters {
  /** Notes where it is now, and wakes the callers that wait for this position or an earlier one. */
  moveTo(position: Position): void;
  /** Whether `position` is reached, after waiting up to `timeoutMs` or until `signal` aborts. */
  wait(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  isEmpty(): boolean;
  /** Wakes everybody; later calls do not wait. */
  close(): void;
}

export function positionWaiters(): PositionWaiters {
  const waiting = new Map<(isReached: boolean) => void, Position>();
  let reached = START;
  let isClosed = false;
  return {
    moveTo: (position) => {
      reached = position;
      for (const [settle, wanted] of waiting) if (wanted <= reached) settle(true);
    },
    wait: (wanted, timeoutMs, signal) => {
      if (wanted <= reached) return Promise.resolve(true);
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
        waiting.set(settle, wanted);
      });
    },
    isEmpty: () => waiting.size === 0,
    close: () => {
      isClosed = true;
      for (const settle of [...waiting.keys()]) settle(false);
    },
  };
}
