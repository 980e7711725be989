import type { EventStore, LogPage, Position } from './event-store';

export interface ReadAhead {
  /** The page after `after`: the prepared one if it is of this place, else a new one. */
  take(after: Position): Promise<LogPage>;
  /** Keeps `rest` as the page after `after`. */
  keep(after: Position, rest: LogPage): void;
  /** Reads the page after `after` now. */
  prepare(after: Position): void;
}

/**
 * Reads the next page before it is needed. Pages are parts of a log that never changes, so a page
 * read early is still right, at worst short, and one of another place is simply not used.
 */
export function readAhead(
  store: EventStore,
  options: { readonly limit: number; readonly kinds?: readonly string[] },
): ReadAhead {
  let prepared: { after: Position; page: Promise<LogPage> } | undefined;
  return {
    take: (after) => {
      const hit = prepared?.after === after ? prepared.page : undefined;
      prepared = undefined;
      return hit ?? store.readAll({ after, ...options });
    },
    keep: (after, rest) => {
      prepared = { after, page: Promise.resolve(rest) };
    },
    prepare: (after) => {
      prepared = { after, page: store.readAll({ after, ...options }) };
      // A failed read is met when the page is taken; if it never is, nobody needs to know.
      prepared.page.catch(() => undefined);
    },
  };
}
