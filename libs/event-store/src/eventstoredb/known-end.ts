import { type Position, START } from '../event-store';

export type KnownEnd = ReturnType<typeof knownEnd>;

/**
 * The current end of the log. The server does not tell an append from a duplicate; but what is stored now
 * comes after everything that was stored before. So the end is read before an append is sent; callers
 * that arrive while one read is under way share the next.
 */
export function knownEnd(readEnd: () => Promise<Position>) {
  let known = START;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** Notes a position that the log has reached. */
  function reached(position: Position): void {
    if (position > known) known = position;
  }

  /** A read that began before a call may miss what was stored in between, so the call waits for the next. */
  async function askAfter(earlier: Promise<void> | undefined): Promise<void> {
    await earlier?.catch(() => undefined);
    current = next;
    next = undefined;
    reached(await readEnd());
  }

  return {
    reached,
    /** A position at or after everything that was stored before this call. */
    get: async (): Promise<Position> => {
      next ??= askAfter(current);
      await next;
      return known;
    },
  };
}
