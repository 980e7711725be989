import { BooksOfEveryOwner1700000005000 } from '../src/migrations/0005-books';
import { type AuditLedger, freshAuditLedger, tellHistory } from './audit-history';

let ledger: AuditLedger;

beforeAll(async () => {
  ledger = await freshAuditLedger();
  await tellHistory(ledger.store, 51, 300);
  await ledger.project();
});

afterAll(() => ledger.close());

/** Rows and shape of the books, as text. */
async function books() {
  const rows = (table: string, order: string) =>
    ledger.sql(`SELECT to_jsonb(t)::text AS row FROM ledger.${table} t ORDER BY ${order}`);
  return {
    lines: await rows('journal_line', 'position, line'),
    figures: await rows('figures', 'owner_id, asset'),
    indexes: await ledger.sql(
      `SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'ledger' AND tablename IN ('figures', 'journal_line') ORDER BY 1`,
    ),
  };
}

async function migrated(direction: 'up' | 'down'): Promise<void> {
  const migration = new BooksOfEveryOwner1700000005000();
  const query = (text: string) => ledger.sql(text);
  await migration[direction]({ query } as never);
}

it('gives lines and figures of an older version what this version writes', async () => {
  const now = await books();
  expect(now.lines.length).toBeGreaterThan(20);
  await migrated('down');
  const old = await ledger.sql<{ debit_kind: string; credit_kind: string }>(
    'SELECT DISTINCT debit_kind, credit_kind, debit_owner, credit_owner FROM ledger.journal_line',
  );
  const kinds = old.flatMap(({ debit_kind, credit_kind }) => [debit_kind, credit_kind]);
  expect(new Set(kinds)).toEqual(
    new Set(['claim/account', 'claim/customer', 'custody/purse', 'suspense/purse-archived']),
  );
  await migrated('up');
  expect(await books()).toEqual(now);
});

it('keeps what compliance declined under the name of its book', async () => {
  await migrated('down');
  const changed = await ledger.sql(
    `UPDATE ledger.journal_line SET credit_kind = 'suspense/compliance-declined'
      WHERE credit_kind = 'suspense/purse-archived' RETURNING position`,
  );
  await migrated('up');
  const declined = await ledger.sql(
    `SELECT position FROM ledger.journal_line WHERE credit_kind = 'suspense/declined'`,
  );
  expect(changed.length).toBeGreaterThan(0);
  expect(new Set(declined.map(({ position }) => position))).toEqual(
    new Set(changed.map(({ position }) => position)),
  );
});
