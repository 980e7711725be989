import { canonicalTransaction, familyOfChain, transactionForm } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import {
  DomainError,
  idOf,
  streamName,
  upcast,
  type WatchOrder,
  watchRequest,
} from '@daybook/domain';
import { EventStore, type RecordedEvent } from '@daybook/event-store';
import {
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
import { type Answer, CallerCommand } from '../edge/request-context';
import { writeAs } from '../edge/write-as';
import { type ListOf, type Page, pageOf, positionBefore } from '../projections/cursor';

/** About a quarter of an hour's work on a public node; more must be allowed explicitly. */
const BLOCKS_MAX = 10_000;

interface NewWatchRequest
  extends Pick<WatchOrder, 'kind' | 'from' | 'to' | 'transaction' | 'reason'> {
  /** Without it, the only chain that is watched. */
  readonly chain: string | undefined;
  /** 10,000 when left out. */
  readonly blocksMax: number | undefined;
}

/**
 * Requests something of the watcher of a chain. The answer does not wait for the watcher. Refuses with
 * `chain-unknown`, `watch-request-invalid`.
 */
export class RequestWatch extends CallerCommand<NewWatchRequest, json.WatchRequest> {}

@CommandHandler(RequestWatch)
export class RequestWatchHandler implements ICommandHandler<RequestWatch> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
  ) {}

  async execute({ context, request }: RequestWatch): Promise<Answer<json.WatchRequest>> {
    const chain = this.chainOf(request.chain);
    const heads = await this.queries.execute(new ListChainHeads());
    const latest = heads.find((head) => head.chain === chain)?.latest ?? null;
    const { blocksMax = BLOCKS_MAX } = request;
    const transaction = request.transaction && requireTransaction(chain, request.transaction);
    const facts = { latest };
    const order = { ...request, chain, transaction, blocksMax };
    const command = { ...order, type: 'RequestWatch', facts } as const;
    // A repeat of the same request has the same command id, and so the same stream.
    const id = context.commandId;
    const stream = streamName('watch', id);
    const answer = await writeAs(this.store, context, stream, watchRequest, command, () => null);
    return { ...answer, resource: await this.queries.execute(new GetWatchRequest(id)) };
  }

  private chainOf(named: string | undefined): string {
    const watched = this.chains.registry.connections.map(({ chain }) => chain);
    const chain = watched.length === 1 ? (named ?? watched[0]) : named;
    if (chain !== undefined && watched.includes(chain)) return chain;
    const wrong = named === undefined ? 'No chain is named' : `${named} is not watched here`;
    const right =
      watched.length === 0 ? 'no chain is watched here' : `there is ${watched.join(', ')}`;
    throw new DomainError('chain-unknown', `${wrong}; ${right}.`);
  }
}

/** The canonical hash of a transaction of the chain. Refuses with `watch-request-invalid`. */
function requireTransaction(chain: string, text: string): string {
  const family = familyOfChain(chain);
  const hash = family && canonicalTransaction(family, text);
  if (hash !== null) return hash;
  const form = family === null ? 'another form' : transactionForm(family);
  throw new DomainError(
    'watch-request-invalid',
    `${text} is no hash of a transaction of ${chain}: it has ${form}.`,
  );
}

/** Cancels a request. Refuses with `watch-request-not-found`, `watch-request-ended`. */
export class CancelWatchRequest extends CallerCommand<
  { readonly id: string; readonly reason: string },
  json.WatchRequest
> {}

@CommandHandler(CancelWatchRequest)
export class CancelWatchRequestHandler implements ICommandHandler<CancelWatchRequest> {
  constructor(
    private readonly store: EventStore,
    private readonly queries: QueryBus,
  ) {}

  async execute({ context, request }: CancelWatchRequest): Promise<Answer<json.WatchRequest>> {
    const { id, reason } = request;
    const { state } = await this.queries.execute(new GetWatchRequest(id));
    const facts = { ended: isEnded(state) ? state : null };
    const command = { type: 'CancelWatchRequest', reason, facts } as const;
    const stream = streamName('watch', id);
    const answer = await writeAs(this.store, context, stream, watchRequest, command, () => null);
    return { ...answer, resource: await this.queries.execute(new GetWatchRequest(id)) };
  }
}

/** What an operator requested. Times are RFC 3339 or dates. */
interface Requested extends Omit<WatchOrder, 'blocksMax'> {
  readonly id: string;
  readonly requestedBy: string;
  readonly requestedAt: string | Date;
  readonly cancelledAt: string | Date | null;
}

/** The watcher's last report on a request. */
interface Report
  extends Pick<json.WatchRequest, 'state' | 'blocksLeft' | 'found' | 'versions' | 'refusal'> {
  readonly from: number | null;
  readonly to: number | null;
  readonly reportedAt: string;
}

