import { OUTFLOW_ENTRIES } from '../outflows';
import {
  ENTRY_COLUMNS,
  type EntryColumn,
  type TransactionSource,
} from '../projections/transaction-source';
import { REPLENISHMENT_ENTRIES } from '../replenishments';

/** Every kind of transaction. A further one is a line here, its index, and its words in the contract. */
const SOURCES: readonly TransactionSource[] = [REPLENISHMENT_ENTRIES, OUTFLOW_ENTRIES];

export const ENTRY_TYPES = SOURCES.flatMap(({ types }) => types);

/**
 * Rows of one source that a page reads at most: some milliseconds. Where few of them match the filter, a page has
 * fewer entries, and the next one goes on from there.
 */
const SCANNED_MAX = 2_000;
/** Beyond every position. */
const POSITION_MAX = '9223372036854775807';

/** Which entries of an account. A field that is undefined excludes none. */
export interface EntryFilter {
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  /** CAIP-19. */
  readonly asset?: string | undefined;
  readonly customerId?: string | undefined;
  /** First recorded at or after this RFC 3339 time, by the times of the log. */
  readonly from?: string | undefined;
  /** First recorded before it. */
  readonly to?: string | undefined;
}

/** A row of the list, as PostgreSQL returns it. */
export type EntryRow = Readonly<Record<EntryColumn, string | null>> & {
  readonly type: string;
  readonly id: string;
  readonly status: string;
  readonly asset: string;
  readonly amount: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly first_position: string;
  readonly last_position: string;
};

/** A part of the list in its order. */
export interface EntryPage {
  readonly rows: readonly EntryRow[];
  /** Where the next part begins; null at the end of the list. */
  readonly next: string | null;
}

export interface EntryPageRequest {
  readonly accountId: string;
  readonly filter: EntryFilter;
  readonly order: 'newest' | 'oldest';
  /** `next` of the part before; null for the first. */
  readonly from: string | null;
  readonly limit: number;
  /** Rows of a source that are read at most. */
  readonly scannedMax?: number;
}

interface Sql {
  query(sql: string, parameters: unknown[]): Promise<unknown>;
}

/** Reads a part of the list: at most `limit` entries, of a bounded number of rows. */
export async function readEntryPage(sql: Sql, request: EntryPageRequest): Promise<EntryPage> {
  const { accountId, filter, order, from, limit, scannedMax = SCANNED_MAX } = request;
  const { type, status, asset, customerId } = filter;
  const sources = SOURCES.filter(({ types }) => type === undefined || types.includes(type));
  const isFiltered = [type, status, asset].some((field) => field !== undefined);
  const isOfCustomer = customerId !== undefined;
  const text = statementOf(sources, { order, isOfCustomer, isFiltered, scannedMax });
  const values = [accountId, customerId, from, filter.from, filter.to, type, status, asset];
  const found = (await sql.query(text, [...values.map((value) => value ?? null), limit + 1])) as (
    | (EntryRow & { readonly bound: string | null })
    | { readonly id: null; readonly bound: string | null }
  )[];
  const rows = found.filter((row): row is EntryRow & { bound: string | null } => row.id !== null);
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined) {
    return { rows: rows.slice(0, limit), next: last.first_position };
  }
  return { rows, next: found[0]?.bound ?? null };
}

interface Shape {
  readonly order: EntryPageRequest['order'];
  readonly isOfCustomer: boolean;
  /** Whether rows of the index may be left out, so that many may have to be read. */
  readonly isFiltered: boolean;
  readonly scannedMax: number;
}

const statements = new Map<string, string>();

function statementOf(sources: readonly TransactionSource[], shape: Shape): string {
  const key = [...Object.values(shape), ...sources.map(({ table }) => table)].join(' ');
  const known = statements.get(key) ?? writeStatement(sources, shape);
  statements.set(key, known);
  return known;
}

