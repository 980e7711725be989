import { idOf, type StreamKind } from '@daybook/domain';
import { type HappenedTo, happenedTo, type Projection, type RowCheck } from '@daybook/event-store';
import { textArray } from '@daybook/platform/plain';
import { getMetadataArgsStorage } from 'typeorm';
import { VersionedRow } from './cursor';
import { insertAndSum, type RunningSum, updateAndSum } from './running-sum';

type Cell = string | number | bigint | boolean | null;

/** The columns of a batch of rows, by name: the SQL type of each, and its value in a row. */
export type Columns<Row> = Readonly<
  Record<string, readonly [type: string, value: (row: Row) => Cell]>
>;

/** The names of columns, as a statement lists them. */
export function namesOf(columns: Columns<never>): string {
  return Object.keys(columns).join(', ');
}

/**
 * A table expression over the parameters of `columns`: the rows of a batch as `alias`, with these types. A
 * batch of any size is one statement with one plan. `before` is the number of preceding parameters.
 */
export function rowsOf(alias: string, columns: Columns<never>, before = 0): string {
  const typed = Object.entries(columns).map(([name, [type]]) => `${name}::${type}`);
  const parameters = typed.map((_, i) => `$${before + i + 1}::text[]`);
  return `(SELECT ${typed.join(', ')}
    FROM unnest(${parameters.join(', ')}) AS u(${namesOf(columns)})) AS ${alias}`;
}

/**
 * The parameters for `rowsOf`: one text array per column, in PostgreSQL's binary format. Array literals in
 * text format would cost the server more to parse than the rows cost to insert.
 */
export function cellsOf<Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer[] {
  return Object.values(columns).map(([, valueIn]) =>
    textArray(
      rows.map((row) => {
        const cell = valueIn(row);
        return cell === null ? null : String(cell);
      }),
    ),
  );
}

/** A row as it is written: times as text, and numbers in any form that PostgreSQL reads. */
export type Written<Row> = { readonly [Property in keyof Row]: WrittenValue<Row[Property]> };
type WrittenValue<Value> = Value extends Date
  ? string
  : string extends Value
    ? Value | bigint | number
    : Value;

/** The class and those that it extends. */
function withBases(entity: new () => object): (new () => object)[] {
  const base = Object.getPrototypeOf(entity) as new () => object;
  return base.name === '' ? [entity] : [entity, ...withBases(base)];
}

/** The columns of an `@Entity` and its base classes, by name, or those of some of its properties. */
export function columnsOf<Row extends object>(
  entity: new () => Row,
  isWritten: (property: string) => boolean = () => true,
): Columns<Partial<Written<Row>>> {
  const columns = getMetadataArgsStorage().filterColumns(withBases(entity));
  return Object.fromEntries(
    columns
      .filter(({ propertyName }) => isWritten(propertyName))
      .map(({ propertyName, options: { name = propertyName, type } }) => [
        name,
        [String(type), (row) => (row as Record<string, Cell>)[propertyName] ?? null],
      ]),
  );
}

/** The columns that an event sets in the row of its stream. */
export type Change<Row> = Partial<Written<Omit<Row, 'id'>>>;

interface RowPerStream<Kind extends StreamKind, Row> {
  readonly name: string;
  readonly kind: Kind;
  /** The table, keyed by the id of the stream. */
  readonly entity: new () => Row;
  /** The first event of a stream sets every column. Null for one that changes nothing. */
  change(happened: HappenedTo<Kind>): Change<Row> | null;
  /** What is kept of the rows besides them. */
  readonly sum?: RunningSum;
  readonly rowCheck?: RowCheck;
  /** SQL for columns of a new row `r` that depend on the rows that there are. */
  readonly inserted?: Readonly<Record<string, string>>;
}

/**
 * A table with one row for each stream of a kind. New rows of a batch are inserted whole; rows that
 * exist are updated, with one statement for each set of columns that the batch changes.
 */
