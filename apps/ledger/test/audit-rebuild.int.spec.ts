import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { compare } from '../src/audit/compare';
import { rebuild, rollBack } from '../src/audit/rebuild';
import { replay } from '../src/audit/replay';
import { READ_MODELS, startProjector } from '../src/read-models/projector';
import { type AuditLedger, freshAuditLedger, numbersFrom, tellHistory } from './audit-history';

let ledger: AuditLedger;

beforeEach(async () => {
  ledger = await freshAuditLedger();
  await tellHistory(ledger.store, 7, 150);
  await ledger.project();
});

afterEach(() => ledger.close());

const rebuildNow = (options: Partial<Parameters<typeof rebuild>[0]> = {}) =>
  rebuild({
    store: ledger.store,
    ownerUrl: ledger.ownerUrl,
    readModel: 'all',
    actor: 'auditor',
    ...options,
  });

const differencesNow = async () => {
  const { store, url: liveUrl, ownerUrl: databaseUrl } = ledger;
  return (await compare({ store, liveUrl, databaseUrl })).differences;
};

/** The tables that serve, by read model's table: another number means another table. */
const served = async () =>
  ledger.sql<{ table: string; oid: string }>(
    `SELECT relname AS table, oid::text FROM pg_class
      WHERE relnamespace = 'ledger'::regnamespace AND relname = ANY($1) ORDER BY relname`,
    [READ_MODELS.flatMap(({ tables }) => [...tables])],
  );

