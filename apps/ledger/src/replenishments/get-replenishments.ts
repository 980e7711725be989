import { displayAddress } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import {
  type ComplianceMode,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
  upcast,
} from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource, In, type SelectQueryBuilder } from 'typeorm';
import { AssetNames, ChainRegistry, confirmationsOf, type Head, Heads } from '../chains';
import { type KnownAssets, toMoney } from '../edge/money';
import { AccountQuery } from '../edge/request-context';
import { complianceModeOf, LedgerEnv } from '../ledger.env';
import { type ListOf, listNewest, type Page } from '../projections/cursor';
import { PositionReached } from '../projections/position-reached';
import { GetPurseReplenishments, type PurseReplenishments, PurseRow } from '../purses';
import { ReplenishmentRow } from './replenishment.row';
import { STATE_PAIRS } from './replenishments.dto';
import { rowIn } from './replenishments.projection';
import { whyUnrecorded } from './transfers.consumer';

/** One replenishment of the account by id, or null. */
export class GetReplenishment extends AccountQuery<string, json.Replenishment | null> {}

/** The account's replenishments, newest first. */
export class ListReplenishments extends AccountQuery<
  ListOf<{
    customerId: string;
    purseId: string;
    /** Any of these. */
    statuses: readonly ReplenishmentStatus[];
    /** CAIP-19. */
    asset: string;
    /** First recorded at or after this RFC 3339 time. */
    from: string;
    /** First recorded before this RFC 3339 time. */
    to: string;
  }>,
  Page<json.Replenishment>
> {}

type Row = ReplenishmentRow & { readonly purse: PurseRow };

@QueryHandler(GetReplenishment)
export class GetReplenishmentHandler implements IQueryHandler<GetReplenishment> {
  constructor(
    private readonly dataSource: DataSource,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
    readonly env: LedgerEnv,
  ) {}

  async execute({ accountId, request: id }: GetReplenishment) {
    const row = await withPurse(this.dataSource).where({ id, accountId }).getOne();
    return row && toResponse(row, await factsNow(this));
  }
}

@QueryHandler(ListReplenishments)
export class ListReplenishmentsHandler implements IQueryHandler<ListReplenishments> {
  constructor(
    private readonly dataSource: DataSource,
    readonly assets: AssetNames,
    readonly chains: ChainRegistry,
    readonly heads: Heads,
    readonly env: LedgerEnv,
  ) {}

  async execute({ accountId, request }: ListReplenishments): Promise<Page<json.Replenishment>> {
    const { statuses, from, to, ...filter } = request.filter;
    const rows = withPurse(this.dataSource);
    if (from !== undefined) rows.andWhere('r.created_at >= :from', { from });
    if (to !== undefined) rows.andWhere('r.created_at < :to', { to });
    const where = { accountId, ...filter, status: statuses && In(statuses) };
    const facts = await factsNow(this);
    return listNewest(rows, where, request, (row) => toResponse(row, facts));
  }
}

const OPEN: readonly ReplenishmentStatus[] = ['seen', 'detected', 'screening'];

// The index is by customer, who has few purses. What is held below the minimum alone is no receipt.
const USE_OF_PURSE = `
  SELECT max(credited_at) FILTER (WHERE status = 'confirmed'
           OR (status = 'held' AND reason IS DISTINCT FROM 'below-minimum')) AS last,
         count(*) FILTER (WHERE status = ANY($3::text[]))::int AS open
    FROM ledger.replenishment WHERE customer_id = $1 AND purse_id = $2`;

@QueryHandler(GetPurseReplenishments)
export class PurseReplenishmentsHandler implements IQueryHandler<GetPurseReplenishments> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: DurableLog,
    private readonly chains: ChainRegistry,
    private readonly reached: PositionReached,
  ) {}

  async execute({ purse }: GetPurseReplenishments): Promise<PurseReplenishments> {
    const { chains } = this.chains.registry;
    const ofFamily = chains.filter(({ family }) => family === purse.family);
    const receivers = ofFamily.map(({ id: chain }) => ({ chain, to: purse.address }));
    // In this order: what is recorded by the first call is in the read models after the second.
    const unrecorded = await whyUnrecorded(this.log, receivers);
    await this.reached.catchUp();
    const values = [purse.customerId, purse.id, OPEN];
    const [row]: [{ last: Date | null; open: number }] = await this.dataSource.query(
      USE_OF_PURSE,
      values,
    );
    return { lastReceiptAt: row.last?.toISOString() ?? null, open: row.open, unrecorded };
  }
}

