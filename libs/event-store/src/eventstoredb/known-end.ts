import { type Position, START } from '../event-store';

/**
 * How old the knowledge of the log's end may be when an append is sent: more than an answer takes under
 * load. What another process appended in this time, with the very same ids, may be taken for this
 * append's own; whoever reads the stream before it appends has seen it, but for the last moment.
 */
const FRESH_MS = 1_000;

export interface KnownEnd {
  /** Notes that an answer to what was asked at `askedAt` (of `performance.now`) named this position. */
  reached(position: Position, askedAt: number): void;
  /** Forgets how fresh the knowledge is: something may have been written that is not known here. */
  doubt(): void;
  /** A position that everything has which was appended before now, but for the last moment. */
  get(): Promise<Position>;
}

/**
 * The highest position known. The server does not say whether an append was stored now or is a repeat;
 * but what is stored now comes after everything that was stored before. Under load each answer tells
 * where the log is; otherwise `readEnd` asks, once for all who wait.
 */
export function knownEnd(readEnd: () => Promise<Position>): KnownEnd {
  let known = START;
  let asOf = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const reached = (position: Position, askedAt: number): void => {
    if (position > known) known = position;
    if (askedAt > asOf) asOf = askedAt;
  };

  async function ask(): Promise<void> {
    const askedAt = performance.now();
    try {
      reached(await readEnd(), askedAt);
    } finally {
      asking = undefined;
    }
  }

  return {
    reached,
    doubt: () => {
      asOf = Number.NEGATIVE_INFINITY;
    },
    get: async () => {
      if (performance.now() - asOf > FRESH_MS) {
        asking ??= ask();
        await asking;
      }
      return known;
    },
  };
}
