import type { EventStoreDBClient } from '@eventstore/db-client';
import type { LogPage, Position } from '../event-store';
import { type Cursor, openCursor } from './cursor';

/** Kept cursors: more than one process has readers. */
const KEPT_MAX = 8;
/** A reader that continues does so at once; a cursor unused for longer is closed. */
const KEPT_MS = 1_000;

export interface LogReader {
  read(prefixes: readonly string[], after: Position, limit: number): Promise<LogPage>;
  close(): void;
}

interface Kept {
  readonly cursor: Cursor;
  readonly timer: NodeJS.Timeout;
}

/**
 * Pages of the log through a filter. A full page keeps its cursor, so the next page continues without a
 * new subscription; only a cursor opened for its page can tell that the log ends there.
 */
export function logReader(client: () => EventStoreDBClient): LogReader {
  const kept = new Map<string, Kept>();

  function take(key: string): Cursor | undefined {
    const found = kept.get(key);
    kept.delete(key);
    clearTimeout(found?.timer);
    return found?.cursor;
  }

  function keep(key: string, cursor: Cursor): void {
    take(key)?.close();
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_MAX && oldest !== undefined) take(oldest)?.close();
    const timer = setTimeout(() => take(key)?.close(), KEPT_MS);
    kept.set(key, { cursor, timer: timer.unref() });
  }

  async function read(
    prefixes: readonly string[],
    after: Position,
    limit: number,
  ): Promise<LogPage> {
    const keyOf = (position: Position) => `${position} ${prefixes.join(' ')}`;
    const old = take(keyOf(after));
    if (old !== undefined) {
      // It may have caught up long ago, or failed: then what it has buffered is a page, if anything.
      const page = await old.page(limit).catch(() => undefined);
      if (page?.because === 'full') keep(keyOf(page.end), old);
      else old.close();
      if (page !== undefined && page.end > after) return { ...page, atEnd: false };
    }
    const cursor = openCursor(client(), prefixes, after);
    const page = await cursor.page(limit);
    if (page.because === 'full') keep(keyOf(page.end), cursor);
    else cursor.close();
    return { events: page.events, end: page.end, atEnd: page.because === 'caught-up' };
  }

  return {
    read,
    close: () => {
      for (const key of [...kept.keys()]) take(key)?.close();
    },
  };
}
