import { setTimeout as sleep } from 'node:timers/promises';
import { upcast } from '@daybook/domain';
import {
  type EventStore,
  type Happened,
  happenedAt,
  isLater,
  type LogPage,
  logTimes,
  type Position,
  type RecordedEvent,
  START,
} from '@daybook/event-store';
import { AuditRefused } from './audit-refused';

/** The end of a replay: everything up to a position, or everything known by a time (RFC 3339). */
export type Until =
  | { readonly position: Position }
  | { readonly time: string }
  /** The end of the event log when the replay starts. */
  | 'head';

export interface Progress {
  readonly step: 'folding' | 'indexing' | 'hashing' | 'comparing';
  /** Events folded, or rows of the step. */
  readonly done: number;
  readonly perSecond: number;
  /** From 0 to 1; null if the total is unknown. */
  readonly fraction: number | null;
  readonly secondsLeft: number | null;
}

/** Limits the rate of an audit, shows its progress and stops it. */
export interface Pace {
  /** Events per page. */
  readonly pageEvents?: number;
  /** The most events per second; unlimited by default. */
  readonly eventsPerSecond?: number;
  readonly signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

/** A part of the event log. */
export interface Range {
  readonly after?: Position;
  /** The last position; must not be beyond the head. */
  readonly to: Position;
  /** If given, the part ends before the first event that was known later (RFC 3339, UTC). */
  readonly untilTime?: string | undefined;
}

export interface Folded {
  readonly events: number;
  /** The position up to which the event log was folded. */
  readonly position: Position;
  /** The time of the last folded event (`logTimes`); null if there was none. */
  readonly time: string | null;
}

/** Larger pages were not faster (measured) and use more memory. */
const PAGE_EVENTS = 2_500;
/** A limited rate is kept by small pages, not by long pauses between large ones. */
const PAGES_PER_SECOND = 5;
const PROGRESS_EVERY_MS = 200;
/** At least as many fractional digits as any store writes. */
const FRACTION_DIGITS = 9;

/**
 * Folds the event log page by page, in order, and reads the next page meanwhile. Throws `UnknownEvent` at
 * an event that this version does not know; nothing is skipped.
 */
export async function foldLog(
  store: EventStore,
  { after = START, to, untilTime }: Range,
  pace: Pace,
  fold: (batch: readonly Happened[], end: Position) => Promise<void>,
): Promise<Folded> {
  const { pageEvents = PAGE_EVENTS, eventsPerSecond = Infinity } = pace;
  const limit = Math.min(pageEvents, Math.ceil(eventsPerSecond / PAGES_PER_SECOND));
  const read = (from: Position): Promise<LogPage> => {
    const page = store.readAll({ after: from, limit });
    // A failed read is reported when the page is awaited.
    page.catch(() => undefined);
    return page;
  };
  const timeOf = logTimes();
  let time: string | null = null;
  /** Called for each event once, in order. */
  const isBeyond = (recorded: RecordedEvent): boolean => {
    if (recorded.position > to) return true;
    const at = timeOf(recorded);
    if (untilTime !== undefined && isLater(at, untilTime)) return true;
    time = at;
    return false;
  };
  const meter = progressMeter(after, to, pace);
  let position = after;
  let events = 0;
  let ahead = read(position);
  while (position < to) {
    pace.signal?.throwIfAborted();
    const page = await ahead;
    if (!page.atEnd && page.end < to) ahead = read(page.end);
    const cut = page.events.findIndex(isBeyond);
    const batch = (cut === -1 ? page.events : page.events.slice(0, cut)).map((recorded) => ({
      event: upcast(recorded),
      recorded,
    }));
    const last = batch.at(-1)?.recorded;
    if (cut === -1) position = page.end;
    // A position between two events counts as the event before it.
    else position = untilTime === undefined ? to : (last?.position ?? position);
    if (position > to) position = to;
    await fold(batch, position);
    events += batch.length;
    await meter(events, position);
    if (cut !== -1 || page.atEnd) break;
  }
  return { events, position, time };
}

/** Reports progress at intervals, and waits if the rate is limited. */
function progressMeter(from: Position, to: Position, pace: Pace) {
  const { eventsPerSecond = Infinity, signal } = pace;
  const startedAt = performance.now();
  let reportedAt = startedAt;
  return async (events: number, position: Position): Promise<void> => {
    const now = performance.now();
    const early = (events / eventsPerSecond) * 1_000 - (now - startedAt);
    if (early > 0) await sleep(early, undefined, signal === undefined ? {} : { signal });
    if (now - reportedAt < PROGRESS_EVERY_MS && position < to) return;
    reportedAt = now;
    const seconds = Math.max((now - startedAt) / 1_000, 0.001);
    // Positions may have gaps, so they give the fraction but not the number of events.
    const fraction = to === from ? 1 : Number(position - from) / Number(to - from);
    const secondsLeft = fraction === 0 ? null : (seconds / fraction) * (1 - fraction);
    const perSecond = events / seconds;
    pace.onProgress?.({ step: 'folding', done: events, perSecond, fraction, secondsLeft });
  };
}

/** Reports the rows done in a step whose total is unknown. */
export function rowMeter(step: Progress['step'], { onProgress }: Pace): (done: number) => void {
  const startedAt = performance.now();
  return (done) => {
    const perSecond = done / Math.max((performance.now() - startedAt) / 1_000, 0.001);
    onProgress?.({ step, done, perSecond, fraction: null, secondsLeft: null });
  };
}

/**
 * The end of a replay: a position, and for a time also the time. Rejects with `AuditRefused`
 * (as-of-in-future, as-of-too-early) if no event was recorded by then.
 */
export async function endOf(store: EventStore, until: Until): Promise<Range> {
  const head = await store.head();
  if (until === 'head') return { to: head };
  if ('position' in until) {
    const { position } = until;
    if (position > head) {
      throw new AuditRefused(
        'as-of-in-future',
        `The event log ends at ${head}, before ${position}.`,
      );
    }
    await requireBegun(store, `position ${position}`, (first) => first.position > position);
    return { to: position };
  }
  if (Date.parse(until.time) > Date.now()) {
    throw new AuditRefused('as-of-in-future', `${until.time} is in the future.`);
  }
  const untilTime = inUtc(until.time);
  await requireBegun(store, until.time, (first) => isLater(happenedAt(first), untilTime));
  return { to: head, untilTime };
}

async function requireBegun(
  store: EventStore,
  moment: string,
  isAfter: (first: RecordedEvent) => boolean,
): Promise<void> {
  let page = await store.readAll({ after: START, limit: 1 });
  while (page.events.length === 0 && !page.atEnd) {
    page = await store.readAll({ after: page.end, limit: 1 });
  }
  const [first] = page.events;
  if (first !== undefined && !isAfter(first)) return;
  const begin =
    first === undefined
      ? 'the event log is empty'
      : `the log begins at position ${first.position}, on ${happenedAt(first)}`;
  throw new AuditRefused('as-of-too-early', `At ${moment} nothing was recorded: ${begin}.`);
}

/**
 * A time in UTC with all given fractional digits, which `Date` would cut, padded with zeros, so that no
 * recorded text of the same instant compares as later.
 */
function inUtc(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  const second = new Date(time).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${second}.${fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0')}Z`;
}
