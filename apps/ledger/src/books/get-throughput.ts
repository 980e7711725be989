import { READ_MODELS_CHECKPOINT } from '@daybook/audit';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { requireExisted } from '../edge/as-of';
import { AccountQuery } from '../edge/request-context';
import { THROUGHPUT_BLOCK } from './account-figures.projection';
import { ownerIn } from './figure-columns';
import { RECEIPTS, TAKEN_BACK } from './get-account-figures';
import type { Owner } from './get-figures';
import { PARTS } from './owner-parts';

/** What was received of an asset, in base units. */
export interface Received {
  readonly received: bigint;
  readonly takenBack: bigint;
  readonly receipts: bigint;
}

/** All that was ever received up to a moment, by asset. */
export type Throughput = ReadonlyMap<string, Received>;

export interface ThroughputPeriods {
  /** The position that all of it is valid for. */
  readonly position: bigint;
  readonly until: Throughput;
  readonly periods: readonly {
    /** Milliseconds since 1970. */
    readonly start: number;
    readonly end: number;
    /** What was received in it; assets that nothing happened to are left out. */
    readonly moved: Throughput;
  }[];
}

/**
 * What an owner of the account, or the account itself, received in the periods between `boundaries`, in order, and
 * altogether: now, or as of a position that the read models have reached. The times are those of the log (docs/audit.md).
 * Null if the account has no such owner. Refuses with `as-of-too-early` if the owner did not exist at that position.
 */
export class GetThroughput extends AccountQuery<
  {
    /** Null for the account itself. */
    readonly owner: Owner | null;
    readonly asOf: bigint | null;
    readonly boundaries: readonly number[];
    /** Only this asset. */
    readonly asset: string | null;
  },
  ThroughputPeriods | null
> {}

/** The positions up to which figures are wanted, of one snapshot: `n` is the place of its time. The last is that of now. */
const CUTS = `
  WITH known AS MATERIALIZED (
    SELECT least(coalesce(max(position), 0), $3::bigint) AS position
      FROM ledger.checkpoint WHERE name = '${READ_MODELS_CHECKPOINT}'
  ), cut AS MATERIALIZED (
    SELECT b.n, least(known.position, coalesce((
             SELECT l.position FROM ledger.log_time l WHERE l.recorded_at < b.at
              ORDER BY l.recorded_at DESC LIMIT 1), 0)) AS position
      FROM known, unnest($4::timestamptz[]) WITH ORDINALITY AS b(at, n)
    UNION ALL SELECT 0, position FROM known
  )`;

// One index probe for each position, part of the owner, and asset.
const ownerQuery = (kind: Owner['kind']) => `${CUTS}
  SELECT cut.n, cut.position, o.first_position, f.asset, sum(f.received_after) AS received,
         sum(f.reversed_after) AS taken_back, sum(f.receipts_after) AS receipts
    FROM ledger.${kind} o CROSS JOIN cut
    LEFT JOIN LATERAL (
      SELECT now.asset, j.*
        FROM (${PARTS[kind]}) AS part
        JOIN ledger.figures now ON now.owner_id = part.id AND ($5::text IS NULL OR now.asset = $5)
        CROSS JOIN LATERAL (
          SELECT line.received_after, line.reversed_after, line.receipts_after
            FROM ledger.journal_line line
           WHERE ${ownerIn('line')} = now.owner_id AND line.asset COLLATE "C" = now.asset
             AND line.position <= cut.position
           ORDER BY line.position DESC, line.line DESC LIMIT 1) AS j) AS f ON true
   WHERE o.id = $1 AND o.account_id = $2
   GROUP BY cut.n, cut.position, o.first_position, f.asset ORDER BY cut.n`;

