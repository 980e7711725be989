import type { JsonObject, Sql } from '@daybook/event-store';
import { type Columns, cellsOf, rowsOf } from '../projections/projection';

/** Something to look at once the database's clock has passed `dueAt`. */
export interface Due {
  /** What it is about, such as a stream's name; unique in its reaction. */
  readonly key: string;
  /** RFC 3339; null keeps the row for its data. */
  readonly dueAt: string | null;
  readonly data?: JsonObject;
}

/** Look again at `dueAt`; `because` says what it waits for, if it is more than the time. */
export type Later = Omit<Due, 'key'> & { readonly because?: string | null };

/** A row that a worker has for the time of its lease. */
export interface Lease {
  readonly key: string;
  readonly lease: string;
  readonly data: JsonObject | null;
  readonly attempts: number;
}

const COLUMNS: Columns<Due> = {
  key: ['text', ({ key }) => key],
  due_at: ['timestamptz', ({ dueAt }) => dueAt],
  data: ['jsonb', ({ data }) => (data === undefined ? null : JSON.stringify(data))],
};

// A new due time never postpones one that is there, and ends the lease of a worker that has looked at
// what was before: what that worker reports has no effect, and the row is looked at again.
const SET = `
  INSERT INTO ledger.due AS d (reaction, key, due_at, data)
  SELECT $1, r.key, r.due_at, r.data FROM ${rowsOf('r', COLUMNS, 1)}
  ON CONFLICT (reaction, key) DO UPDATE SET
    due_at = least(d.due_at, excluded.due_at), data = excluded.data,
    lease = NULL, attempts = 0, note = NULL`;

const DATA = `
  SELECT key, data FROM ledger.due
   WHERE reaction = $1 AND key = ANY($2::text[]) AND data IS NOT NULL`;

const CLAIM = `
  UPDATE ledger.due AS d
     SET lease = gen_random_uuid(), due_at = ledger.clock() + $3 * interval '1 millisecond'
    FROM (SELECT key FROM ledger.due
           WHERE reaction = $1 AND due_at <= ledger.clock()
           ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS c
   WHERE d.reaction = $1 AND d.key = c.key
  RETURNING d.key, d.lease, d.data, d.attempts`;

const OWN = 'WHERE reaction = $1 AND key = $2 AND lease = $3';
const DONE = `DELETE FROM ledger.due ${OWN}`;
const LATER = `
  UPDATE ledger.due SET lease = NULL, attempts = 0, due_at = $4, note = $5, data = coalesce($6, data)
  ${OWN}`;
const FAILED = `
  UPDATE ledger.due SET lease = NULL, attempts = attempts + 1, note = $5,
         due_at = ledger.clock() + $4 * interval '1 millisecond'
  ${OWN}`;

/** The due times of one reaction. */
export class DueTimes {
  constructor(
    private readonly sql: Sql,
    private readonly reaction: string,
  ) {}

  /** Sets due times, at most one a key. In the order of keys, so that two writers never deadlock. */
  async set(rows: readonly Due[]): Promise<void> {
    if (rows.length === 0) return;
    const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
    await this.sql.query(SET, [this.reaction, ...cellsOf(COLUMNS, sorted)]);
  }

  /** The data of those of the rows that have any. */
  async dataOf(keys: readonly string[]): Promise<ReadonlyMap<string, JsonObject>> {
    const rows = (await this.sql.query(DATA, [this.reaction, keys])) as Pick<
      Lease,
      'key' | 'data'
    >[];
    return new Map(rows.map(({ key, data }) => [key, data as JsonObject]));
  }

  /** Takes rows whose time has come; nobody else gets them before the lease ends. */
  async claim(most: number, leaseMs: number): Promise<readonly Lease[]> {
    // The driver answers an UPDATE with its rows and their number.
    const [rows] = (await this.sql.query(CLAIM, [this.reaction, most, leaseMs])) as [
      Lease[],
      number,
    ];
    return rows;
  }

  /** Ends a lease; has no effect when it was lost meanwhile. */
  async finish({ key, lease }: Lease, later: Later | null): Promise<void> {
    const own = [this.reaction, key, lease];
    if (later === null) return void (await this.sql.query(DONE, own));
    const { dueAt, because = null, data } = later;
    const stored = data === undefined ? null : JSON.stringify(data);
    await this.sql.query(LATER, [...own, dueAt, because, stored]);
  }

  async fail({ key, lease }: Lease, waitMs: number, error: string): Promise<void> {
    await this.sql.query(FAILED, [this.reaction, key, lease, waitMs, error]);
  }
}
