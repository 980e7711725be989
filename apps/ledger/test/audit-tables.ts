import { compare, type Difference } from '@daybook/audit';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import type { AuditLedger } from './audit-history';

/** The tables that serve, by read model's table: another number means another table. */
export function served({ sql }: AuditLedger): Promise<{ table: string; oid: string }[]> {
  return sql(
    `SELECT relname AS table, oid::text FROM pg_class
      WHERE relnamespace = 'ledger'::regnamespace AND relname = ANY($1) ORDER BY relname`,
    [READ_MODELS.flatMap(({ tables }) => [...tables])],
  );
}

/** The schemas of read models, in name order. */
export async function schemas({ sql }: AuditLedger): Promise<readonly string[]> {
  const found = await sql<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'ledger%' ORDER BY 1`,
  );
  return found.map(({ name }) => name);
}

/** Where the tables that serve are not what the log leads to. */
export async function differencesIn(ledger: AuditLedger): Promise<readonly Difference[]> {
  const { store, url: liveUrl, ownerUrl: databaseUrl } = ledger;
  return (await compare({ ...AUDITED, store, liveUrl, databaseUrl })).differences;
}
