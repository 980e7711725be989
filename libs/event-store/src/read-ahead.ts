import type { EventStore, Position, RecordedEvent } from './event-store';

export interface ReadAhead {
  /** The page after `after`: the prepared one if it is of this place, else a new one. */
  take(after: Position): Promise<readonly RecordedEvent[]>;
  /** Keeps `rest` as the page after `after` or, if there is none, reads that page when `more`. */
  prepare(after: Position, rest: readonly RecordedEvent[], more: boolean): void;
}

/**
 * Reads the next page before it is needed. Pages are parts of a log that never changes, so a page
 * read early is still right, at worst short, and one of another place is simply not used.
 */
export function readAhead(store: EventStore, limit: number): ReadAhead {
  let prepared: { after: Position; page: Promise<readonly RecordedEvent[]> } | undefined;
  return {
    take: (after) => {
      const hit = prepared?.after === after ? prepared.page : undefined;
      prepared = undefined;
      return hit ?? store.readAll({ after, limit });
    },
    prepare: (after, rest, more) => {
      if (rest.length > 0) prepared = { after, page: Promise.resolve(rest) };
      else if (more) prepared = { after, page: store.readAll({ after, limit }) };
      // A failed read is met when the page is taken; if it never is, nobody needs to know.
      prepared?.page.catch(() => undefined);
    },
  };
}
