import { familyOfChain } from '@daybook/chains';
import { parseWatchReport, TOPICS, type WatchReportV1 } from '@daybook/contracts';
import type { DurableLog, RunningSubscription } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { CommandBus } from '@nestjs/cqrs';
import type { DataSource } from 'typeorm';
import { leftIn } from '../outflows';
import { arrivedIn } from '../replenishments';
import { logPoison, readMessages } from '../runtime/read-messages';
import { type ObservedBalance, RecordDifferences } from './record-differences';

const REPORTS_MAX = 100;
/** How often balances are judged that came before what moved there. */
const JUDGE_MS = 1_000;
/** After this long, what the watcher saw moving and the ledger was never told is a difference too. */
const PATIENCE_MS = 10 * 60_000;
/** Further ones are forgotten: the next sweep of the watcher reads them again. */
const WAITING_MAX = 50_000;

const logger = new Logger('JudgeBalances');

/** An asset of an address after a block. */
type BalanceAt = Pick<Reported, 'chain' | 'address' | 'asset' | 'number'>;

/** A balance as a watcher reports it, until what is recorded of its address can be compared with it. */
interface Reported {
  readonly chain: string;
  readonly address: string;
  readonly asset: string;
  readonly number: number;
  readonly hash: string;
  readonly onChain: bigint;
  /** What the watcher saw moving there, up to the block. */
  readonly moved: bigint;
  /** RFC 3339. */
  readonly at: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/**
 * Compares the balances that watchers report with what is recorded of their addresses, and has differences recorded.
 * Reports and transfers come on different topics, so a balance waits until the ledger has recorded what the watcher saw
 * moving up to its block. What waits is kept in memory: after a restart the next sweep reports it again.
 */
export async function judgeBalances(
  log: DurableLog,
  dataSource: DataSource,
  commands: CommandBus,
): Promise<RunningSubscription> {
  let waiting: readonly Reported[] = [];
  let judging: Promise<void> = Promise.resolve();

  async function judge(): Promise<void> {
    if (waiting.length === 0) return;
    const judged = waiting;
    const records = await recordedOf(dataSource, judged);
    const unequal = judged.filter((each) => !isExplained(each, records.get(each)));
    const voids = await voidedOf(dataSource, unequal);
    const { due, early } = sorted(judged, records, voids, Date.now());
    if (due.length > 0) await commands.execute(new RecordDifferences(due));
    // Others may have come meanwhile.
    const done = new Set(judged.filter((each) => !early.has(each)));
    waiting = waiting.filter((each) => !done.has(each));
  }

  const timer = setInterval(() => {
    judging = judging
      .then(judge)
      .catch((error: unknown) => logger.error({ msg: 'balances not compared', error }));
  }, JUDGE_MS);
  const subscription = await log.subscribe({
    ...{ topic: TOPICS.watchReport, group: 'ledger-balances', limit: REPORTS_MAX },
    async handle(messages) {
      const { read, poison } = readMessages(messages, parseWatchReport);
      const reported = read.flatMap(({ content }) => balancesIn(content, Date.now()));
      const all = [...waiting, ...reported];
      waiting = all.slice(-WAITING_MAX);
      const forgotten = all.length - waiting.length;
      if (forgotten > 0) logger.warn({ msg: 'balances forgotten until the next sweep', forgotten });
      logPoison(poison);
      return poison;
    },
    onError: (error, attempt) => logger.error({ msg: 'balances not read', attempt, error }),
  });
  return {
    ...subscription,
    async stop() {
      clearInterval(timer);
      await subscription.stop();
      await judging;
    },
  };
}

function balancesIn({ chain, balances, observedAt }: WatchReportV1, since: number): Reported[] {
  if (balances === undefined) return [];
  const { number, hash } = balances.block;
  return balances.entries.map(({ address, asset, balance, moved }) => ({
    ...{ chain, address, asset, number, hash, at: observedAt, since },
    ...{ onChain: BigInt(balance), moved: BigInt(moved) },
  }));
}

/** What is recorded of an address and asset up to a block. */
interface Recorded {
  readonly accountId: string;
  readonly customerId: string;
  readonly purseId: string;
  readonly recorded: string;
}

/**
 * What can be judged now, and what came too early. An address that no purse has belongs to another ledger of
 * the same watcher.
 */
function sorted(
  reported: readonly Reported[],
  records: ReadonlyMap<Reported, Recorded>,
  voids: ReadonlyMap<Reported, bigint>,
  now: number,
) {
  const due: ObservedBalance[] = [];
  const early = new Set<Reported>();
  for (const each of reported) {
    const record = records.get(each);
    if (record === undefined) continue;
    const { onChain, moved, since, number, hash, chain, address, asset, at } = each;
    const recorded = BigInt(record.recorded);
    // A watcher knows of no voids: it counts what the ledger has taken back.
    const isComplete = isExplained(each, record) || recorded + (voids.get(each) ?? 0n) === moved;
    if (!isComplete && now - since < PATIENCE_MS) {
      early.add(each);
      continue;
    }
    const { accountId, customerId, purseId } = record;
    due.push({
      ...{ accountId, customerId, purseId, chain, address, asset, onChain, recorded, at },
      block: { number, hash },
    });
  }
  return { due, early };
}

/** Whether what is recorded is all that the watcher saw moving, or all that the chain has. */
function isExplained({ onChain, moved }: Reported, record: Recorded | undefined): boolean {
  if (record === undefined) return true;
  const recorded = BigInt(record.recorded);
  return recorded === onChain || recorded === moved;
}

// All that moved less what later blocks moved: a comparison costs the same, however much has moved before.
const RECORDED = `
  SELECT a.n::int AS n, p.account_id AS "accountId", p.customer_id AS "customerId", p.id AS "purseId",
    coalesce(rs.sum, 0) - coalesce(i.later, 0) - coalesce(os.sum, 0) + coalesce(o.later, 0) AS recorded
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    WITH ORDINALITY AS a (family, address, asset, number, n)
  JOIN ledger.purse AS p ON p.family = a.family AND p.address = a.address
  LEFT JOIN ledger.replenishment_sum AS rs ON rs.purse_id = p.id AND rs.asset = a.asset
  LEFT JOIN ledger.outflow_sum AS os ON os.purse_id = p.id AND os.asset = a.asset
  LEFT JOIN LATERAL (
    SELECT sum(${arrivedIn('r')}) AS later FROM ledger.replenishment AS r
    WHERE r.purse_id = p.id AND r.asset = a.asset AND r.block_number > a.number
  ) AS i ON true
  LEFT JOIN LATERAL (
    SELECT sum(${leftIn('o')}) AS later FROM ledger.outflow AS o
    WHERE o.purse_id = p.id AND o.asset = a.asset AND o.block_number > a.number
  ) AS o ON true`;

export async function recordedOf<Each extends BalanceAt>(
  dataSource: Pick<DataSource, 'query'>,
  reported: readonly Each[],
): Promise<ReadonlyMap<Each, Recorded>> {
  return new Map(await rowsOf<Each, Recorded>(dataSource, RECORDED, reported));
}

const VOIDED = `
  SELECT a.n::int AS n, sum(r.amount - coalesce(r.netted, 0)) AS voided
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    WITH ORDINALITY AS a (family, address, asset, number, n)
  JOIN ledger.purse AS p ON p.family = a.family AND p.address = a.address
  JOIN ledger.replenishment AS r ON r.purse_id = p.id AND r.asset = a.asset
    AND r.block_number <= a.number AND r.status = 'voided'
  GROUP BY a.n`;

/** What operators have voided there up to the block. */
async function voidedOf(
  dataSource: DataSource,
  reported: readonly Reported[],
): Promise<ReadonlyMap<Reported, bigint>> {
  if (reported.length === 0) return new Map();
  const rows = await rowsOf<Reported, { readonly voided: string }>(dataSource, VOIDED, reported);
  return new Map(rows.map(([each, { voided }]) => [each, BigInt(voided)]));
}

/** The rows of a query about addresses and assets up to a block, each with the report that it is for. */
async function rowsOf<Each extends BalanceAt, T>(
  dataSource: Pick<DataSource, 'query'>,
  query: string,
  reported: readonly Each[],
): Promise<readonly (readonly [Each, T])[]> {
  const rows = await dataSource.query<(T & { readonly n: number })[]>(query, [
    reported.map(({ chain }) => familyOfChain(chain) ?? ''),
    reported.map(({ address }) => address),
    reported.map(({ asset }) => asset),
    reported.map(({ number }) => number),
  ]);
  return rows.map((row) => [reported[row.n - 1] as Each, row]);
}
