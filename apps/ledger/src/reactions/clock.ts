import type { DataSource } from 'typeorm';

/** From this difference on one of the two clocks is wrong, and nothing that depends on time is done. */
export const CLOCK_DIFFERENCE_MAX_MS = 60_000;

export interface Clock {
  /** The database's time: what due times are compared with. */
  readonly now: Date;
  /** How far the database's clock is ahead of this process's; negative when it is behind. */
  readonly differenceMs: number;
  readonly agrees: boolean;
}

/** Compares the database's clock with this process's, at the middle of the query. */
export async function readClock(dataSource: DataSource): Promise<Clock> {
  const before = Date.now();
  const [{ now }]: [{ now: Date }] = await dataSource.query('SELECT ledger.clock() AS now');
  const differenceMs = now.getTime() - Math.round((before + Date.now()) / 2);
  return { now, differenceMs, agrees: Math.abs(differenceMs) < CLOCK_DIFFERENCE_MAX_MS };
}
