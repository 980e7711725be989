import { compare, replay } from '@daybook/audit';
import { AUDITED, READ_MODELS } from '../src/operations/read-models';
import { type AuditLedger, freshAuditLedger, tellHistory } from './audit-history';

const tables = READ_MODELS.flatMap(({ name, tables: names }) =>
  names.map((table) => ({ readModel: name, table })),
);

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

const compareNow = ({ differencesMax = 10_000 } = {}) =>
  compare({
    ...{ ...AUDITED, store: ledger.store, liveUrl: ledger.url, databaseUrl: ledger.ownerUrl },
    differencesMax,
  });

describe('compare', () => {
  it('finds nothing where every row is as the log says, with the state hash of a replay, and leaves no schema behind', async () => {
    const report = await compareNow();
    expect(report).toMatchObject({ differences: [], omitted: 0, violations: [], exitCode: 0 });
    expect(report.position).toBe(await ledger.store.head());
    for (const table of report.tables)
      expect([table.table, table.rowsFound > 0]).toEqual([table.table, true]);
    const replayed = await replay({
      ...AUDITED,
      store: ledger.store,
      databaseUrl: ledger.ownerUrl,
    });
    expect(replayed).toMatchObject({ violations: [], exitCode: 0, schema: null });
    expect(report.stateHash).toBe(replayed.stateHash);
    expect(
      await ledger.sql(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'`),
    ).toEqual([]);
  });

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

  it('names each column of a row that was changed by hand, and nothing else', async () => {
    const changes = await changeRows(async (table) => {
      const key = await keyOf(table);
      return (await columnsOf(table)).filter(({ column }) => !key.includes(column));
    });
    const { differences, omitted, exitCode } = await compareNow();
    await restore(changes);
    const changed = changes.flatMap(({ readModel, table, columns, before, after, row }) =>
      columns.map(({ column }) => ({
        ...{ readModel, table, row, kind: 'changed', column },
        ...{ expected: before[column], found: after[column] },
      })),
    );
    expect({ omitted, exitCode }).toEqual({ omitted: 0, exitCode: 1 });
    expect([...differences].sort(byPlace)).toEqual(changed.sort(byPlace));
  });

  it('names both rows where a column of a key was changed', async () => {
    const keys = await Promise.all(tables.map(({ table }) => keyOf(table)));
    for (let n = 0; n < Math.max(...keys.map(({ length }) => length)); n++) {
      const changes = await changeRows(async (table) => {
        const column = (await keyOf(table))[n];
        return (await columnsOf(table)).filter((each) => each.column === column);
      });
      const { differences } = await compareNow();
      await restore(changes);
      const changed = changes.flatMap(({ readModel, table, row, rowAfter }) => {
        const whole = { readModel, table, column: null };
        return [
          { ...whole, row, kind: 'missing', expected: 'a row', found: null },
          { ...whole, row: rowAfter, kind: 'extra', expected: null, found: 'a row' },
        ];
      });
      expect([...differences].sort(byPlace)).toEqual(changed.sort(byPlace));
    }
  });

  it('names the row that is missing in each table, and the one that should not be there', async () => {
    const wrong = [];
    const added = [];
    for (const { readModel, table } of tables) {
      const key = await keyOf(table);
      const ctid = await oneRow(table);
      const like = await likeOf(table);
      const [extra = { ctid: '' }] = await ledger.sql<{ ctid: string }>(
        `INSERT INTO ledger.${table} SELECT (made).* FROM (
           SELECT jsonb_populate_record(row, jsonb_build_object(${like})) AS made
             FROM ledger.${table} AS row WHERE ctid = $1) AS one RETURNING ctid::text`,
        [ctid],
      );
      const rowOf = async (at: string) => nameOf(key, await cellsOf(table, at));
      wrong.push({ readModel, table, row: await rowOf(ctid), kind: 'missing' });
      wrong.push({ readModel, table, row: await rowOf(extra.ctid), kind: 'extra' });
      added.push({ table, ctid: extra.ctid });
      await keep(table, ctid);
      await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [ctid]);
    }
    const { differences } = await compareNow();
    for (const { table, ctid } of added) {
      await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [ctid]);
      await putBack(table);
    }
    expect([...differences].sort(byPlace)).toMatchObject(wrong.sort(byPlace));
  });

  it('lists a bounded number of differences and counts the rest', async () => {
    await ledger.sql(`UPDATE ledger.replenishment SET ordinal = ordinal || '?'`);
    const { differences, omitted } = await compareNow({ differencesMax: 3 });
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
  // What counts requests.
  'quota_window',
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

/** What a row like another one has instead, so that it may be there beside it: arguments of `jsonb_build_object`. */
async function likeOf(table: string): Promise<string> {
  const types = new Map((await columnsOf(table)).map(({ column, type }) => [column, type]));
  const other = (await uniqueIn(table)).map((column) => {
    const wrong = WRONG[types.get(column) ?? ''] ?? '';
    return `'${column}', ${wrong.replaceAll('$', `"${column}"`)}`;
  });
  return other.join(', ');
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

/** Changes columns of one row in each table, those that `columnsIn` answers; `restore` puts them back. */
async function changeRows(columnsIn: (table: string) => ReturnType<typeof columnsOf>) {
  const changes = [];
  for (const { readModel, table } of tables) {
    const columns = await columnsIn(table);
    if (columns.length === 0) continue;
    const ctid = await oneRow(table);
    const before = await cellsOf(table, ctid);
    await keep(table, ctid);
    const sets = columns.map(({ column, type }) => {
      const wrong = WRONG[type];
      if (wrong === undefined) throw new Error(`No wrong value of type ${type}.`);
      return `"${column}" = ${wrong.replaceAll('$', `"${column}"`)}`;
    });
    const [changed] = await ledger.sql<{ ctid: string }>(
      `UPDATE ledger.${table} SET ${sets.join(', ')} WHERE ctid = $1 RETURNING ctid::text`,
      [ctid],
    );
    const now = changed?.ctid ?? '';
    const after = await cellsOf(table, now);
    const key = await keyOf(table);
    const names = { row: nameOf(key, before), rowAfter: nameOf(key, after) };
    changes.push({ readModel, table, columns, before, after, now, ...names });
  }
  return changes;
}

async function restore(changes: Awaited<ReturnType<typeof changeRows>>): Promise<void> {
  for (const { table, now } of changes) {
    await ledger.sql(`DELETE FROM ledger.${table} WHERE ctid = $1`, [now]);
    await putBack(table);
  }
}

async function keep(table: string, ctid: string): Promise<void> {
  await ledger.sql(`CREATE TABLE kept_${table} AS SELECT * FROM ledger.${table} WHERE ctid = $1`, [
    ctid,
  ]);
}

async function putBack(table: string): Promise<void> {
  await ledger.sql(`INSERT INTO ledger.${table} SELECT * FROM kept_${table}`);
  await ledger.sql(`DROP TABLE kept_${table}`);
}

type Place = Readonly<Record<'table' | 'row' | 'kind', string>> & {
  readonly column?: string | null;
};

function byPlace(a: Place, b: Place): number {
  const place = ({ table, row, kind, column }: Place) => [table, kind, row, column].join(' ');
  return byText(place(a), place(b));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