const schemas = async () =>
  (
    await ledger.sql<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'ledger%' ORDER BY 1`,
    )
  ).map(({ name }) => name);

describe('a rebuild', () => {
  it('lets new tables serve that hold the same, and keeps its certificate', async () => {
    const before = await served();
    const report = await rebuildNow();
    const after = await served();
    expect(after.map(({ table }) => table)).toEqual(before.map(({ table }) => table));
    expect(after.filter(({ oid }, i) => oid === before[i]?.oid)).toEqual([]);
    expect(await differencesNow()).toEqual([]);
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
    expect(await schemas()).toEqual(['ledger', 'ledger_before']);
  });

  it('gives the new tables the indexes, keys and rights of the old ones, under the same names', async () => {
    const shape = () =>
      ledger.sql(`
        SELECT c.relname, c.relkind, c.reloptions, c.relpersistence,
               (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(c.relacl) AS a) AS rights,
               pg_get_indexdef(c.oid) AS index,
               (SELECT array_agg(conname || pg_get_constraintdef(k.oid) ORDER BY conname)
                  FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype <> 'n') AS constraints,
               (SELECT array_agg(attname || ' ' || format_type(atttypid, atttypmod) || attnotnull ORDER BY attnum)
                  FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0) AS columns
          FROM pg_class c WHERE relnamespace = 'ledger'::regnamespace ORDER BY c.relname`);
    const before = await shape();
    await rebuildNow();
    expect(await shape()).toEqual(before);
  });

  it('of one read model leaves the others as they are', async () => {
    const before = await served();
    await rebuildNow({ readModel: 'purses' });
    const changed = (await served()).filter(({ oid }, i) => oid !== before[i]?.oid);
    expect(changed.map(({ table }) => table)).toEqual(['purse']);
    expect(await differencesNow()).toEqual([]);
  });

  it('that finds a difference changes nothing unless it may, and says what it found', async () => {
    await ledger.sql(
      `UPDATE ledger.customer SET status = 'blocked?' WHERE id IN (SELECT id FROM ledger.customer LIMIT 1)`,
    );
    const before = await served();
    const refused = await rebuildNow();
    expect(refused).toMatchObject({
      exitCode: 1,
      certificate: { outcome: 'differs', differences: 1, servedFrom: null },
      differences: [{ table: 'customer', column: 'status', found: 'blocked?' }],
    });
    expect(await served()).toEqual(before);
    expect(await schemas()).toEqual(['ledger']);
    const accepted = await rebuildNow({ acceptDifferences: true });
    expect(accepted.certificate).toMatchObject({ outcome: 'swapped', differences: 1 });
    expect(await differencesNow()).toEqual([]);
  });

  it('is rolled back to the old tables, which catch up first', async () => {
    const before = await served();
    await rebuildNow();
    await tellHistory(ledger.store, 8, 60);
    await ledger.project();
    const certificate = await rollBack({
      store: ledger.store,
      ownerUrl: ledger.ownerUrl,
      actor: 'operator',
    });
    expect(certificate).toMatchObject({
      outcome: 'rolled-back',
      servedFrom: await ledger.store.head(),
      stateHash: (await replay({ store: ledger.store, databaseUrl: ledger.ownerUrl })).stateHash,
    });
    expect(await served()).toEqual(before);
    expect(await differencesNow()).toEqual([]);
    // And forth again: what served meanwhile was kept in its place.
    await tellHistory(ledger.store, 9, 30);
    await ledger.project();
    await rollBack({ store: ledger.store, ownerUrl: ledger.ownerUrl, actor: 'operator' });
    expect(await differencesNow()).toEqual([]);
  });

  it('says whose rights it needs, which read models there are, and that there is nothing to go back to', async () => {
    await expect(rebuildNow({ ownerUrl: undefined })).rejects.toThrow(/DAYBOOK_MIGRATION_URL/);
    await expect(rebuildNow({ ownerUrl: ledger.url })).rejects.toMatchObject({ code: 'no-rights' });
    await expect(rebuildNow({ readModel: 'nope' })).rejects.toThrow(/accounts, .*books/);
    await expect(
      rollBack({ store: ledger.store, ownerUrl: ledger.ownerUrl, actor: 'operator' }),
    ).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
  });

  it('gives way to a reader, and tells who is in the way only after a while', async () => {
    const reader = new Client({ connectionString: ledger.url });
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

describe('a rebuild that is killed', () => {
  /** Waits in the transaction of the swap, after the `nth` of its commands that change a schema. */
  async function freezeAfter(nth: number): Promise<void> {
    await ledger.sql(`
      CREATE SEQUENCE IF NOT EXISTS public.ddl_count;
      CREATE OR REPLACE FUNCTION public.freeze_swap() RETURNS event_trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF current_setting('application_name') = 'daybook-audit'
           AND to_regnamespace('ledger_swap') IS NOT NULL
           AND nextval('public.ddl_count') = ${nth} THEN PERFORM pg_sleep(600); END IF;
      END $$;
      CREATE EVENT TRIGGER freeze_swap ON ddl_command_end EXECUTE FUNCTION public.freeze_swap()`);
  }

  /** Commands of a swap: rename, drop, create, two a table, the checkpoint's table. */
  const TABLES = READ_MODELS.flatMap(({ tables }) => tables).length;
  const STEPS = [1, 2, 3, 4, 3 + TABLES, 2 + 2 * TABLES, 3 + 2 * TABLES];

  it.each(STEPS)(
    'in its swap, at step %i, leaves the old tables serving',
    async (step) => {
      const before = await served();
      await freezeAfter(step);
      const child = startRebuild();
      await until(
        async () =>
          (await ledger.sql(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length >
          0,
        { timeoutMs: 30_000, description: 'The frozen swap' },
      );
      await kill(child);
      // The server notices that nobody is there when it writes to them; an operator may be quicker.
      await ledger.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`,
      );
      await until(async () => (await ledger.sql(AUDITS)).length === 0);
      await ledger.sql('DROP EVENT TRIGGER freeze_swap');
      expect(await served()).toEqual(before);
      expect(await differencesNow()).toEqual([]);
      // The projector goes on, and the next rebuild clears away what was left.
      await tellHistory(ledger.store, 10, 20);
      await ledger.project();
      expect((await rebuildNow()).certificate.outcome).toBe('swapped');
      expect(await differencesNow()).toEqual([]);
      expect(await schemas()).toEqual(['ledger', 'ledger_before']);
    },
    60_000,
  );

  it('at any moment leaves the old tables or the new ones, at one position', async () => {
    const number = numbersFrom(3);
    const projector = startProjector(ledger.store, ledger.dataSource);
    let [swaps, kills] = [0, 0];
    for (let round = 0; round < 8; round++) {
      const before = await served();
      const child = startRebuild();
      const writing = tellHistory(ledger.store, 100 + round, 30);
      const began = await Promise.race([waitsForSchema(), once(child, 'exit').then(() => false)]);
      // Any moment will do, also one that nobody thought of; so the kill waits for nothing in particular.
      if (began) await new Promise((resolve) => setTimeout(resolve, number(400)));
      if (child.exitCode === null) kills += 1;
      await kill(child);
      await writing;
      await until(async () => (await ledger.sql(AUDITS)).length === 0);
      const after = await served();
      const same = after.filter(({ oid }, i) => oid === before[i]?.oid).length;
      expect([0, after.length]).toContain(same);
      if (same === 0) swaps += 1;
      expect(await projector.waitFor(await ledger.store.head(), 10_000)).toBe(true);
      expect(await differencesNow()).toEqual([]);
    }
    await projector.stop();
    expect(kills + swaps).toBeGreaterThanOrEqual(8);
  }, 120_000);

  const AUDITS = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'daybook-audit' AND datname = current_database()`;

  async function waitsForSchema(): Promise<boolean> {
    const exists = `SELECT 1 FROM pg_namespace WHERE nspname = 'ledger_shadow'`;
    await until(async () => (await ledger.sql(exists)).length > 0, { timeoutMs: 20_000 });
    return true;
  }

  function startRebuild(): ChildProcess {
    const root = join(__dirname, '../../..');
    return spawn(
      process.execPath,
      [
        '-r',
        join(root, 'test/register.cjs'),
        join(__dirname, 'rebuild.process.ts'),
        ledger.ownerUrl,
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    );
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
});
