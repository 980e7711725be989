import { setTimeout as sleep } from 'node:timers/promises';
import { upcast } from '@daybook/domain';
import type { Happened } from '@daybook/event-store';
import { type EventStore, isLater, type LogPage, type Position, START } from '@daybook/event-store';

export interface Progress {
  /** The current step. */
  readonly step: 'folding' | 'indexing' | 'hashing' | 'comparing';
  /** Events folded, or rows of the step. */
  readonly done: number;
  readonly perSecond: number;
  /** From 0 to 1; null if the total is unknown. */
  readonly fraction: number | null;
  readonly secondsLeft: number | null;
}

/** How a replay may be throttled, watched and stopped. */
export interface Pace {
  /** Events a page. */
  readonly pageEvents?: number;
  /** The most events per second; unlimited by default. */
  readonly eventsPerSecond?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

export interface FoldOptions {
  readonly store: EventStore;
  /** The last position to fold; must not be beyond the head. */
  readonly to: Position;
  /** With it, folding ends before the first event that was recorded later (RFC 3339, UTC). */
  readonly untilTime?: string | undefined;
  readonly after?: Position;
  readonly pace: Pace;
}

/** What a page of the log is folded into. Pages come in order, and the next only after this one. */
export type FoldPage = (batch: readonly Happened[], end: Position) => Promise<void>;

export interface Folded {
  readonly events: number;
  /** The position up to which the event log was folded. */
  readonly position: Position;
  /** When the last folded event was recorded; null if there was none. */
  readonly time: string | null;
}

/** Larger pages were not faster (measured) and use more memory. */
const PAGE_EVENTS = 2_500;
/** Pages per second when the rate is limited. */
const PAGES_PER_SECOND = 5;
const PROGRESS_EVERY_MS = 200;

/**
 * Folds the event log in order and reads the next page meanwhile. Throws `UnknownEvent` at an event that
 * this version does not know; nothing is skipped.
 */
export async function foldLog(options: FoldOptions, fold: FoldPage): Promise<Folded> {
  const { store, to, untilTime, after = START, pace } = options;
  const limit = pageOf(pace);
  const read = (from: Position) => {
    const page = store.readAll({ after: from, limit });
    page.catch(() => undefined);
    return page;
  };
  const meter = progressMeter(options, after);
  let position = after;
  let time: string | null = null;
  let events = 0;
  let ahead: Promise<LogPage> = read(position);
  while (position < to) {
    pace.signal?.throwIfAborted();
    const page = await ahead;
    if (!page.atEnd && page.end < to) ahead = read(page.end);
    const batch: Happened[] = [];
    let isCut = false;
    for (const recorded of page.events) {
      isCut =
        recorded.position > to ||
        (untilTime !== undefined && isLater(recorded.recordedAt, untilTime));
      if (isCut) break;
      batch.push({ event: upcast(recorded), recorded });
    }
    const last = batch.at(-1)?.recorded;
    time = last?.recordedAt ?? time;
    // A position between two events counts as the event before it.
    const end = isCut ? (untilTime === undefined ? to : (last?.position ?? position)) : page.end;
    position = earlier(end, to);
    await fold(batch, position);
    events += batch.length;
    await meter(events, position);
    if (isCut || page.atEnd) break;
  }
  return { events, position, time };
}

/** A rate that is low is kept by small pages, and not by a large one now and then. */
function pageOf({ pageEvents = PAGE_EVENTS, eventsPerSecond }: Pace): number {
  if (eventsPerSecond === undefined) return pageEvents;
  return Math.min(pageEvents, Math.ceil(eventsPerSecond / PAGES_PER_SECOND));
}

function earlier(a: Position, b: Position): Position {
  if (a < b) return a;
  return b;
}

/** Reports progress at intervals, and waits where the rate is limited. */
function progressMeter({ to, pace }: FoldOptions, from: Position) {
  const { eventsPerSecond, signal } = pace;
  const startedAt = performance.now();
  let toldAt = startedAt;
  return async (events: number, position: Position): Promise<void> => {
    const now = performance.now();
    if (eventsPerSecond !== undefined) {
      const early = (events / eventsPerSecond) * 1_000 - (now - startedAt);
      if (early > 0) await sleep(early, undefined, signal === undefined ? {} : { signal });
    }
    if (now - toldAt < PROGRESS_EVERY_MS && position < to) return;
    toldAt = now;
    const seconds = Math.max((now - startedAt) / 1_000, 0.001);
    // Positions may have gaps, so they give the fraction but not the number of events.
    const fraction = to === from ? 1 : Number(position - from) / Number(to - from);
    const secondsLeft = fraction === 0 ? null : (seconds / fraction) * (1 - fraction);
    pace.onProgress?.({
      step: 'folding',
      done: events,
      perSecond: events / seconds,
      fraction,
      secondsLeft,
    });
  };
}
