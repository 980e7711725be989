import { type Figures, NO_FIGURES, ownerOf, postFigures, postings, upcast } from '@daybook/domain';
import type { Client } from 'pg';
import { type BareTable, createBareTable, type TextRow } from './bare-table';
import { type Database, withClient } from './database';

/** Events per commit in a run of the ledger, on average. */
export interface Groups {
  readonly append: number;
  readonly projection: number;
}

/** The average groups after `from`, counted by `xmin`, the transaction that wrote a row. */
export async function groupsAfter(database: Database, from: number): Promise<Groups> {
  return withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ append: number; projection: number }>(
      `SELECT
         (SELECT count(*) / count(DISTINCT xmin::text) FROM event_store.event
          WHERE position > $1)::int AS append,
         (SELECT (max(position) - $1) / count(DISTINCT transaction) FROM (
            SELECT first_position AS position, xmin::text AS transaction FROM ledger.customer
            UNION ALL SELECT first_position, xmin::text FROM ledger.purse
            UNION ALL SELECT position, xmin::text FROM ledger.journal_line) AS written
          WHERE position > $1)::int AS projection`,
      [from],
    );
    return rows[0] as Groups;
  });
}

type Statement = ReturnType<BareTable['prepare']>;

/** The rows of one transaction. `to` is the position of its last event. */
export interface Group {
  readonly to: number;
  readonly statements: readonly Statement[];
}

/** The rows of a run of the ledger, in its groups, encoded for writing them again. */
export interface BareFold {
  readonly from: number;
  readonly to: number;
  readonly appends: readonly Group[];
  readonly projections: readonly Group[];
}

/** Reads the rows written after `from`, encodes them, and creates empty tables for them. */
export async function prepareBareFold(
  database: Database,
  { from, to }: { readonly from: number; readonly to: number },
  groups: Groups,
): Promise<BareFold> {
  return withClient(database.ownerUrl, async (client) => {
    const event = await createBareTable(client, 'event_store.event');
    const customer = await createBareTable(client, 'ledger.customer');
    const purse = await createBareTable(client, 'ledger.purse');
    const replenishment = await createBareTable(client, 'ledger.replenishment');
    const journal = await createBareTable(client, 'ledger.journal_line');
    const figures = await createBareTable(client, 'ledger.figures', ['owner_id', 'asset']);
    await client.query(`
      DROP TABLE IF EXISTS bare.place;
      CREATE TABLE bare.place (name text PRIMARY KEY, position bigint NOT NULL);
      INSERT INTO bare.place VALUES ('consumer', 0), ('projector', 0)`);

    const rowsOf = (source: string, { columns }: BareTable, place: string) =>
      rowsAfter(client, source, columns, place, from);
    const events = await rowsOf('event_store.event', event, 'position');
    const customers = await rowsOf('ledger.customer', customer, 'first_position');
    const purses = await rowsOf('ledger.purse', purse, 'first_position');
    const replenishments = await rowsOf('ledger.replenishment', replenishment, 'last_position');
    const lines = await rowsOf('ledger.journal_line', journal, 'position');
    if (events.at(-1)?.place !== to) throw new Error(`The log does not end at ${to}.`);
    return {
      from,
      to,
      appends: grouped(from, to, groups.append, (within) => [[event, within(events)]]),
      projections: grouped(from, to, groups.projection, (within) => [
        [customer, within(customers)],
        [purse, within(purses)],
        [replenishment, within(replenishments)],
        [figures, figuresRows(figures.columns, event.columns, within(events))],
        [journal, within(lines)],
      ]),
    };
  });
}

interface PlacedRow {
  readonly place: number;
  readonly row: TextRow;
}

/** Rows after a position, in order, as PostgreSQL writes them. */
async function rowsAfter(
  client: Client,
  source: string,
  columns: readonly string[],
  place: string,
  from: number,
): Promise<readonly PlacedRow[]> {
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT s.${place}::text, ${columns.map((column) => `s.${column}::text`).join(', ')}
           FROM ${source} s WHERE s.${place} > $1 ORDER BY s.${place}`,
    values: [from],
    rowMode: 'array',
  });
  return rows.map(([first, ...row]) => ({ place: Number(first), row }));
}

function grouped(
  from: number,
  to: number,
  size: number,
  rowsIn: (
    within: (rows: readonly PlacedRow[]) => readonly TextRow[],
  ) => readonly (readonly [BareTable, readonly TextRow[]])[],
): readonly Group[] {
  const groups: Group[] = [];
  for (let start = from; start < to; start += size) {
    const end = Math.min(start + size, to);
    const written = rowsIn((rows) =>
      rows.filter(({ place }) => place > start && place <= end).map(({ row }) => row),
    ).filter(([, rows]) => rows.length > 0);
    groups.push({ to: end, statements: written.map(([table, rows]) => table.prepare(rows)) });
  }
  return groups;
}

/** One row per owner and asset: the change of its figures by a group of events. */
function figuresRows(
  columns: readonly string[],
  eventColumns: readonly string[],
  events: readonly TextRow[],
): readonly TextRow[] {
  const [type, data, metadata] = ['type', 'data', 'metadata'].map((c) => eventColumns.indexOf(c));
  const text = (row: TextRow, index: number | undefined) => row[index as number] as string;
  const moved = new Map<string, { ownerId: string; asset: string } & Figures>();
  for (const row of events) {
    const event = upcast({
      type: text(row, type),
      data: JSON.parse(text(row, data)),
      schemaVersion: JSON.parse(text(row, metadata)).schemaVersion,
    });
    for (const posting of postings(event)) {
      const [ownerId, { asset }] = [ownerOf(posting), posting];
      const known = moved.get(`${ownerId} ${asset}`) ?? { ownerId, asset, ...NO_FIGURES };
      moved.set(`${ownerId} ${asset}`, { ownerId, asset, ...postFigures(known, posting) });
    }
  }
  const sorted = [...moved].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([, row]) => {
    const values: Readonly<Record<string, unknown>> = { ...row };
    return columns.map((column) => String(values[camelCase(column)]));
  });
}

function camelCase(column: string): string {
  return column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
