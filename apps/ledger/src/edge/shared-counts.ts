import type { DataSource } from 'typeorm';
import type { SharedCount } from './quota-counter';

/** What a process asks for of one quota. */
export interface Ask {
  readonly name: string;
  readonly amount: number;
  /** The size of the quota. */
  readonly requests: number;
  readonly windowSeconds: number;
}

// Sorted by name, so that two processes never wait for each other. A window that ends later than two of its own from
// now was begun with a clock that was far ahead, or under a longer window of an earlier policy: it begins anew.
const COUNT = `
  INSERT INTO ledger.quota_window AS w (name, used, granted, ends_at)
  SELECT a.name, least(a.amount, a.quota), least(a.amount, a.quota), $5::timestamptz + a.seconds * interval '1 second'
    FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::integer[]) AS a (name, amount, quota, seconds)
   ORDER BY a.name
  ON CONFLICT (name) DO UPDATE SET (used, granted, ends_at) = (
    SELECT now.used + next.granted, next.granted, now.ends_at
      FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS a (name, amount, quota)
      CROSS JOIN LATERAL (
        SELECT w.ends_at > $5 AND w.ends_at - excluded.ends_at <= excluded.ends_at - $5 AS stands) AS it
      CROSS JOIN LATERAL (
        SELECT CASE WHEN stands THEN w.used ELSE 0 END AS used,
               CASE WHEN stands THEN w.ends_at ELSE excluded.ends_at END AS ends_at) AS now
      CROSS JOIN LATERAL (SELECT greatest(0, least(a.amount, a.quota - now.used)) AS granted) AS next
     WHERE a.name = w.name)
  RETURNING name, used::float8 AS used, granted::float8 AS granted,
            extract(epoch FROM ends_at)::float8 * 1000 AS "endsAt"`;

const CLEAN = 'DELETE FROM ledger.quota_window WHERE ends_at < $1';

/** Ended windows are deleted this often by each process, and so much later that no clock still counts in them. */
const CLEAN_EVERY_MS = 10 * 60_000;

/**
 * The counts that all processes share, in PostgreSQL. Times are those of the processes: one whose clock is ahead ends a
 * window early by as much, and each window still allows one quota.
 */
export class SharedCounts {
  private cleanedAt: number | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Grants what is left of each amount, in one statement. Rejects with errors of the database. */
  async grant(asks: readonly Ask[], at: number): Promise<ReadonlyMap<string, SharedCount>> {
    const time = new Date(at).toISOString();
    const sorted = [...asks].sort((a, b) => (a.name < b.name ? -1 : 1));
    const rows = await this.dataSource.query<({ name: string } & SharedCount)[]>(COUNT, [
      sorted.map(({ name }) => name),
      sorted.map(({ amount }) => amount),
      sorted.map(({ requests }) => requests),
      sorted.map(({ windowSeconds }) => windowSeconds),
      time,
    ]);
    await this.clean(at);
    return new Map(rows.map(({ name, ...count }) => [name, count]));
  }

  private async clean(at: number): Promise<void> {
    // The first one waits too: processes that start often would otherwise do it each time.
    this.cleanedAt ??= at;
    if (at - this.cleanedAt < CLEAN_EVERY_MS) return;
    this.cleanedAt = at;
    await this.dataSource.query(CLEAN, [new Date(at - CLEAN_EVERY_MS).toISOString()]);
  }
}
