import type { json } from '@daybook/contracts';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetNames } from '../chains';
import { toMoney } from '../edge/money';
import { type ListOf, type Page, pageOf, positionBefore } from '../projections/cursor';

/** Why money is not credited to a customer, in the words of the books of suspense, and of the other headings. */
export const SUSPENSE_REASONS = [
  ...(['below-minimum', 'in-review', 'archived', 'declined'] as const),
  ...(['shared-address', 'no-owner', 'unplanned-outflow'] as const),
  ...(['customer-blocked', 'unexplained', 'unreadable'] as const),
] as const;
export type SuspenseReason = (typeof SUSPENSE_REASONS)[number];

interface Filter {
  readonly accountId: string;
  readonly customerId: string;
  readonly asset: string;
  readonly reason: SuspenseReason;
  readonly olderThanDays: number;
}

/** What is not credited to a customer, newest first. `accountId` null lists that of every account, for operators. */
export class ListSuspense extends Query<Page<json.SuspenseItem>> {
  constructor(
    readonly accountId: string | null,
    readonly request: ListOf<Filter>,
  ) {
    super();
  }
}

/** What waits in suspense, by reason and asset: what the books of suspense have. */
export class GetSuspenseTotals extends Query<readonly json.SuspenseTotal[]> {
  constructor(readonly accountId: string) {
    super();
  }
}

const REASON = `CASE r.reason WHEN 'purse-archived' THEN 'archived' WHEN 'purse-declined' THEN 'declined'
  WHEN 'compliance-declined' THEN 'declined' ELSE r.reason END`;

const replenishments = (heading: string, reason: string, which: string) => `
  SELECT r.id, '${heading}' AS heading, ${reason} AS reason, r.account_id, r.customer_id, r.purse_id,
         r.asset, r.amount - coalesce(r.netted, 0) AS amount, r.credited_at AS since, r.first_position
    FROM ledger.replenishment r WHERE ${which}`;

const HELD = replenishments('suspense', REASON, "r.credited_to = 'suspense'");
const OF_BLOCKED = replenishments(
  'blocked-customer',
  'r.reason',
  "r.reason = 'customer-blocked' AND r.credited_to = 'account'",
);
// What left unplanned stays in suspense when its finding is noted.
const findings = (heading: string, which: string) => `
  SELECT f.id, '${heading}' AS heading, f.kind AS reason, f.account_id, f.customer_id, f.purse_id,
         f.asset, f.difference AS amount, f.opened_at AS since, f.first_position
    FROM ledger.finding f WHERE ${which}`;
const LEFT = findings(
  'suspense',
  "f.kind = 'unplanned-outflow' AND (f.status = 'open' OR f.ended = 'noted')",
);
const UNEXPLAINED = findings('finding', "f.kind <> 'unplanned-outflow' AND f.status = 'open'");

// Each part is read by an index of few rows. The findings are few.
const LIST = `
  SELECT i.id, i.heading, i.reason, i.account_id AS "accountId", i.customer_id AS "customerId",
         i.purse_id AS "purseId", i.asset, i.amount::text, i.since,
         i.first_position AS "firstPosition",
         floor(extract(epoch FROM ledger.clock() - i.since) / 86400)::int AS days
    FROM (${[HELD, OF_BLOCKED, LEFT, UNEXPLAINED].join(' UNION ALL ')}) AS i
   WHERE ($1::uuid IS NULL OR i.account_id = $1) AND ($2::uuid IS NULL OR i.customer_id = $2)
     AND ($3::text IS NULL OR i.asset = $3) AND ($4::text IS NULL OR i.reason = $4)
     AND ($5::int IS NULL OR i.since < ledger.clock() - $5 * interval '1 day')
     AND ($6::bigint IS NULL OR i.first_position < $6)
   ORDER BY i.first_position DESC LIMIT $7`;

const TOTALS = `
  SELECT i.reason, i.asset, sum(i.amount)::text AS amount, count(*)::int AS items,
         min(i.since) AS "oldestAt"
    FROM (${[HELD, LEFT].join(' UNION ALL ')}) AS i
   WHERE i.account_id = $1 GROUP BY i.reason, i.asset ORDER BY i.reason, i.asset`;

interface Row {
  readonly id: string;
  readonly heading: json.SuspenseItem['heading'];
  readonly reason: json.SuspenseItem['reason'];
  readonly accountId: string;
  readonly customerId: string;
  readonly purseId: string;
  readonly asset: string;
  readonly amount: string;
  readonly since: Date;
  readonly days: number;
  readonly firstPosition: string;
}

@QueryHandler(ListSuspense)
export class ListSuspenseHandler implements IQueryHandler<ListSuspense> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId, request }: ListSuspense): Promise<Page<json.SuspenseItem>> {
    const { filter, page } = request;
    const before = positionBefore(page.cursor, filter);
    const { customerId = null, asset = null, reason = null, olderThanDays = null } = filter;
    const of = accountId ?? filter.accountId ?? null;
    const values = [of, customerId, asset, reason, olderThanDays, before, page.limit + 1];
    const rows = await this.dataSource.query<Row[]>(LIST, values);
    const assets = await this.assets.now();
    return pageOf(rows, page.limit, filter, ({ firstPosition: _, amount, since, ...row }) => {
      const { asset: of, ...about } = row;
      const money = toMoney({ asset: of, baseUnits: BigInt(amount) }, assets);
      return { ...about, money, since: since.toISOString() };
    });
  }
}

interface TotalRow extends Pick<Row, 'reason' | 'asset' | 'amount'> {
  readonly items: number;
  readonly oldestAt: Date;
}

@QueryHandler(GetSuspenseTotals)
export class GetSuspenseTotalsHandler implements IQueryHandler<GetSuspenseTotals> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly assets: AssetNames,
  ) {}

  async execute({ accountId }: GetSuspenseTotals): Promise<readonly json.SuspenseTotal[]> {
    const rows = await this.dataSource.query<TotalRow[]>(TOTALS, [accountId]);
    const assets = await this.assets.now();
    return rows.map(({ reason, asset, amount, items, oldestAt }) => ({
      ...{ reason, items, oldestAt: oldestAt.toISOString() },
      money: toMoney({ asset, baseUnits: BigInt(amount) }, assets),
    }));
  }
}
