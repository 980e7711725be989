import type { EventStore, LogPage, Position } from './event-store';

export interface ReadAhead {
  /** The page after `after`: the prepared one if it begins there, else a new one. */
  take(after: Position): Promise<LogPage>;
  /** Keeps `rest` as the page after `after`. */
  keep(after: Position, rest: LogPage): void;
  /** Starts to read the page after `after`. */
  prepare(after: Position): void;
}

/**
 * Reads the next page before it is needed. The log never changes, so a page read early is still right, at
 * worst short; a page of another position is dropped.
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
      // A failed read rejects when the page is taken; if it never is, the failure does not matter.
      prepared.page.catch(() => undefined);
    },
  };
}
