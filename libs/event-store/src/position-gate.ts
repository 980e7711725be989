import { type Position, START } from './event-store';

export interface PositionGate {
  /** Lets those through who wait for `position` or less. */
  passed(position: Position): void;
  /** Whether `position` has been passed, after waiting for it up to `timeoutMs`. */
  wait(position: Position, timeoutMs: number): Promise<boolean>;
  /** Nothing more will pass: whoever waits, or comes later, is told so at once. */
  close(): void;
}

/** Where readers of their own writes wait until a reader of the log has come that far. */
export function positionGate(): PositionGate {
  const waiting = new Map<(passed: boolean) => void, Position>();
  const closing = new AbortController();
  let reached = START;

  return {
    passed: (position) => {
      reached = position;
      for (const [answer, wanted] of waiting) if (wanted <= reached) answer(true);
    },
    wait: (wanted, timeoutMs) => {
      if (wanted <= reached) return Promise.resolve(true);
      if (closing.signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const answer = (passed: boolean) => {
          clearTimeout(timer);
          waiting.delete(answer);
          resolve(passed);
        };
        const timer = setTimeout(() => answer(false), timeoutMs);
        waiting.set(answer, wanted);
      });
    },
    close: () => {
      closing.abort();
      for (const answer of [...waiting.keys()]) answer(false);
    },
  };
}
