import type { json } from '@daybook/contracts';
import type { EventStore, LogPage, Position, RecordedEvent } from '@daybook/event-store';
import { nameOfLog, requireEpoch } from '../edge/log-epochs';
import type { StreamControl } from '../edge/operation';
import { requireInLog } from '../edge/positions';
import type { ReplayRequest, TailRequest } from './event-stream.dto';
import { type PublicRecord, publicEvents, publicRecords } from './public-events';

export interface StreamOptions<Query = TailRequest> extends StreamControl {
  readonly accountId: string;
  readonly query: Query;
}

/**
 * Events per read of the event log. A stream keeps them in memory until its reader has taken them, and
 * they are enough to share the cost of the read.
 */
const PAGE_LIMIT = 1_000;

/**
 * The account's events between two positions, in parts. A part is read on demand, so a reader who stops
 * costs one page. Refuses with `position-not-in-log`, `epoch-ended`.
 */
export async function* replayEvents(
  store: EventStore,
  options: StreamOptions<ReplayRequest>,
): AsyncGenerator<json.TailResponse, void, void> {
  requireEpoch(store, options.query.log);
  const head = await store.head();
  const until = BigInt(options.query.until ?? head);
  requireInLog(until, head);
  yield* streamed(store, options, until);
}

/**
 * The account's events after a position, then new events as they are recorded, without end. A part
 * without events is a heartbeat; one is also sent when the end of the event log is first reached.
 * Refuses with `position-not-in-log`, `epoch-ended`, and with the reason of the signal.
 */
export async function* tailEvents(
  store: EventStore,
  options: StreamOptions,
): AsyncGenerator<json.TailResponse, void, void> {
  yield* streamed(store, options, null);
}

/** `until` is null for a stream without end. */
async function* streamed(
  store: EventStore,
  options: StreamOptions,
  until: Position | null,
): AsyncGenerator<json.TailResponse, void, void> {
  const { query, signal, heartbeatMs } = options;
  requireEpoch(store, query.log);
  let position = BigInt(query.after ?? 0);
  requireInLog(position, await store.end());
  let sentAt = until === null ? Number.NEGATIVE_INFINITY : performance.now();
  while (until === null || position < until) {
    signal.throwIfAborted();
    const page = await readPage(store, position, query);
    const events = await eventsOf(store, page, options, until ?? page.end);
    position = page.end;
    if (until !== null && position >= until) return yield part(store, events, until, true);
    if (events.length > 0 || performance.now() - sentAt >= heartbeatMs) {
      yield part(store, events, position, page.atEnd);
      sentAt = performance.now();
    }
    if (until !== null || !page.atEnd) continue;
    const restMs = Math.max(0, heartbeatMs - (performance.now() - sentAt));
    await store.waitForGrowth(position, restMs, signal);
  }
  yield part(store, [], position, true);
}

/** Where a page begins, and in which log. */
interface EventsAfter {
  readonly after: Position;
  readonly limit: number;
  readonly log?: string | undefined;
}

const NEW_EPOCH = 'LogEpochBegun';
/** The kind of its stream, which every filter of a stream lets pass. */
const LOG_KIND = 'log';

/** Events that one page scans at most. It bounds the cost of a page for an account with few events. */
const SCAN_LIMIT = 1_000;

/**
 * A page of the account's events after a position (exclusive), in log order and complete. A page scans a
 * bounded part of the event log, so it may have fewer events than the limit, or none, and not be the last.
 * `nextCursor` is the position to continue after, null only at the end of the event log. Refuses with
 * `position-not-in-log`, `epoch-ended`.
 */
export async function listEvents(
  store: EventStore,
  accountId: string,
  { after, limit, log }: EventsAfter,
): Promise<json.EventList> {
  requireEpoch(store, log);
  const { events, end, atEnd } = await store.readAll({ after, limit: SCAN_LIMIT });
  // The page may come from a copy that lags behind; the end is the leader's.
  if (events.length === 0 && atEnd) requireInLog(after, await store.end());
  const records: PublicRecord[] = [];
  const page = { log: nameOfLog(store.identity) };
  for (const recorded of events) {
    if (!concerns(accountId, recorded)) continue;
    records.push(...publicRecords([recorded]));
    if (records.length === limit) break;
  }
  const data = await publicEvents(store, records);
  const last = data.at(-1);
  if (last !== undefined && data.length === limit)
    return { ...page, data, nextCursor: last.position };
  return { ...page, data, nextCursor: atEnd ? null : end.toString() };
}

/** A new epoch concerns every account: it says from where messages are void. */
function concerns(accountId: string, { metadata, type }: RecordedEvent): boolean {
  return metadata.accountId === accountId || type === NEW_EPOCH;
}

function part(
  { identity }: EventStore,
  data: readonly json.Event[],
  position: Position,
  atEnd: boolean,
): json.TailResponse {
  return { data, position: position.toString(), atEnd, log: nameOfLog(identity) };
}

/** Readers at the same position share one read, so many readers at the end cost as much as one. */
const underWay = new WeakMap<EventStore, Map<string, Promise<LogPage>>>();

function readPage(
  store: EventStore,
  after: Position,
  { subjectKinds = [] }: TailRequest,
): Promise<LogPage> {
  const pages = underWay.get(store) ?? new Map<string, Promise<LogPage>>();
  underWay.set(store, pages);
  const key = `${after} ${subjectKinds}`;
  const filter = subjectKinds.length === 0 ? {} : { kinds: [...subjectKinds, LOG_KIND] };
  const page =
    pages.get(key) ??
    store.readAll({ after, limit: PAGE_LIMIT, ...filter }).finally(() => pages.delete(key));
  pages.set(key, page);
  return page;
}

function eventsOf(
  store: EventStore,
  page: LogPage,
  { accountId, query }: StreamOptions,
  until: Position,
): Promise<readonly json.Event[]> {
  const types = query.types?.length ? query.types : null;
  const wanted = page.events.filter(
    (recorded) =>
      concerns(accountId, recorded) &&
      recorded.position <= until &&
      (types === null || types.includes(recorded.type) || recorded.type === NEW_EPOCH),
  );
  return publicEvents(store, publicRecords(wanted));
}
