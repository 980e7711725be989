import type { ReplenishmentEvent } from '@daybook/domain';
import type { Happened } from '@daybook/event-store';
import type { DataSource } from 'typeorm';
import { arrivedIn } from '../src/replenishments/replenishment.row';

type SumRow = Readonly<Record<'purse_id' | 'asset' | 'sum', string>>;

/** A sum for each purse and asset that a transfer ever had, of the rows that there are now. */
export async function expectedSums(
  dataSource: DataSource,
  log: readonly Happened[],
): Promise<ReadonlyMap<string, bigint>> {
  const observed = ['ReplenishmentSeen', 'ReplenishmentDetected', 'ReplenishmentRejected'];
  const sums = new Map<string, bigint>();
  for (const { event } of log as readonly { event: ReplenishmentEvent }[]) {
    if (!observed.includes(event.type) || !('transfer' in event.data)) continue;
    sums.set(`${event.data.purseId} ${event.data.transfer?.asset}`, 0n);
  }
  const rows: SumRow[] = await dataSource.query(
    `SELECT purse_id, asset, sum(${arrivedIn('r')}) AS sum FROM ledger.replenishment AS r GROUP BY 1, 2`,
  );
  for (const { purse_id, asset, sum } of rows) sums.set(`${purse_id} ${asset}`, BigInt(sum));
  return sums;
}

export async function storedSums(dataSource: DataSource): Promise<ReadonlyMap<string, bigint>> {
  const rows: SumRow[] = await dataSource.query('SELECT * FROM ledger.replenishment_sum');
  return new Map(rows.map((row) => [`${row.purse_id} ${row.asset}`, BigInt(row.sum)]));
}
