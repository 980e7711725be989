import {
  type Coverage,
  coveredBySweeps,
  fewOf,
  type Gas,
  isCoin,
  type Sweep,
} from '@daybook/domain';
import type { DataSource } from 'typeorm';
import type { Settlement } from '../replenishments';

/** What is kept of the sweeps of a purse and asset. */
export interface SweptUpTo {
  /** The highest block of a sweep. */
  readonly block: number;
  /** How far sweeps covered up to some older blocks, in order, see `fewOf`. */
  readonly coverages?: readonly StoredCoverage[];
}

/** `Coverage` as JSON: `last` is its block and position. */
interface StoredCoverage {
  readonly block: number;
  readonly last: readonly [block: number, position: string] | null;
  readonly part: string;
  /** Absent where fees did not count yet. */
  readonly gas?: string;
}

/** What still holds after a booking in a block. */
export function withoutFrom({ block, coverages = [] }: SweptUpTo, booked: number): SweptUpTo {
  return {
    block: Math.max(block, booked),
    coverages: coverages.filter((coverage) => coverage.block < booked),
  };
}

/** The replenishments that sweeps cover now, or no longer do, and what is to be kept for the next time. */
export async function settle(
  dataSource: Pick<DataSource, 'query'>,
  purseId: string,
  asset: string,
  { block = -1, coverages = [] }: Partial<SweptUpTo>,
): Promise<{ readonly settlements: readonly Settlement[]; readonly upTo: SweptUpTo }> {
  const kept = coverages.flatMap(coverageFrom);
  const since = kept.at(-1) ?? null;
  const spent: SpentRow[] = await dataSource.query(SPENT, [purseId, asset, since?.block ?? -1]);
  const { sweeps: swept, fees } = sweepsIn(spent);
  const sweeps = new Map(swept.map((sweep) => [sweep.id, sweep]));
  const upTo = Math.max(block, ...[...sweeps.values()].map((sweep) => sweep.block));
  const { block: after, position } = since?.last ?? { block: -1, position: -1n };
  const values = [purseId, asset, after, `${position}`, upTo];
  const credited: CreditedRow[] = await dataSource.query(CREDITED, values);
  // Nobody pays fees in a token.
  const own: OwnRow[] = isCoin(asset)
    ? await dataSource.query(OWN, [purseId, asset, since?.block ?? -1, upTo])
    : [];
  const gas = [...fees, ...own.map(gasIn)];
  const covered = coveredBySweeps(credited.map(bookedIn), swept, since, gas);
  const settlements = credited.flatMap((row) => {
    const { id, accountId, blockHash, amount, swept: isSwept, last } = row;
    const sweep = sweeps.get(covered.by.get(id) ?? '');
    if (isSwept === (sweep !== undefined)) return [];
    const by = sweep ? { outflowId: sweep.outflowId, txHash: sweep.txHash } : null;
    return [{ id, accountId, blockHash, amount, sweep: by, position: last }];
  });
  const few = fewOf([...kept, ...covered.after]).map(storedCoverage);
  return { settlements, upTo: { block: upTo, coverages: few } };
}

/** None of an earlier version, which counted no fees: then everything is counted again. */
function coverageFrom({ block, last, part, gas }: StoredCoverage): readonly Coverage[] {
  if (gas === undefined) return [];
  const placed = last && { block: last[0], position: BigInt(last[1]) };
  return [{ block, last: placed, part: BigInt(part), gas: BigInt(gas) }];
}

function storedCoverage({ block, last, part, gas }: Coverage): StoredCoverage {
  const placed = last && ([last.block, `${last.position}`] as const);
  return { block, last: placed, part: `${part}`, gas: `${gas}` };
}

interface BookedRow {
  readonly id: string;
  readonly block: string;
  readonly position: string;
  readonly amount: string;
}

interface CreditedRow extends BookedRow {
  readonly accountId: string;
  readonly blockHash: string;
  readonly swept: boolean;
  readonly last: string;
}

interface SpentRow extends BookedRow {
  readonly use: 'sweep' | 'network-fee';
  readonly outflowId: string;
  readonly txHash: string;
}

const CREDITED = `
  SELECT r.id, r.account_id AS "accountId", r.block_number AS block, r.block_hash AS "blockHash",
         r.credit_position AS position, r.amount - coalesce(r.netted, 0) AS amount, r.swept,
         r.last_position AS last
    FROM ledger.replenishment r
   WHERE r.purse_id = $1 AND r.asset = $2 AND (r.status IN ('confirmed', 'declined', 'held')
       OR (r.status = 'screening' AND r.credited_to IS NOT NULL))
     AND r.block_number BETWEEN $3 AND $5
     AND (r.block_number, r.credit_position) > ($3, $4::bigint)`;

/** Coins that the account itself has brought. */
const OWN = `
  SELECT r.block_number AS block, r.amount - coalesce(r.netted, 0) AS amount
    FROM ledger.replenishment r
   WHERE r.purse_id = $1 AND r.asset = $2 AND r.status = 'rejected' AND r.reason IN ('top-up', 'internal')
     AND r.finality IS NOT NULL AND r.block_number > $3 AND r.block_number <= $4`;

type OwnRow = Pick<BookedRow, 'block' | 'amount'>;

const SPENT = `
  SELECT s.id, s.outflow_id AS "outflowId", s.tx_hash AS "txHash", s.block_number AS block, s.use,
         s.last_position AS position, s.amount - coalesce(s.netted, 0) AS amount
    FROM ledger.outflow s
   WHERE s.purse_id = $1 AND s.asset = $2 AND s.use IN ('sweep', 'network-fee')
     AND s.status = 'booked' AND s.block_number > $3 ORDER BY s.ordinal`;

type CountedSweep = Sweep & Pick<SpentRow, 'outflowId' | 'txHash'>;

/**
 * Who sweeps a coin cannot sweep what that costs, so the fee of the transaction counts as swept too. Other fees are apart.
 */
function sweepsIn(rows: readonly SpentRow[]) {
  const feeOf = new Map<string, SpentRow>();
  for (const row of rows) if (row.use === 'network-fee') feeOf.set(row.txHash, row);
  const sweeps = rows.flatMap((row): CountedSweep[] => {
    if (row.use !== 'sweep') return [];
    const fee = BigInt(feeOf.get(row.txHash)?.amount ?? 0);
    feeOf.delete(row.txHash);
    const booked = bookedIn(row);
    const { outflowId, txHash } = row;
    return [{ ...booked, amount: booked.amount + fee, outflowId, txHash }];
  });
  const fees = Array.from(feeOf.values(), (row) => gasIn({ ...row, amount: `-${row.amount}` }));
  return { sweeps, fees };
}

function gasIn({ block, amount }: OwnRow): Gas {
  return { block: Number(block), amount: BigInt(amount) };
}

function bookedIn({ id, block, position, amount }: BookedRow) {
  return { id, block: Number(block), position: BigInt(position), amount: BigInt(amount) };
}