export function rowPerStream<Kind extends StreamKind, Row extends { id: string }>({
  name,
  kind,
  entity,
  change,
  sum,
  inserted = {},
  rowCheck,
}: RowPerStream<Kind, Row>): Projection {
  type Changed = Partial<Written<Row>>;
  const table = String(getMetadataArgsStorage().filterTables(entity)[0]?.name);
  const all = columnsOf(entity);
  const isVersioned = entity.prototype instanceof VersionedRow;
  const values = Object.keys(all).map((column) => inserted[column] ?? `r.${column}`);
  const bareInsert = `INSERT INTO ${table} (${namesOf(all)}) SELECT ${values.join(', ')} FROM ${rowsOf('r', all)}`;
  const insert = sum ? insertAndSum(bareInsert, sum) : bareInsert;
  const statements = new Map<string, { readonly sql: string; readonly columns: typeof all }>();

  function updateOf(properties: readonly string[]) {
    const columns = columnsOf(entity, (property) => properties.includes(property));
    const set = Object.keys(columns).filter((column) => column !== 'id');
    const update = `
      UPDATE ${table} t SET ${set.map((column) => `${column} = c.${column}`).join(', ')}
        FROM ${rowsOf('c', columns)}`;
    const sql = sum
      ? updateAndSum(`${update} JOIN ${table} o ON o.id = c.id WHERE t.id = c.id`, sum)
      : `${update} WHERE t.id = c.id`;
    return { sql, columns };
  }

  return {
    name,
    tables: sum ? [table, sum.table] : [table],
    ...(rowCheck && { rowCheck }),

    async apply(batch, sql) {
      const rows = new Map<string, Changed>();
      const created = new Set<Changed>();
      const left: Summed[] = [];
      for (const happened of happenedTo(kind, batch)) {
        const { stream, revision } = happened.recorded;
        const known = rows.get(stream);
        const its = change(happened);
        const changed = isVersioned ? { ...its, lastPosition: happened.recorded.position } : its;
        if (changed === null) continue;
        if (sum && known && leaves(known, changed)) left.push({ ...(known as object as Summed) });
        const row = known ? Object.assign(known, changed) : { ...changed, id: idOf(stream) };
        rows.set(stream, row as Changed);
        if (revision === 0n) created.add(row as Changed);
      }
      if (created.size > 0) await sql.query(insert, cellsOf(all, [...created]));

      const changed = new Map<string, Changed[]>();
      for (const row of rows.values()) {
        if (created.has(row)) continue;
        const key = Object.keys(row).join();
        const alike = changed.get(key) ?? [];
        alike.push(row);
        changed.set(key, alike);
      }
      for (const [key, alike] of changed) {
        const update = statements.get(key) ?? updateOf(key.split(','));
        statements.set(key, update);
        await sql.query(update.sql, cellsOf(update.columns, alike));
      }
      if (sum && left.length > 0) {
        const zeros = `SELECT purse_id, asset, 0 FROM ${rowsOf('l', SUMMED)}`;
        await sql.query(
          `INSERT INTO ${sum.table} (purse_id, asset, sum) ${zeros} ON CONFLICT DO NOTHING`,
          cellsOf(SUMMED, left),
        );
      }
    },
  };
}

/** Where the sum of a row is. */
interface Summed {
  readonly purseId: string;
  readonly asset: string;
}

const SUMMED: Columns<Summed> = {
  purse_id: ['uuid', ({ purseId }) => purseId],
  asset: ['text', ({ asset }) => asset],
};

/** Whether a change moves a row to another sum than an earlier change of the batch had it in. */
function leaves(known: object, changed: object): boolean {
  const [from, to] = [known as Partial<Summed>, changed as Partial<Summed>];
  if (from.asset === undefined || to.asset === undefined) return false;
  return from.asset !== to.asset || from.purseId !== to.purseId;
}
