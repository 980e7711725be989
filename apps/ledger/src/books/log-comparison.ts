import { LIVE_SCHEMA, READ_MODELS_CHECKPOINT } from '@daybook/audit';
import {
  type AssetRecordEvent,
  assetRecord,
  type DomainEvent,
  fold,
  type PurseEvent,
  purse,
  streamName,
  upcast,
  type Violation,
} from '@daybook/domain';
import type { EventStore } from '@daybook/event-store';

/** Rows of each table in one step: their streams are read in one query, or in one call each on EventStoreDB. */
const ROWS = 50;

type Cell = string | number | boolean | Date | readonly string[] | null;
/** A row of a table, or what the log says of it, by column. */
type Cells = Readonly<Record<string, Cell>>;
type Query = (sql: string, values: unknown[]) => Promise<Record<string, Cell>[]>;
type Kind = 'account' | 'operator' | 'purse' | 'branch' | 'asset';

/** A table whose rows follow each from one stream. */
interface Compared {
  readonly table: string;
  readonly kind: Kind;
  /** The column that identifies a row. */
  readonly id: string;
  /** The column that names the stream, and its type. */
  readonly owner: readonly [column: string, type: string];
  /** What is compared, as SQL. */
  readonly columns: string;
  /** Another table that names streams: so a row that is missing is found too. */
  readonly owners?: string;
  /** The rows by the log, by id. */
  rowsBy(owner: string, events: readonly DomainEvent[]): ReadonlyMap<string, Cells>;
}

const KEY_COLUMNS = 'key_hash, scopes, expires_at, revoked';
const COMPARED: readonly Compared[] = [
  {
    ...{ table: 'api_key', kind: 'account', id: 'key_id', owners: 'account' },
    ...{ owner: ['account_id', 'uuid'], columns: KEY_COLUMNS, rowsBy: keysBy },
  },
  {
    ...{ table: 'operator_key', kind: 'operator', id: 'key_id', owners: 'operator' },
    ...{ owner: ['operator_id', 'uuid'], columns: KEY_COLUMNS, rowsBy: keysBy },
  },
  {
    ...{ table: 'purse', kind: 'purse', id: 'id', owner: ['id', 'uuid'], rowsBy: purseBy },
    // A purse that was given the address of another one is held with it.
    columns: 'account_id, customer_id, family, coalesce(address, held_address) AS address, status',
  },
  {
    ...{ table: 'address_branch', kind: 'branch', id: 'branch', owner: ['branch', 'integer'] },
    ...{ columns: 'opened_at', rowsBy: branchBy },
  },
  {
    ...{ table: 'asset', kind: 'asset', id: 'id', owner: ['id', 'text'] },
    ...{ columns: 'currency, decimals', rowsBy: assetBy },
  },
];

/**
 * Compares rows with the event log, some of each table in a step: keys open the service, purses and branches say to
 * whom an address belongs, and assets what an amount is. What differs is compared again in the next step before it counts, because a store may answer
 * from a copy of the log that is a moment behind.
 */
export function compareWithLog(store: EventStore, query: Query) {
  const sweeps = COMPARED.flatMap((of) => sweepsOf(of));
  let suspects: readonly Slice[] = [];

  async function compare(of: Compared, owners: readonly string[]): Promise<readonly Violation[]> {
    if (owners.length === 0) return [];
    const { table, kind, id, owner, columns, rowsBy } = of;
    const rows = await query(
      `SELECT c.position AS reached, r.*
         FROM (SELECT max(position) AS position FROM ${LIVE_SCHEMA}.checkpoint
                WHERE name = '${READ_MODELS_CHECKPOINT}') AS c
         LEFT JOIN (SELECT ${id}::text AS "rowId", ${owner[0]}::text AS "ownerId", ${columns}
                      FROM ${LIVE_SCHEMA}.${table} WHERE ${owner[0]} = ANY ($1::${owner[1]}[])) AS r ON true`,
      [owners],
    );
    const reached = BigInt(String(rows[0]?.reached ?? 0));
    const histories = await store.readStreams(
      owners.map((each) => ({ stream: streamName(kind, each) })),
    );
    const violations: Violation[] = [];
    const note = (rowId: string, detail: string) =>
      violations.push({ invariant: 'rows-follow-the-log', subject: `${table} ${rowId}`, detail });
    const missing: [rowId: string, wanted: Cells][] = [];
    for (const each of owners) {
      const history = histories.get(streamName(kind, each)) ?? [];
      const known = history.filter(({ position }) => position <= reached);
      const expected = new Map(rowsBy(each, known.map(upcast)));
      for (const row of rows) {
        if (row.ownerId !== each) continue;
        const rowId = String(row.rowId);
        const wanted = expected.get(rowId);
        expected.delete(rowId);
        const differing = wanted && Object.keys(wanted).filter((name) => !same(wanted, row, name));
        if (differing === undefined) note(rowId, 'does not follow from the event log');
        else if (differing.length > 0) note(rowId, `differs in ${differing.join(', ')}`);
      }
      missing.push(...expected);
    }
    const others = await rowsWith(of, missing);
    for (const [rowId, wanted] of missing) {
      const isTaken = others.some((row) => row.rowId === rowId && same(wanted, row, 'key_hash'));
      if (!isTaken) note(rowId, 'is missing');
    }
    return violations;
  }

  /** Rows of other owners with the same ids: of two owners of one key the first has the row. */
  async function rowsWith(
    { table, id, columns }: Compared,
    missing: readonly (readonly [rowId: string, wanted: Cells])[],
  ): Promise<readonly Record<string, Cell>[]> {
    if (missing.length === 0) return [];
    const sql = `SELECT ${id}::text AS "rowId", ${columns} FROM ${LIVE_SCHEMA}.${table} WHERE ${id}::text = ANY ($1)`;
    return query(sql, [missing.map(([rowId]) => rowId)]);
  }

  return {
    /** Compares the next rows of each table. `isEnd` when the end of every table was reached since the last time. */
    async step(): Promise<{ readonly violations: readonly Violation[]; readonly isEnd: boolean }> {
      const violations: Violation[] = [];
      const [doubted, found] = [suspects, [] as Slice[]];
      for (const { of, owners } of doubted) violations.push(...(await compare(of, owners)));
      for (const sweep of sweeps) {
        const owners = await sweep.next(query);
        if ((await compare(sweep.of, owners)).length > 0) found.push({ of: sweep.of, owners });
      }
      suspects = found;
      const isEnd = sweeps.every((sweep) => sweep.hasEnded());
      if (isEnd) for (const sweep of sweeps) sweep.begin();
      return { violations, isEnd };
    },
  };
}

