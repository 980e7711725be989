import type { json } from '@daybook/contracts';
import type { EventStore, LogPage, Position } from '@daybook/event-store';
import type { StreamControl } from '../edge/operation';
import { requireInLog } from '../edge/positions';
import type { Page } from '../projections/cursor';
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
 * costs one page. Refuses with `position-not-in-log`.
 */
export async function* replayEvents(
  store: EventStore,
  options: StreamOptions<ReplayRequest>,
): AsyncGenerator<json.TailResponse, void, void> {
  const head = await store.head();
  const until = BigInt(options.query.until ?? head);
  requireInLog(until, head);
  yield* streamed(store, options, until);
}

/**
 * The account's events after a position, then new events as they are recorded, without end. A part
 * without events is a heartbeat; one is also sent when the end of the event log is first reached.
 * Refuses with `position-not-in-log`, and with the reason of the signal.
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
  let position = BigInt(query.after ?? 0);
  requireInLog(position, await store.end());
  let sentAt = until === null ? Number.NEGATIVE_INFINITY : performance.now();
  while (until === null || position < until) {
    signal.throwIfAborted();
    const page = await readPage(store, position, query);
    const events = await eventsOf(store, page, options, until ?? page.end);
    position = page.end;
    if (until !== null && position >= until) return yield part(events, until, true);
    if (events.length > 0 || performance.now() - sentAt >= heartbeatMs) {
      yield part(events, position, page.atEnd);
      sentAt = performance.now();
    }
    if (until !== null || !page.atEnd) continue;
    const restMs = Math.max(0, heartbeatMs - (performance.now() - sentAt));
    await store.waitForGrowth(position, restMs, signal);
  }
  yield part([], position, true);
}

/** Events that one page scans at most. It bounds the cost of a page for an account with few events. */
const SCAN_LIMIT = 1_000;

/**
 * A page of the account's events after a position (exclusive), in log order and complete. A page scans a
 * bounded part of the event log, so it may have fewer events than the limit, or none, and not be the last.
 * `nextCursor` is the position to continue after, null only at the end of the event log. Refuses with
 * `position-not-in-log`.
 */
export async function listEvents(
  store: EventStore,
  accountId: string,
  { after, limit }: { readonly after: Position; readonly limit: number },
): Promise<Page<json.Event>> {
  const { events, end, atEnd } = await store.readAll({ after, limit: SCAN_LIMIT });
  // The page may come from a copy that lags behind; the end is the leader's.
  if (events.length === 0 && atEnd) requireInLog(after, await store.end());
  const records: PublicRecord[] = [];
  for (const recorded of events) {
    if (recorded.metadata.accountId !== accountId) continue;
    records.push(...publicRecords([recorded]));
    if (records.length === limit) break;
  }
  const data = await publicEvents(store, records);
  const last = data.at(-1);
  if (last !== undefined && data.length === limit) return { data, nextCursor: last.position };
  return { data, nextCursor: atEnd ? null : end.toString() };
}

function part(data: readonly json.Event[], position: Position, atEnd: boolean): json.TailResponse {
  return { data, position: position.toString(), atEnd };
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
  const filter = subjectKinds.length === 0 ? {} : { kinds: subjectKinds };
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
    ({ metadata, type, position }) =>
      metadata.accountId === accountId &&
      position <= until &&
      (types === null || types.includes(type)),
  );
  return publicEvents(store, publicRecords(wanted));
}
