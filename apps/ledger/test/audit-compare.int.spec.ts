import { compare, replay } from '@daybook/audit';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import { type AuditLedger, freshAuditLedger, tellHistory } from './audit-history';

let ledger: AuditLedger;

beforeAll(async () => {
  ledger = await freshAuditLedger();
  await tellHistory(ledger.store, 20_261_121, 400);
  await ledger.sql(`
    SELECT event_store.append(ARRAY['account-' || stream], ARRAY[revision], ARRAY[1],
      ARRAY[gen_random_uuid()], ARRAY['ApiKeyIssued'],
      ARRAY['{"keyId":"testkey1","keyHash":"00","name":"test","scopes":["read","write"],"expiresAt":null}'],
      ARRAY['{"schemaVersion":2,"accountId":"' || stream || '","actor":"system","commandId":"c"}'])
    FROM (SELECT substr(stream_id, 9) AS stream, max(revision) AS revision
      FROM event_store.event WHERE stream_id LIKE 'account-%' GROUP BY 1) AS s`);
  await ledger.project();
});

afterAll(() => ledger.close());

const compareNow = () =>
  compare({ ...AUDITED, store: ledger.store, liveUrl: ledger.url, databaseUrl: ledger.ownerUrl });

describe('compare', () => {
  it('finds nothing where every row is as the log says', async () => {
    const report = await compareNow();
    expect(report).toMatchObject({ differences: [], omitted: 0, violations: [], exitCode: 0 });
    expect(report.position).toBe(await ledger.store.head());
    for (const table of report.tables)
      expect([table.table, table.rowsFound > 0]).toEqual([table.table, true]);
  });

  it('has the state hash of a replay', async () => {
    const replayed = await replay({
      ...AUDITED,
      store: ledger.store,
      databaseUrl: ledger.ownerUrl,
    });
    expect((await compareNow()).stateHash).toBe(replayed.stateHash);
    expect(replayed).toMatchObject({ violations: [], exitCode: 0, schema: null });
  });

  it('leaves no schema behind', async () => {
    await compareNow();
    expect(
      await ledger.sql(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'`),
    ).toEqual([]);
  });

  const tables = READ_MODELS.flatMap(({ name, tables: names }) =>
    names.map((table) => ({ readModel: name, table })),
  );

  it('looks at every table of the database that follows from the log', async () => {
    const found = await ledger.sql<{ table: string }>(
      `SELECT relname AS table FROM pg_class
        WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')`,
    );
    const compared = tables.map(({ table }) => table);
    expect(found.map(({ table }) => table).sort(byText)).toEqual(
      [...compared, ...NOT_FROM_THE_LOG].sort(byText),
    );
  });

  describe.each(tables)('of $table', ({ readModel, table }) => {
    it('names each column of a row that was changed by hand, and nothing else', async () => {
      for (const { column, type } of await columnsOf(table)) {
        const ctid = await oneRow(table);
        const wrong = WRONG[type];
        if (wrong === undefined) throw new Error(`No wrong value of type ${type}.`);
        const before = await cellsOf(table, ctid);
        const { after, restore } = await change(table, ctid, column, wrong);
        const { differences, omitted, exitCode } = await compareNow();
        await restore();
        expect({ omitted, exitCode }).toEqual({ omitted: 0, exitCode: 1 });
        const key = await keyOf(table);
        const [row, found] = [nameOf(key, before), nameOf(key, after)];
        const whole = { readModel, table, column: null };
        if (key.includes(column)) {
          expect(differences).toHaveLength(2);
          expect(differences).toEqual(
            expect.arrayContaining([
              { ...whole, row, kind: 'missing', expected: 'a row', found: null },
              { ...whole, row: found, kind: 'extra', expected: null, found: 'a row' },
            ]),
          );
        } else {
          const cells = { expected: before[column], found: after[column] };
          expect(differences).toEqual([
            { readModel, table, row, kind: 'changed', column, ...cells },
          ]);
        }
      }
    }, 180_000);

    it('names a row that is missing', async () => {
      const row = await oneRow(table);
      const name = nameOf(await keyOf(table), await cellsOf(table, row));
      await ledger.sql(`CREATE TABLE kept AS SELECT * FROM ledger.${table} WHERE ctid = $1`, [row]);
      await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [row]);
      const { differences } = await compareNow();
      await ledger.sql(`INSERT INTO ledger.${table} SELECT * FROM kept`);
      await ledger.sql('DROP TABLE kept');
      expect(differences).toMatchObject([{ readModel, table, row: name, kind: 'missing' }]);
    });

    it('names a row that should not be there', async () => {
      const key = await keyOf(table);
      const types = new Map((await columnsOf(table)).map(({ column, type }) => [column, type]));
      const other = (await uniqueIn(table)).map((column) => {
        const wrong = WRONG[types.get(column) ?? ''] ?? '';
        return `'${column}', ${wrong.replaceAll('$', `"${column}"`)}`;
      });
      const [extra] = await ledger.sql<{ ctid: string }>(
        `INSERT INTO ledger.${table} SELECT (made).* FROM (
           SELECT jsonb_populate_record(row, jsonb_build_object(${other.join(', ')})) AS made
             FROM ledger.${table} AS row WHERE ctid = $1) AS one RETURNING ctid::text`,
        [await oneRow(table)],
      );
      const name = nameOf(key, await cellsOf(table, extra?.ctid ?? ''));
      const { differences } = await compareNow();
      await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [extra?.ctid]);
      expect(differences).toMatchObject([{ readModel, table, row: name, kind: 'extra' }]);
    });
  });

  it('lists a bounded number of differences and counts the rest', async () => {
    await ledger.sql(`UPDATE ledger.replenishment SET ordinal = ordinal || '?'`);
    const { differences, omitted } = await compare({
      ...AUDITED,
      store: ledger.store,
      liveUrl: ledger.url,
      databaseUrl: ledger.ownerUrl,
      differencesMax: 3,
    });
    const [{ count } = { count: '' }] = await ledger.sql<{ count: string }>(
      'SELECT count(*) FROM ledger.replenishment',
    );
    await ledger.sql(`UPDATE ledger.replenishment SET ordinal = rtrim(ordinal, '?')`);
    expect([differences.length, omitted]).toEqual([3, Number(count) - 3]);
  });

  it('says which role it needs when it may not make tables', async () => {
    const asRuntime = compare({ ...AUDITED, store: ledger.store, liveUrl: ledger.url });
    await expect(asRuntime).rejects.toMatchObject({ name: 'AuditRefused', code: 'no-rights' });
    await expect(asRuntime).rejects.toThrow(/DAYBOOK_MIGRATION_URL/);
  });
});

