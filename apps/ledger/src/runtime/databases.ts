import type { DataSource } from 'typeorm';
import { type DatabaseRole, databaseRolesOf, databaseUrlOf, type LedgerEnv } from '../ledger.env';
import { ledgerDataSource } from './data-source';

/** The pools of a process: one for each role of the database that it runs. Roles with the same URL share one. */
export class Databases {
  private constructor(
    private readonly pools: ReadonlyMap<DatabaseRole, DataSource>,
    /** The pool of requests and of what only reads: that of `api` where it runs, else of another role. */
    readonly main: DataSource,
  ) {}

  static async open(env: LedgerEnv): Promise<Databases> {
    const byUrl = new Map<string, DataSource>();
    const pools = new Map<DatabaseRole, DataSource>();
    for (const role of databaseRolesOf(env)) {
      const url = databaseUrlOf(env, role);
      const pool = byUrl.get(url) ?? (await ledgerDataSource(url).initialize());
      byUrl.set(url, pool);
      pools.set(role, pool);
    }
    return new Databases(pools, [...pools.values()][0] as DataSource);
  }

  /** One pool for all roles. */
  static of(pool: DataSource): Databases {
    return new Databases(new Map(), pool);
  }

  /** The pool of a role. What does not run in this process has none of its own. */
  ofRole(role: DatabaseRole): DataSource {
    return this.pools.get(role) ?? this.main;
  }

  async close(): Promise<void> {
    await Promise.all([...new Set([this.main, ...this.pools.values()])].map((it) => it.destroy()));
  }
}
