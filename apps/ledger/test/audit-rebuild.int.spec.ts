import { rebuild, replay, rollBack } from '@daybook/audit';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { AUDITED } from '../src/operations/read-models';
import { type AuditLedger, tellHistory } from './audit-history';
import { differencesIn, schemas, served } from './audit-tables';
import { toldAuditLedger } from './audit-told';

let ledger: AuditLedger;

beforeEach(async () => {
  ledger = await toldAuditLedger(150);
});

afterEach(() => ledger.close());

const rebuildNow = (options: Partial<Parameters<typeof rebuild>[0]> = {}) =>
  rebuild({
    ...AUDITED,
    store: ledger.store,
    ownerUrl: ledger.ownerUrl,
    readModel: 'all',
    actor: 'auditor',
    ...options,
  });

/** Tables and indexes with all that belongs to them. */
const shape = () =>
  ledger.sql(`
        SELECT c.relname, c.relkind, c.reloptions, c.relpersistence,
               (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) AS a) AS rights,
               pg_get_indexdef(c.oid) AS index,
               (SELECT array_agg(conname || pg_get_constraintdef(k.oid) ORDER BY conname)
                  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n') AS constraints,
               (SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) || attnotnull ORDER BY attnum)
                  FROM pg_attribute
                 WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
          FROM pg_class c WHERE relnamespace = 'ledger'::regnamespace ORDER BY c.relname`);

