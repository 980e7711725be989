import type { EventStoreDBClient } from '@eventstore/db-client';
import { LRUCache } from 'lru-cache';
import type { LogPage, Position } from '../event-store';
import { type Cursor, openCursor } from './cursor';

/** Kept cursors: more than one process has readers. A reader that continues does so within a second. */
const KEPT = { max: 8, ttl: 1_000, ttlAutopurge: true };

export type LogReader = ReturnType<typeof logReader>;

/**
 * Pages of the log through a filter. A full page keeps its cursor, so the next page continues without a
 * new subscription; only a cursor opened for its page can tell that the log ends there.
 */
export function logReader(client: () => EventStoreDBClient) {
  const kept = new LRUCache<string, Cursor>({
    ...KEPT,
    // `delete` means that a reader took it.
    dispose: (cursor, _, reason) => reason !== 'delete' && cursor.close(),
  });

  async function read(
    prefixes: readonly string[],
    after: Position,
    limit: number,
  ): Promise<LogPage> {
    const keyOf = (position: Position) => `${position} ${prefixes.join(' ')}`;
    const old = kept.get(keyOf(after));
    kept.delete(keyOf(after));
    if (old !== undefined) {
      // It may have caught up long ago, or failed: then what it has buffered is a page, if anything.
      const page = await old.page(limit).catch(() => undefined);
      if (page?.because === 'full') kept.set(keyOf(page.end), old);
      else old.close();
      if (page !== undefined && page.end > after) return { ...page, atEnd: false };
    }
    const cursor = openCursor(client(), prefixes, after);
    const page = await cursor.page(limit);
    if (page.because === 'full') kept.set(keyOf(page.end), cursor);
    else cursor.close();
    return { events: page.events, end: page.end, atEnd: page.because === 'caught-up' };
  }

  return {
    read,
    close: (): void => {
      kept.purgeStale();
      for (const cursor of kept.values()) cursor.close();
      kept.clear();
    },
  };
}
