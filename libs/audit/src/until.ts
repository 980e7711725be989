import {
  type EventStore,
  isLater,
  type Position,
  type RecordedEvent,
  START,
} from '@daybook/event-store';
import { AuditRefused } from './audit-refused';

/** Where a replay ends: everything up to a position, or everything recorded by a time (RFC 3339). */
export type Until =
  | { readonly position: Position }
  | { readonly time: string }
  /** The end of the event log when the replay starts. */
  | 'head';

/** At least as many fractional digits as any store writes. */
const FRACTION_DIGITS = 9;

/**
 * The end of a replay: a position, and for a time also the time. Rejects with `AuditRefused`
 * (as-of-in-future, as-of-too-early) if no event was recorded by then.
 */
export async function endOf(
  store: EventStore,
  until: Until,
): Promise<{ readonly to: Position; readonly untilTime?: string }> {
  const head = await store.head();
  if (until === 'head') return { to: head };
  if ('position' in until) {
    const { position } = until;
    if (position > head) {
      throw new AuditRefused('as-of-in-future', `The log ends at ${head}, before ${position}.`);
    }
    await requireBegun(store, `position ${position}`, (first) => first.position > position);
    return { to: position };
  }
  if (Date.parse(until.time) > Date.now()) {
    throw new AuditRefused('as-of-in-future', `${until.time} is in the future.`);
  }
  const untilTime = inUtc(until.time);
  await requireBegun(store, until.time, (first) => isLater(first.recordedAt, untilTime));
  return { to: head, untilTime };
}

async function requireBegun(
  store: EventStore,
  moment: string,
  isAfter: (first: RecordedEvent) => boolean,
): Promise<void> {
  const first = await firstOf(store);
  if (first !== null && !isAfter(first)) return;
  const begin =
    first === null
      ? 'the log is empty'
      : `the log begins at position ${first.position}, on ${first.recordedAt}`;
  throw new AuditRefused('as-of-too-early', `At ${moment} nothing was recorded: ${begin}.`);
}

async function firstOf(store: EventStore): Promise<RecordedEvent | null> {
  for (let after = START; ; ) {
    const page = await store.readAll({ after, limit: 1 });
    const [first] = page.events;
    if (first !== undefined) return first;
    if (page.atEnd) return null;
    after = page.end;
  }
}

/**
 * A time in UTC with all given fractional digits, which `Date` would cut, padded with zeros. So no recorded
 * text of the same instant compares as later.
 */
function inUtc(time: string): string {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  const second = new Date(time).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
  return `${second}.${fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0')}Z`;
}