function withPurse(dataSource: DataSource): SelectQueryBuilder<Row> {
  const rows = dataSource.getRepository(ReplenishmentRow).createQueryBuilder('r');
  // TypeORM does not know the type of what it maps to the property.
  return rows.innerJoinAndMapOne(
    'r.purse',
    PurseRow,
    'p',
    'p.id = r.purse_id',
  ) as SelectQueryBuilder<Row>;
}

/** An empty text says that it has none although the purse was minted with one. */
function orderOf({ changedOrderId, purse }: Row): string | null {
  return changedOrderId === null ? purse.mintedOrderId : changedOrderId || null;
}

/** More parts than this are listed in the event log alone. */
const PARTS_SHOWN_MAX = 100;

function sumIn(
  { sumFirst, sumAmount, sumCount, sumParts }: ReplenishmentRow,
  money: (amount: string) => json.Money,
): json.HeldSum | null {
  if (sumFirst === null || sumAmount === null || sumCount === null) return null;
  const count = Number(sumCount);
  const parts = count > PARTS_SHOWN_MAX ? [] : (sumParts?.split(',') ?? []);
  return {
    firstReplenishmentId: sumFirst,
    money: money(sumAmount),
    count,
    replenishmentIds: parts,
  };
}

/** What an answer has besides the row. */
export interface Facts {
  /** By what money in review is decided. */
  readonly reviewedBy: ComplianceMode;
  readonly assets: KnownAssets;
  readonly chains: ChainRegistry;
  readonly heads: ReadonlyMap<string, Head>;
}

/** Where the facts of answers come from. */
interface Sources {
  readonly assets: AssetNames;
  readonly chains: ChainRegistry;
  readonly heads: Heads;
  readonly env: LedgerEnv;
}

export async function factsNow({ assets, chains, heads, env }: Sources): Promise<Facts> {
  const reviewedBy = complianceModeOf(env, { screening: true });
  return { chains, reviewedBy, assets: await assets.now(), heads: await heads.now() };
}

/** A replenishment right after a command, from the event log: the read models may not have the command yet. */
export async function replenishmentAt(
  sources: Sources & { readonly store: EventStore; readonly dataSource: DataSource },
  stream: string,
  position: bigint,
): Promise<json.Replenishment> {
  const history = (await sources.store.readStream(stream))
    .filter((recorded) => recorded.position <= position)
    .map((recorded) => ({ recorded, event: upcast(recorded) as ReplenishmentEvent }));
  const row = rowIn(history);
  const purses = sources.dataSource.getRepository(PurseRow);
  const purse = await purses.findOneByOrFail({ id: row.purseId });
  return toResponse(Object.assign(row, { purse }), await factsNow(sources));
}

function complianceIn(row: ReplenishmentRow, reviewedBy: ComplianceMode): json.Compliance {
  const { status, complianceMode: mode, complianceVerdict, listVersion } = row;
  if (mode !== null && complianceVerdict !== null) {
    return { mode, verdict: complianceVerdict, listVersion };
  }
  if (status === 'screening') return { mode: reviewedBy, verdict: 'pending', listVersion: null };
  return { mode: 'none', verdict: 'not-checked', listVersion: null };
}

export function toResponse(
  row: Row,
  { assets, chains, heads, reviewedBy }: Facts,
): json.Replenishment {
  const { family } = row.purse;
  const chain = row.asset.slice(0, row.asset.indexOf('/'));
  const policy = chains.policyOf(chain, row.asset);
  const { id, customerId, purseId, status, txHash, ordinal, creditedTo, reason, finality } = row;
  const { blockNumber, blockHash: hash, blockTime } = row;
  const money = (amount: string) =>
    toMoney({ asset: row.asset, baseUnits: BigInt(amount) }, assets);
  const block =
    blockNumber === null || hash === null || blockTime === null
      ? null
      : { number: Number(blockNumber), hash, time: blockTime.toISOString() };
  return {
    ...{ id, customerId, purseId, status, txHash, ordinal, creditedTo, reason, finality },
    outsideOrderId: orderOf(row),
    ...STATE_PAIRS[status],
    compliance: complianceIn(row, reviewedBy),
    translationToAccountCompleted: row.swept,
    money: money(row.amount),
    netted: row.netted === null ? null : money(row.netted),
    unbacked: row.unbacked === null ? null : money(row.unbacked),
    sum: sumIn(row, money),
    chain,
    from: displayAddress(family, row.from),
    to: displayAddress(family, row.to),
    block,
    confirmations: confirmationsOf(block?.number ?? null, heads.get(chain), policy, finality),
    blocked: reason === 'customer-blocked',
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    position: row.lastPosition,
  };
}
