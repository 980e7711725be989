import { StoreUnavailable } from './event-store';

/** More callers than this for one stream is a fault of theirs, and each would wait for all before it. */
export const WAITING_PER_STREAM_MAX = 1_000;

interface Turn {
  readonly ended: Promise<void>;
  readonly waiting: number;
}

const turnsOf = new WeakMap<object, Map<string, Turn>>();

/**
 * Runs `work` when the earlier work of this process on the same stream has ended. Writers of one
 * stream would only refuse each other at the store: of 64 that read, 63 decide again, and so on.
 * Rejects with `StoreUnavailable` when too many wait. Work of different `owners` does not take turns.
 */
export async function inTurn<T>(owner: object, stream: string, work: () => Promise<T>): Promise<T> {
  const turns = turnsOf.get(owner) ?? new Map<string, Turn>();
  turnsOf.set(owner, turns);
  const before = turns.get(stream);
  const waiting = (before?.waiting ?? 0) + 1;
  if (waiting > WAITING_PER_STREAM_MAX) {
    throw new StoreUnavailable(`${before?.waiting} commands are waiting for ${stream} already.`);
  }
  let end = (): void => undefined;
  const mine: Turn = { ended: new Promise((resolve) => (end = resolve)), waiting };
  turns.set(stream, mine);
  try {
    await before?.ended;
    return await work();
  } finally {
    if (turns.get(stream) === mine) turns.delete(stream);
    end();
  }
}