describe('a rebuild', () => {
  it('makes equal new tables live, with the indexes, keys and rights of the old ones under the same names', async () => {
    const [before, shapes] = [await served(ledger), await shape()];
    const report = await rebuildNow();
    const after = await served(ledger);
    expect(after.map(({ table }) => table)).toEqual(before.map(({ table }) => table));
    expect(after.filter(({ oid }, i) => oid === before[i]?.oid)).toEqual([]);
    expect(await shape()).toEqual(shapes);
    expect(await differencesIn(ledger)).toEqual([]);
    expect(report).toMatchObject({
      exitCode: 0,
      differences: [],
      certificate: { outcome: 'swapped', differences: 0, servedFrom: await ledger.store.head() },
    });
    const [kept] = await ledger.sql('SELECT * FROM ledger.rebuild');
    expect(kept).toMatchObject({
      id: report.certificate.id,
      actor: 'auditor',
      outcome: 'swapped',
      state_hash: report.certificate.stateHash,
    });
    expect(await schemas(ledger)).toEqual(['ledger', 'ledger_before']);
  });

  it('of one read model leaves the others as they are', async () => {
    const before = await served(ledger);
    await rebuildNow({ readModel: 'purses' });
    const changed = (await served(ledger)).filter(({ oid }, i) => oid !== before[i]?.oid);
    expect(changed.map(({ table }) => table)).toEqual(['purse']);
    expect(await differencesIn(ledger)).toEqual([]);
  });

  it('that finds a difference changes nothing unless it may, and says what it found', async () => {
    await ledger.sql(
      `UPDATE ledger.customer SET status = 'blocked?' WHERE id IN (SELECT id FROM ledger.customer LIMIT 1)`,
    );
    const before = await served(ledger);
    const refused = await rebuildNow();
    expect(refused).toMatchObject({
      exitCode: 1,
      certificate: { outcome: 'differs', differences: 1, servedFrom: null },
      differences: [{ table: 'customer', column: 'status', found: 'blocked?' }],
    });
    expect(await served(ledger)).toEqual(before);
    expect(await schemas(ledger)).toEqual(['ledger']);
    const accepted = await rebuildNow({ acceptDifferences: true });
    expect(accepted.certificate).toMatchObject({ outcome: 'swapped', differences: 1 });
    expect(await differencesIn(ledger)).toEqual([]);
  });

  it('is rolled back to the old tables, which catch up first, and leaves due times alone as a roll back does', async () => {
    await ledger.sql(`
      INSERT INTO ledger.due (reaction, key, due_at, lease, attempts, note, data) VALUES
        ('expire-purses', 'purse-a', '2026-01-01', gen_random_uuid(), 2, 'waits', '{"n":1}'),
        ('expire-purses', 'purse-b', NULL, NULL, 0, NULL, NULL)`);
    const due = () =>
      ledger.sql(`SELECT *, 'ledger.due'::regclass::oid AS oid FROM ledger.due ORDER BY key`);
    const [before, dueBefore] = [await served(ledger), await due()];
    await rebuildNow();
    expect(await due()).toEqual(dueBefore);
    await tellHistory(ledger.store, 8, 60);
    await ledger.project();
    const certificate = await rollBack({
      ...AUDITED,
      store: ledger.store,
      ownerUrl: ledger.ownerUrl,
      actor: 'operator',
    });
    expect(certificate).toMatchObject({
      outcome: 'rolled-back',
      servedFrom: await ledger.store.head(),
      stateHash: (await replay({ ...AUDITED, store: ledger.store, databaseUrl: ledger.ownerUrl }))
        .stateHash,
    });
    expect(await served(ledger)).toEqual(before);
    expect(await due()).toEqual(dueBefore);
    expect(await differencesIn(ledger)).toEqual([]);
    // Roll back once more, to the rebuilt tables: they were kept when the others became live again.
    await tellHistory(ledger.store, 9, 30);
    await ledger.project();
    await rollBack({
      ...AUDITED,
      store: ledger.store,
      ownerUrl: ledger.ownerUrl,
      actor: 'operator',
    });
    expect(await differencesIn(ledger)).toEqual([]);
  });

  it('is rolled back also from tables that differ, and tells how much', async () => {
    await rebuildNow();
    await ledger.sql(`UPDATE ledger.customer SET status = 'lost'`);
    const [{ count } = { count: '' }] = await ledger.sql<{ count: string }>(
      'SELECT count(*) FROM ledger.customer',
    );
    const { store, ownerUrl } = ledger;
    const certificate = await rollBack({ ...AUDITED, store, ownerUrl, actor: 'operator' });
    expect(certificate).toMatchObject({ outcome: 'rolled-back', differences: Number(count) });
    expect(await differencesIn(ledger)).toEqual([]);
  });

  it('says whose rights it needs, which read models there are, and that there is nothing to go back to', async () => {
    await expect(rebuildNow({ ownerUrl: undefined })).rejects.toThrow(/DAYBOOK_MIGRATION_URL/);
    await expect(rebuildNow({ ownerUrl: ledger.url })).rejects.toMatchObject({ code: 'no-rights' });
    await expect(rebuildNow({ readModel: 'nope' })).rejects.toThrow(/accounts, .*books/);
    await expect(
      rollBack({ ...AUDITED, store: ledger.store, ownerUrl: ledger.ownerUrl, actor: 'operator' }),
    ).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
  });

  it('is not rolled back to tables that an older version had', async () => {
    await rebuildNow();
    await ledger.sql('ALTER TABLE ledger_before.figures RENAME TO purse_figures');
    const { store, ownerUrl } = ledger;
    const rolled = rollBack({ ...AUDITED, store, ownerUrl, actor: 'operator' });
    await expect(rolled).rejects.toMatchObject({ code: 'tables-changed' });
    expect(await differencesIn(ledger)).toEqual([]);
  });

  it('waits for a reader without blocking others, then swaps', async () => {
    const reader = surviveErrors(new Client({ connectionString: ledger.url }));
    await reader.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM ledger.log_time');
    const stopping = new AbortController();
    const rebuilding = rebuildNow({ signal: stopping.signal });
    await until(async () => {
      const waits = await ledger.sql(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'daybook-audit' AND wait_event_type = 'Lock'`,
      );
      return waits.length > 0;
    });
    // Others read on while it waits.
    expect(await ledger.dataSource.query('SELECT count(*) FROM ledger.log_time')).toHaveLength(1);
    await reader.query('COMMIT');
    expect((await rebuilding).certificate.outcome).toBe('swapped');
    await reader.end();
  });
});