/** Tables that follow from something else than the log, as docs/audit.md says. */
const NOT_FROM_THE_LOG = [
  ...['chain_head', 'checkpoint', 'migration', 'rebuild', 'relay_state'],
  // Due times follow from the clock too, and reports come from the watchers.
  ...['due', 'reaction', 'watch_report', 'look_up'],
  // What the process that opens findings has sent, and balances that watchers reported.
  ...['finding_caused', 'reconciliation'],
];

/** An expression for another value of the same type. */
const WRONG: Readonly<Record<string, string>> = {
  uuid: `'00000000-0000-4000-8000-000000000001'::uuid`,
  text: `coalesce($, '') || '?'`,
  'text[]': `$ || '{}'::text[] || ARRAY['admin']`,
  numeric: 'coalesce($, 0) + 1',
  bigint: 'coalesce($, 0) + 1000000',
  integer: 'coalesce($, 0) + 1',
  smallint: '$ + 1',
  boolean: 'NOT $',
  'timestamp with time zone': `coalesce($, '2026-01-01') + interval '1 microsecond'`,
};

async function columnsOf(table: string) {
  return ledger.sql<{ column: string; type: string }>(
    `SELECT attname AS column, format_type(atttypid, NULL) AS type FROM pg_attribute
      WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [`ledger.${table}`],
  );
}

async function keyOf(table: string): Promise<readonly string[]> {
  const rows = await ledger.sql<{ column: string }>(
    `SELECT a.attname AS column FROM pg_index i
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
      WHERE i.indrelid = $1::regclass AND i.indisprimary
      ORDER BY array_position(i.indkey::int2[], a.attnum)`,
    [`ledger.${table}`],
  );
  return rows.map(({ column }) => column);
}

/** Columns that must differ so that a second row like another one may be there. */
async function uniqueIn(table: string): Promise<readonly string[]> {
  const rows = await ledger.sql<{ column: string }>(
    `SELECT DISTINCT a.attname AS column FROM pg_index i
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.indnkeyatts - 1]
      WHERE i.indrelid = $1::regclass AND i.indisunique`,
    [`ledger.${table}`],
  );
  return rows.map(({ column }) => column);
}

async function oneRow(table: string): Promise<string> {
  const [row] = await ledger.sql<{ ctid: string }>(
    `SELECT ctid::text FROM ledger.${table} ORDER BY md5(${table}::text) LIMIT 1`,
  );
  if (row === undefined) throw new Error(`${table} is empty.`);
  return row.ctid;
}

type Row = Readonly<Record<string, string | null>>;

/** A row as PostgreSQL writes it. */
async function cellsOf(table: string, ctid: string): Promise<Row> {
  const columns = await columnsOf(table);
  const cells = columns.map(({ column, type }) => `${text(column, type)} AS "${column}"`);
  const [row] = await ledger.sql<Row>(
    `SELECT ${cells.join(', ')} FROM ledger.${table} WHERE ctid = $1`,
    [ctid],
  );
  if (row === undefined) throw new Error(`${table} has no row at ${ctid}.`);
  return row;
}

/** As an audit reads it: a time in UTC, a boolean by its letter. */
function text(column: string, type: string): string {
  if (type === 'boolean') return `left("${column}"::text, 1)`;
  return `"${column}"::text`;
}

/** What a report calls a row by. */
function nameOf(key: readonly string[], row: Row): string {
  return key.map((column) => `${column}=${row[column]}`).join(', ');
}

/** Changes one column of one row; `restore` puts the row back as it was. */
async function change(table: string, ctid: string, column: string, wrong: string) {
  await ledger.sql(`CREATE TABLE kept AS SELECT * FROM ledger.${table} WHERE ctid = $1`, [ctid]);
  const value = wrong.replaceAll('$', `"${column}"`);
  const [changed] = await ledger.sql<{ ctid: string }>(
    `UPDATE ledger.${table} SET "${column}" = ${value} WHERE ctid = $1 RETURNING ctid::text`,
    [ctid],
  );
  const now = changed?.ctid ?? '';
  return {
    after: await cellsOf(table, now),
    async restore() {
      await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [now]);
      await ledger.sql(`INSERT INTO ledger.${table} SELECT * FROM kept`);
      await ledger.sql('DROP TABLE kept');
    },
  };
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
