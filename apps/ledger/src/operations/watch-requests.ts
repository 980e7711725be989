import {
  DomainError,
  idOf,
  streamName,
  upcast,
  type WatchWish,
  watchRequest,
} from '@daybook/domain';
import { EventStore, type RecordedEvent } from '@daybook/event-store';
import {
  Command,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  Query,
  QueryBus,
  QueryHandler,
} from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { ChainRegistry, ListChainHeads } from '../chains';
import { found } from '../edge/problem';
import type { Answer, RequestContext } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type Page, type PageRequest, pageOf, positionBefore } from '../projections/cursor';
import type { WatchRequestResponse } from './watch-requests.dto';

/** On a public node about a quarter of an hour's work; more must be allowed explicitly. */
const BLOCKS_MAX = 10_000;

/** What an operator asks for; what is left out has a default. */
export interface NewWatchRequest extends Pick<WatchWish, 'kind' | 'from' | 'to' | 'reason'> {
  /** The only chain there is when left out. */
  readonly chain: string | undefined;
  /** 10,000 when left out. */
  readonly blocksMax: number | undefined;
}

/**
 * Requests something of the watcher of a chain. The answer does not wait for the watcher. Refuses with
 * `chain-unknown`, `watch-request-invalid`.
 */
export class RequestWatch extends Command<Answer<WatchRequestResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly request: NewWatchRequest,
  ) {
    super();
  }
}

@CommandHandler(RequestWatch)
export class RequestWatchHandler implements ICommandHandler<RequestWatch> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
  ) {}

  async execute({ context, request }: RequestWatch): Promise<Answer<WatchRequestResponse>> {
    const chain = this.chainOf(request.chain);
    const heads = await this.queries.execute(new ListChainHeads());
    const latest = heads.find((head) => head.chain === chain)?.latest ?? null;
    // A repeat of the same request has the same command id, and so the same stream.
    const stream = streamName('watch', context.commandId);
    const { blocksMax = BLOCKS_MAX } = request;
    const command = {
      ...request,
      type: 'RequestWatch',
      chain,
      blocksMax,
      facts: { latest },
    } as const;
    const answer = await writeAs(this.store, context, stream, watchRequest, command, () => null);
    return { ...answer, resource: await currentOf(this.store, this.queries, context.commandId) };
  }

  private chainOf(named: string | undefined): string {
    const chains = this.chains.registry.connections.map(({ chain }) => chain);
    const [only] = chains;
    const known = chains.join(', ');
    if (only === undefined) throw new DomainError('chain-unknown', 'No chain is watched here.');
    if (named === undefined && chains.length === 1) return only;
    if (named === undefined) {
      throw new DomainError('chain-unknown', `Several chains are watched; name one: ${known}.`);
    }
    if (chains.includes(named)) return named;
    throw new DomainError(
      'chain-unknown',
      `Chain ${named} is not watched here; there is ${known}.`,
    );
  }
}

/** Cancels a request. Refuses with `watch-request-not-found`, `watch-request-ended`. */
export class CancelWatchRequest extends Command<Answer<WatchRequestResponse>> {
  constructor(
    readonly context: RequestContext,
    readonly id: string,
    readonly reason: string,
  ) {
    super();
  }
}

@CommandHandler(CancelWatchRequest)
export class CancelWatchRequestHandler implements ICommandHandler<CancelWatchRequest> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
  ) {}

  async execute(request: CancelWatchRequest): Promise<Answer<WatchRequestResponse>> {
    const { context, id, reason } = request;
    const report = await this.queries.execute(new GetWatchReport(id));
    const ended = report !== null && isEnded(report.state) ? report.state : null;
    const command = { type: 'CancelWatchRequest', reason, facts: { ended } } as const;
    const stream = streamName('watch', id);
    const answer = await writeAs(this.store, context, stream, watchRequest, command, () => null);
    return { ...answer, resource: await currentOf(this.store, this.queries, id) };
  }
}

/** What was requested. */
interface Requested {
  readonly id: string;
  readonly chain: string;
  readonly kind: WatchWish['kind'];
  readonly from: number | null;
  readonly to: number | null;
  readonly reason: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly cancelledAt: string | null;
}

/** The watcher's last report on a request. */
interface Report {
  readonly state: WatchRequestResponse['state'];
  readonly from: number | null;
  readonly to: number | null;
  readonly blocksLeft: number | null;
  readonly found: number;
  readonly versions: number;
  readonly refusal: string | null;
  readonly reportedAt: string;
}

const NO_REPORT = { blocksLeft: null, found: 0, versions: 0, refusal: null, reportedAt: null };

function isEnded(state: WatchRequestResponse['state']): boolean {
  return state !== 'waiting' && state !== 'running';
}

/**
 * A request as it stands. It is cancelled as soon as an operator cancels it, and what the watcher did with
 * it by then counts: a request that ended first is done.
 */
function toResponse(requested: Requested, report: Report | null): WatchRequestResponse {
  const { id, chain, kind, reason, requestedBy, requestedAt, cancelledAt } = requested;
  const reported = report?.state ?? 'waiting';
  const isCancelled = cancelledAt !== null && !isEnded(reported);
  const ended = isEnded(reported) ? (report?.reportedAt ?? null) : cancelledAt;
  const { blocksLeft, found, versions, refusal, reportedAt } = report ?? NO_REPORT;
  return {
    ...{ id, chain, kind, state: isCancelled ? 'cancelled' : reported },
    ...{ fromBlock: report?.from ?? requested.from, toBlock: report?.to ?? requested.to },
    ...{ blocksLeft: isCancelled ? 0 : blocksLeft, found, versions, refusal },
    ...{ reason, requestedBy, requestedAt, endedAt: ended, reportedAt },
  };
}

