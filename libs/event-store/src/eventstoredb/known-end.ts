import { type Position, START } from '../event-store';

export interface KnownEnd {
  /** Notes a position that the log has reached. */
  reached(position: Position): void;
  /** A position that nothing exceeds which was stored before this call. */
  get(): Promise<Position>;
}

/**
 * The end of the log, as of now. The server does not say whether an append was stored now or is a repeat;
 * but what is stored now comes after everything that was stored before. So the end is asked for before
 * an append is sent, once for all who ask while the question before it is under way.
 */
export function knownEnd(readEnd: () => Promise<Position>): KnownEnd {
  let known = START;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const reached = (position: Position): void => {
    if (position > known) known = position;
  };

  /** An answer to a question that was asked before a call says nothing about what came in between. */
  async function askAfter(earlier: Promise<void> | undefined): Promise<void> {
    await earlier?.catch(() => undefined);
    current = next;
    next = undefined;
    reached(await readEnd());
  }

  return {
    reached,
    get: async () => {
      next ??= askAfter(current);
      await next;
      return known;
    },
  };
}