/** Rows of a table, by the streams that they follow from. */
interface Slice {
  readonly of: Compared;
  readonly owners: readonly string[];
}

/** The streams that the rows of a table name, in slices; then those that the table of its owners names. */
function sweepsOf(of: Compared) {
  const { table, id, owner, owners } = of;
  const [column, type] = owner;
  const own = sweepOf(of, table, id, type === 'uuid' && id === column ? 'uuid' : 'text', column);
  return owners === undefined ? [own] : [own, sweepOf(of, owners, 'id', 'uuid', 'id')];
}

function sweepOf(of: Compared, table: string, key: string, type: string, column: string) {
  const by = type === 'uuid' ? key : `${key}::text`;
  const sql = `
    SELECT ${by}::text AS key, ${column}::text AS "ownerId" FROM ${LIVE_SCHEMA}.${table}
     WHERE $1::${type} IS NULL OR ${by} > $1::${type} ORDER BY ${by} LIMIT ${ROWS}`;
  let last: string | null = null;
  let ended = false;
  return {
    of,
    async next(query: Query): Promise<readonly string[]> {
      const rows = await query(sql, [last]);
      const isLast = rows.length < ROWS;
      last = isLast ? null : String(rows.at(-1)?.key);
      if (isLast) ended = true;
      return [...new Set(rows.map(({ ownerId }) => String(ownerId)))];
    },
    /** Whether the end of the table was reached since the last `begin`. */
    hasEnded: () => ended,
    begin: () => {
      ended = false;
    },
  };
}

function same(wanted: Cells, row: Cells, name: string): boolean {
  return textOf(wanted[name]) === textOf(row[name]);
}

function textOf(cell: Cell | undefined): string {
  return cell instanceof Date ? cell.toISOString() : JSON.stringify(cell ?? null);
}

function keysBy(_owner: string, events: readonly DomainEvent[]): ReadonlyMap<string, Cells> {
  const keys = new Map<string, Cells & { readonly expires_at: Date | null }>();
  for (const event of events) {
    if (event.type === 'ApiKeyIssued' || event.type === 'OperatorKeyIssued') {
      const { keyId, keyHash, scopes, expiresAt } = event.data;
      const expires_at = expiresAt === null ? null : new Date(expiresAt);
      if (keys.has(keyId)) continue;
      keys.set(keyId, { key_hash: keyHash, scopes, expires_at, revoked: false });
    }
    if (event.type === 'ApiKeyRotated') {
      const { keyId, endsAt } = event.data;
      const known = keys.get(keyId);
      const end = new Date(endsAt);
      // The earlier of its own end and that of the overlap.
      const isEarlier = known !== undefined && (known.expires_at ?? end) >= end;
      if (isEarlier) keys.set(keyId, { ...known, expires_at: end });
    }
    if (event.type === 'ApiKeyRevoked' || event.type === 'OperatorKeyRevoked') {
      const known = keys.get(event.data.keyId);
      if (known !== undefined) keys.set(event.data.keyId, { ...known, revoked: true });
    }
  }
  return keys;
}

function purseBy(id: string, events: readonly DomainEvent[]): ReadonlyMap<string, Cells> {
  const state = fold(purse, events as readonly PurseEvent[]);
  if (state.status === 'absent') return new Map();
  const { accountId: account_id, customerId: customer_id, family, address, status } = state;
  return new Map([[id, { account_id, customer_id, family, address, status }]]);
}

function branchBy(id: string, events: readonly DomainEvent[]): ReadonlyMap<string, Cells> {
  const opened = events.flatMap(({ type, data }) =>
    type === 'AddressBranchOpened' ? [[id, { opened_at: new Date(data.openedAt) }] as const] : [],
  );
  return new Map(opened);
}

function assetBy(id: string, events: readonly DomainEvent[]): ReadonlyMap<string, Cells> {
  const state = fold(assetRecord, events as readonly AssetRecordEvent[]);
  if (state.status === 'absent') return new Map();
  const { currency, decimals } = state;
  return new Map([[id, { currency, decimals }]]);
}