/** A request and its cancellation, from its stream. Refuses with `watch-request-not-found`. */
export function requestedIn(history: readonly RecordedEvent[]) {
  const first = found(history[0] ?? null, 'watch-request-not-found');
  const event = upcast(first);
  if (event.type !== 'WatchRequested')
    throw new Error(`${first.stream} begins with ${event.type}.`);
  const cancelled = history.find(({ type }) => type === 'WatchRequestCancelled');
  return {
    ...{ ...event.data, id: idOf(first.stream) },
    ...{ requestedBy: first.metadata.actor, requestedAt: first.recordedAt },
    cancelledAt: cancelled?.recordedAt ?? null,
  };
}

const REPORTS = `
  SELECT request_id, state, from_block AS "from", to_block AS "to", blocks_left AS "blocksLeft",
    found, versions, reason AS refusal, observed_at AS "reportedAt"
  FROM ledger.watch_report`;

/**
 * One request, from the event log, because the read models may not have it yet. Refuses with
 * `watch-request-not-found`.
 */
export class GetWatchRequest extends Query<json.WatchRequest> {
  constructor(readonly id: string) {
    super();
  }
}

@QueryHandler(GetWatchRequest)
export class GetWatchRequestHandler implements IQueryHandler<GetWatchRequest> {
  constructor(
    private readonly store: EventStore,
    private readonly dataSource: DataSource,
  ) {}

  async execute({ id }: GetWatchRequest): Promise<json.WatchRequest> {
    const requested = requestedIn(await this.store.readStream(streamName('watch', id)));
    const sql = `SELECT to_json(r) AS report FROM (${REPORTS}) r WHERE request_id = $1`;
    const [row] = await this.dataSource.query<{ report: Report }[]>(sql, [id]);
    return toResponse(requested, row?.report ?? null);
  }
}

/** All requests, newest first, of one chain when it is named. */
export class ListWatchRequests extends Query<Page<json.WatchRequest>> {
  constructor(readonly request: ListOf<{ readonly chain: string }>) {
    super();
  }
}

// As numbers: the driver returns bigint as text. A block number is below 10^15, which float8 has exactly.
const LIST = `
  SELECT q.id, q.first_position AS "firstPosition", q.chain, q.kind, q.from_block::float8 AS "from",
    q.to_block::float8 AS "to", q.tx_hash AS transaction, q.reason, q.requested_by AS "requestedBy",
    q.requested_at AS "requestedAt", q.cancelled_at AS "cancelledAt", to_json(r) AS report
  FROM ledger.watch_request q LEFT JOIN (${REPORTS}) r ON r.request_id = q.id
  WHERE ($1::text IS NULL OR q.chain = $1) AND ($2::bigint IS NULL OR q.first_position < $2)
  ORDER BY q.first_position DESC LIMIT $3`;

interface Listed extends Requested {
  readonly firstPosition: string;
  readonly report: Report | null;
}

@QueryHandler(ListWatchRequests)
export class ListWatchRequestsHandler implements IQueryHandler<ListWatchRequests> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ request }: ListWatchRequests): Promise<Page<json.WatchRequest>> {
    const { filter, page } = request;
    const before = positionBefore(page.cursor, filter);
    const values = [filter.chain ?? null, before, page.limit + 1];
    const rows = await this.dataSource.query<Listed[]>(LIST, values);
    return pageOf(rows, page.limit, filter, (row) => toResponse(row, row.report));
  }
}

function isEnded(state: json.WatchRequest['state']): boolean {
  return state !== 'waiting' && state !== 'running';
}

/**
 * A request as it is now. It is cancelled as soon as an operator cancels it, unless the watcher reports that
 * it ended before.
 */
function toResponse(requested: Requested, report: Report | null): json.WatchRequest {
  const { id, chain, kind, transaction, reason, requestedBy, requestedAt, cancelledAt } = requested;
  const reported: Partial<Report> = report ?? {};
  const {
    state = 'waiting',
    blocksLeft = null,
    found = 0,
    versions = 0,
    refusal = null,
  } = reported;
  const hasEnded = isEnded(state);
  const isCancelled = cancelledAt !== null && !hasEnded;
  const reportedAt = report && inMs(report.reportedAt);
  return {
    ...{ id, chain, kind, state: isCancelled ? 'cancelled' : state },
    ...{ fromBlock: reported.from ?? requested.from, toBlock: reported.to ?? requested.to },
    transaction,
    ...{ blocksLeft: isCancelled ? 0 : blocksLeft, found, versions, refusal },
    ...{ reason, requestedBy, requestedAt: inMs(requestedAt) },
    ...{ endedAt: hasEnded ? reportedAt : cancelledAt && inMs(cancelledAt), reportedAt },
  };
}

/** To the millisecond, whether from the event log or from a table. */
function inMs(time: string | Date): string {
  return new Date(time).toISOString();
}