// The state before the block of each position, and the lines in the block up to it.
const ACCOUNT_QUERY = `${CUTS}, owner AS (
    SELECT $1::uuid AS id, $2::uuid AS account_id
  ), of_asset AS MATERIALIZED (
    SELECT DISTINCT b.asset FROM ledger.account_book b JOIN owner ON b.account_id = owner.account_id
     WHERE $5::text IS NULL OR b.asset = $5
  )
  SELECT cut.n, cut.position, 0 AS first_position, f.asset, f.received, f.taken_back, f.receipts
    FROM owner CROSS JOIN cut
    LEFT JOIN LATERAL (
      SELECT asset, sum(received) AS received, sum(taken_back) AS taken_back, sum(receipts) AS receipts
        FROM (
          SELECT a.asset, past.received, past.taken_back, past.receipts
            FROM of_asset a CROSS JOIN LATERAL (
              SELECT t.received, t.taken_back, t.receipts FROM ledger.account_throughput t
               WHERE t.account_id = owner.account_id AND t.asset = a.asset
                 AND t.before_position <= cut.position + 1
               ORDER BY t.before_position DESC LIMIT 1) AS past
          UNION ALL
          SELECT j.asset, CASE WHEN j.kind IN (${RECEIPTS}) THEN j.amount ELSE 0 END,
                 CASE WHEN j.kind IN (${TAKEN_BACK}) THEN j.amount ELSE 0 END,
                 CASE WHEN j.kind IN (${RECEIPTS}) THEN 1 ELSE 0 END
            FROM ledger.journal_line j
           WHERE j.account_id = owner.account_id AND j.kind IN (${RECEIPTS}, ${TAKEN_BACK})
             AND ($5::text IS NULL OR j.asset = $5) AND j.position <= cut.position
             AND j.position > cut.position - (cut.position + 1) % ${THROUGHPUT_BLOCK}) AS each
       GROUP BY asset) AS f ON true
   ORDER BY cut.n`;

const OWNER_QUERIES = { customer: ownerQuery('customer'), purse: ownerQuery('purse') };

interface Row {
  readonly n: string;
  readonly position: string;
  readonly first_position: string;
  readonly asset: string | null;
  readonly received: string;
  readonly taken_back: string;
  readonly receipts: string;
}

@QueryHandler(GetThroughput)
export class GetThroughputHandler implements IQueryHandler<GetThroughput> {
  constructor(private readonly dataSource: DataSource) {}

  async execute({ accountId, request }: GetThroughput): Promise<ThroughputPeriods | null> {
    const { owner, asOf, boundaries, asset } = request;
    const times = boundaries.map((at) => new Date(at).toISOString());
    const sql = owner === null ? ACCOUNT_QUERY : OWNER_QUERIES[owner.kind];
    const values = [owner?.id ?? accountId, accountId, asOf?.toString() ?? null, times, asset];
    const rows = await this.dataSource.query<Row[]>(sql, values);
    const [first] = rows;
    if (first === undefined) return null;
    if (asOf !== null) requireExisted(BigInt(first.first_position), asOf);
    const cuts = new Map<number, Map<string, Received>>();
    for (const row of rows) {
      const cut = cuts.get(Number(row.n)) ?? new Map<string, Received>();
      cuts.set(Number(row.n), cut);
      if (row.asset !== null) cut.set(row.asset, receivedIn(row));
    }
    const cutAt = (n: number) => cuts.get(n) ?? new Map<string, Received>();
    return {
      position: BigInt(first.position),
      until: cutAt(0),
      // PostgreSQL counts the boundaries from 1.
      periods: boundaries.slice(1).map((end, i) => {
        const moved = movedBetween(cutAt(i + 1), cutAt(i + 2));
        return { start: boundaries[i] ?? end, end, moved };
      }),
    };
  }
}

function receivedIn({ received, taken_back, receipts }: Row): Received {
  return {
    received: BigInt(received),
    takenBack: BigInt(taken_back),
    receipts: BigInt(receipts),
  };
}

/** What was received between two moments: the difference of what was received up to each. */
function movedBetween(before: Throughput, after: Throughput): Throughput {
  const moved = new Map<string, Received>();
  for (const [asset, to] of after) {
    const from = before.get(asset);
    const by = {
      received: to.received - (from?.received ?? 0n),
      takenBack: to.takenBack - (from?.takenBack ?? 0n),
      receipts: to.receipts - (from?.receipts ?? 0n),
    };
    if (by.receipts !== 0n || by.takenBack !== 0n) moved.set(asset, by);
  }
  return moved;
}
