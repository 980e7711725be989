import { bigintArray, messageOf, surviveLostConnections, textArray } from '@daybook/platform/plain';
import { Pool } from 'pg';
import {
  type AppendResult,
  type EncodedAppend,
  EventStore,
  type Histories,
  type LogPage,
  lowestRevisions,
  type Position,
  READ_ALL_LIMIT_MAX,
  READ_ALL_SCAN_MAX,
  type ReadAllOptions,
  type RecordedEvent,
  StoreUnavailable,
  type StreamFrom,
} from '../event-store';
import type { Growth } from '../waiters';
import { APPEND_NOTHING, appendBatch } from './append-batch';
import { gatherReads } from './gather-reads';
import { type GroupCommit, groupCommit, QUEUE_LIMITS, type QueueLimits } from './group-commit';
import { listenForGrowth } from './growth';
import { ReadEvent } from './read-event';
import { lastingConnection, sessionConfig } from './session';

const COLUMNS =
  'e.position, e.stream_id, e.revision, e.event_id, e.type, e.data, e.metadata, e.recorded_at';

const READ_ALL = `SELECT ${COLUMNS} FROM event_store.event e WHERE e.position > $1 ORDER BY e.position LIMIT $2`;

/**
 * Scans the same index but returns only the wanted kinds. One statement sees one snapshot, so no event up to
 * this head is missing. A row without an event carries the head alone.
 */
const READ_KINDS = `SELECT head.position, wanted.* FROM
  (SELECT coalesce(max(position), 0) AS position FROM event_store.event) head
  LEFT JOIN LATERAL (
    SELECT ${COLUMNS} FROM event_store.event e
    WHERE e.position > $1 AND e.position <= $4 AND e.position <= head.position
      AND split_part(e.stream_id, '-', 1) = ANY($3::text[])
    ORDER BY e.position LIMIT $2) wanted ON true`;

/** One index lookup a stream; the rows of each stream are together and in order. */
const READ_STREAMS = `SELECT s.* FROM unnest($1::text[], $2::bigint[]) AS wanted(stream, since), LATERAL (
  SELECT ${COLUMNS} FROM event_store.event e
  WHERE e.stream_id = wanted.stream AND e.revision >= wanted.since ORDER BY e.revision) s`;

const HEAD = 'SELECT coalesce(max(position), 0) FROM event_store.event';

/**
 * The log in PostgreSQL: an append-only table in commit order (`migrations.ts` says how) behind a
 * group commit. It owns its connections: a pool to read, one to write and one to listen.
 */
export class PostgresEventStore extends EventStore {
  private readonly pool: Pool;
  private readonly writes: GroupCommit;
  private readonly growth: Growth;
  private readonly gatheredRead = gatherReads((streams) => this.readMany(streams));
  private readonly closeWriter: () => Promise<void>;

  /** `limits`: how much may wait to be written before more is refused with `StoreUnavailable`. */
  constructor(url: string, limits: QueueLimits = QUEUE_LIMITS) {
    super();
    const session = sessionConfig(url);
    this.pool = surviveLostConnections(new Pool(session));
    this.growth = listenForGrowth(
      session,
      () => this.certainHead(),
      () => this.doubt(),
    );
    const writer = lastingConnection({ ...session, pipeline: true }, () => {
      this.doubt();
      this.writes.lost();
    });
    this.closeWriter = writer.close;
    const commit = (batch: readonly EncodedAppend[]) =>
      appendBatch(writer, batch, this.growth.reached);
    this.writes = groupCommit(commit, limits);
  }

  protected override store(append: EncodedAppend): Promise<AppendResult> {
    return new Promise((resolve) => this.writes.submit(append, resolve));
  }

  protected override async fetchStreams(streams: readonly StreamFrom[]): Promise<Histories> {
    const [only] = streams;
    if (only === undefined) return new Map();
    if (streams.length > 1) return this.readMany(streams);
    // A single command reads one stream; concurrent commands share queries.
    const history = await this.gatheredRead(only.stream, only.from ?? 0n);
    return new Map(history.length > 0 ? [[only.stream, history]] : []);
  }