/** A request as the log has it, with its last report: the read models may not have it yet. */
async function currentOf(
  store: EventStore,
  queries: QueryBus,
  id: string,
): Promise<WatchRequestResponse> {
  const history = await store.readStream(streamName('watch', id));
  const requested = found(requestedIn(history), 'watch-request-not-found');
  return toResponse(requested, await queries.execute(new GetWatchReport(id)));
}

function requestedIn(history: readonly RecordedEvent[]): Requested | null {
  const [first] = history;
  const event = first && upcast(first);
  if (first === undefined || event?.type !== 'WatchRequested') return null;
  const cancelled = history.find(({ type }) => type === 'WatchRequestCancelled');
  return {
    ...{ ...event.data, id: idOf(first.stream) },
    ...{ requestedBy: first.metadata.actor, requestedAt: inMs(first.recordedAt) },
    cancelledAt: cancelled === undefined ? null : inMs(cancelled.recordedAt),
  };
}

/** To the millisecond, as the read model answers it. */
function inMs(time: string): string {
  return new Date(time).toISOString();
}

/** The last report on a request; null when its watcher has not taken it yet. */
class GetWatchReport extends Query<Report | null> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetWatchReport)
export class GetWatchReportHandler implements IQueryHandler<GetWatchReport> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ id }: GetWatchReport): Promise<Report | null> {
    const sql = `SELECT ${REPORT_COLUMNS} FROM ledger.watch_report r WHERE request_id = $1`;
    const [row] = await this.dataSource.query<Row[]>(sql, [id]);
    return row === undefined ? null : reportOf(row);
  }
}

/** One request, or null. */
export class GetWatchRequest extends Query<WatchRequestResponse | null> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetWatchRequest)
export class GetWatchRequestHandler implements IQueryHandler<GetWatchRequest> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ id }: GetWatchRequest): Promise<WatchRequestResponse | null> {
    const [row] = await this.dataSource.query<Row[]>(`${SELECT} WHERE q.id = $1`, [id]);
    return row === undefined ? null : fromRow(row);
  }
}

/** All requests, newest first, of one chain when it is named. */
export class ListWatchRequests extends Query<Page<WatchRequestResponse>> {
  constructor(
    readonly filter: { readonly chain: string | undefined },
    readonly page: PageRequest,
  ) {
    super();
  }
}

@QueryHandler(ListWatchRequests)
export class ListWatchRequestsHandler implements IQueryHandler<ListWatchRequests> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ filter, page }: ListWatchRequests): Promise<Page<WatchRequestResponse>> {
    const before = positionBefore(page.cursor, filter);
    const sql = `${SELECT}
      WHERE ($1::text IS NULL OR q.chain = $1) AND ($2::bigint IS NULL OR q.first_position < $2)
      ORDER BY q.first_position DESC LIMIT $3`;
    const values = [filter.chain ?? null, before, page.limit + 1];
    const rows = await this.dataSource.query<(Row & { firstPosition: string })[]>(sql, values);
    return pageOf(rows, page.limit, filter, fromRow);
  }
}

const REPORT_COLUMNS = `r.state, r.from_block AS report_from, r.to_block AS report_to, r.blocks_left,
  r.found, r.versions, r.reason AS refusal, r.observed_at`;
const SELECT = `
  SELECT q.id, q.first_position AS "firstPosition", q.chain, q.kind, q.from_block, q.to_block, q.reason,
    q.requested_by, q.requested_at, q.cancelled_at, ${REPORT_COLUMNS}
  FROM ledger.watch_request q LEFT JOIN ledger.watch_report r ON r.request_id = q.id`;

/** As the driver gives it: `bigint` is text. */
interface Row {
  readonly id: string;
  readonly chain: string;
  readonly kind: WatchWish['kind'];
  readonly from_block: string | null;
  readonly to_block: string | null;
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly cancelled_at: Date | null;
  /** Null without a report, and so are the columns below. */
  readonly state: WatchRequestResponse['state'] | null;
  readonly report_from: string | null;
  readonly report_to: string | null;
  readonly blocks_left: string | null;
  readonly found: string;
  readonly versions: string;
  readonly refusal: string | null;
  readonly observed_at: Date;
}

function fromRow(row: Row): WatchRequestResponse {
  const { id, chain, kind, reason } = row;
  const requested: Requested = {
    ...{ id, chain, kind, from: toNumber(row.from_block), to: toNumber(row.to_block), reason },
    ...{ requestedBy: row.requested_by, requestedAt: row.requested_at.toISOString() },
    cancelledAt: row.cancelled_at?.toISOString() ?? null,
  };
  return toResponse(requested, reportOf(row));
}

function reportOf(row: Row): Report | null {
  if (row.state === null) return null;
  return {
    ...{ state: row.state, from: toNumber(row.report_from), to: toNumber(row.report_to) },
    ...{ blocksLeft: toNumber(row.blocks_left), found: Number(row.found) },
    ...{ versions: Number(row.versions), refusal: row.refusal },
    reportedAt: row.observed_at.toISOString(),
  };
}

function toNumber(value: string | null): number | null {
  return value === null ? null : Number(value);
}