/**
 * The parameters are account, customer, where the part begins, times from and to, type, status, asset, and how many.
 *
 * `bound` is how far the part reaches: the last of the rows that are read of the source that reaches least far; null where
 * all sources are read to their end. The sources are read in the order of an index, and no farther than they must.
 */
function writeStatement(
  sources: readonly TransactionSource[],
  { order, isOfCustomer, isFiltered, scannedMax }: Shape,
): string {
  const isNewest = order === 'newest';
  const [direction, least] = isNewest ? ['DESC', 'max'] : ['ASC', 'min'];
  const begins = isNewest
    ? `r.first_position < coalesce($3::bigint, ${POSITION_MAX})`
    : 'r.first_position > coalesce($3::bigint, 0)';
  // A customer of another account has no entries, and no bounds either.
  const owner = isOfCustomer
    ? `r.customer_id = $2::uuid AND EXISTS (
         SELECT FROM ledger.customer c WHERE c.id = $2::uuid AND c.account_id = $1::uuid)`
    : 'r.account_id = $1::uuid';
  const within = `${owner}
    AND ${begins} AND r.first_position > (SELECT low FROM period) AND r.first_position <= (SELECT high FROM period)`;
  const bounds = sources.map(
    ({ table }) => `
    SELECT (SELECT r.first_position FROM ledger.${table} r WHERE ${within}
             ORDER BY r.first_position ${direction} OFFSET ${scannedMax - 1} LIMIT 1) AS position`,
  );
  const parts = sources.map(
    ({ table, typeOf, columns = {} }) => `
    SELECT * FROM (SELECT ${typeOf} AS type, ${columnsOf(columns)}
       FROM ledger.${table} r
      WHERE ${within}
        AND ((SELECT position FROM bound) IS NULL
          OR r.first_position ${isNewest ? '>=' : '<='} (SELECT position FROM bound))
        AND ($6::text IS NULL OR ${typeOf} = $6) AND ($7::text IS NULL OR ${columnOf('status', columns)} = $7)
        AND ($8::text IS NULL OR ${columnOf('asset', columns)} = $8)
      ORDER BY r.first_position ${direction} LIMIT $9::int) AS ${table}`,
  );
  return `
    WITH given AS (
      -- So that every parameter has a type, whichever of them the rest of the statement has.
      SELECT $1::uuid, $2::uuid, $3::bigint, $6::text, $7::text, $8::text
    ), period AS MATERIALIZED (
      SELECT CASE WHEN $4::timestamptz IS NULL THEN 0 ELSE coalesce((
               SELECT l.position FROM ledger.log_time l WHERE l.recorded_at < $4::timestamptz
                ORDER BY l.recorded_at DESC LIMIT 1), 0) END AS low,
             CASE WHEN $5::timestamptz IS NULL THEN ${POSITION_MAX} ELSE coalesce((
               SELECT l.position FROM ledger.log_time l WHERE l.recorded_at < $5::timestamptz
                ORDER BY l.recorded_at DESC LIMIT 1), 0) END AS high
    ), bound AS MATERIALIZED (
      SELECT ${isFiltered ? `${least}(position) AS position FROM (${bounds.join(' UNION ALL ')}) AS each` : 'NULL::bigint AS position'}
    )
    SELECT e.*, bound.position AS bound
      FROM bound LEFT JOIN (${parts.join(' UNION ALL ')}
        ORDER BY first_position ${direction} LIMIT $9::int) AS e ON true
     ORDER BY e.first_position ${direction}`;
}

function columnsOf(columns: NonNullable<TransactionSource['columns']>): string {
  const names = Object.keys(ENTRY_COLUMNS) as EntryColumn[];
  return names.map((name) => `${columnOf(name, columns)} AS ${name}`).join(', ');
}

function columnOf(name: EntryColumn, columns: NonNullable<TransactionSource['columns']>): string {
  return `(${columns[name] ?? `r.${name}`})::${ENTRY_COLUMNS[name]}`;
}