  protected override async fetchPage({ after, limit, kinds }: ReadAllOptions): Promise<LogPage> {
    const most = Math.min(limit, READ_ALL_LIMIT_MAX);
    if (kinds === undefined) {
      const rows = await this.query('read-all', READ_ALL, [String(after), String(most)]);
      const events = rows.map(recordedEvent);
      // Positions have no gaps, so the last event of a short page is the head as it was when read.
      return { events, end: events.at(-1)?.position ?? after, atEnd: events.length < most };
    }
    const scanned = after + BigInt(READ_ALL_SCAN_MAX);
    const range = [String(after), String(most), textArray(kinds), String(scanned)];
    const rows = await this.query('read-kinds', READ_KINDS, range);
    const head = BigInt(rows[0]?.[0] ?? 0);
    const events = rows
      .filter(([, position]) => position !== null)
      .map((r) => recordedEvent(r.slice(1)));
    const last = events.at(-1);
    if (last && events.length === most) return { events, end: last.position, atEnd: false };
    const reached = scanned < head ? scanned : head;
    return { events, end: reached > after ? reached : after, atEnd: head <= scanned };
  }

  protected override async fetchAt(position: Position): Promise<RecordedEvent | undefined> {
    // Positions have no gaps.
    return (await this.fetchPage({ after: position - 1n, limit: 1 })).events[0];
  }

  override async head(): Promise<Position> {
    const [row] = await this.query('head', HEAD, []);
    return BigInt(row?.[0] ?? 0);
  }

  /** Takes the lock that every append takes, and stores nothing. */
  protected override async probe(): Promise<void> {
    try {
      await this.pool.query(APPEND_NOTHING);
    } catch (cause) {
      throw new StoreUnavailable(`PostgreSQL cannot be written: ${messageOf(cause)}`, { cause });
    }
  }

  override waitForGrowth(
    after: Position,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Position> {
    return this.growth.wait(after, timeoutMs, signal);
  }

  protected override async finish(): Promise<void> {
    await this.writes.idle();
    await Promise.all([this.growth.close(), this.closeWriter(), this.pool.end()]);
  }

  /** One query, however many streams. */
  private async readMany(streams: readonly StreamFrom[]): Promise<Histories> {
    const wanted = lowestRevisions(streams);
    const names = textArray([...wanted.keys()]);
    const since = bigintArray([...wanted.values()]);
    const rows = await this.query('read-streams', READ_STREAMS, [names, since]);
    const histories = new Map<string, RecordedEvent[]>();
    for (const row of rows) {
      const event = recordedEvent(row);
      const history = histories.get(event.stream);
      if (history) history.push(event);
      else histories.set(event.stream, [event]);
    }
    return histories;
  }

  private async query(name: string, text: string, values: (string | Buffer)[]): Promise<Row[]> {
    try {
      const query = { name: `event_store.${name}`, text, values, rowMode: 'array' as const };
      const { rows } = await this.pool.query<Row>(query);
      return rows;
    } catch (cause) {
      throw new StoreUnavailable(`PostgreSQL cannot be read: ${messageOf(cause)}`, { cause });
    }
  }
}

/** The columns as text, in the order of `COLUMNS`; null where a row has no event. */
type Row = (string | null)[];
type EventRow = [string, string, string, string, string, string, string, string];

function recordedEvent(row: Row): RecordedEvent {
  const [position, stream, revision, id, type, data, metadata, recordedAt] = row as EventRow;
  return new ReadEvent(
    id,
    type,
    JSON.parse(data),
    stream,
    BigInt(revision),
    BigInt(position),
    // 2026-01-31 12:00:00.5+00 in a session that runs in UTC.
    `${recordedAt.slice(0, 10)}T${recordedAt.slice(11, -3)}Z`,
    metadata,
  );
}
