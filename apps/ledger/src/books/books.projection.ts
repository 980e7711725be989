import {
  FIGURE_NAMES,
  type FigureName,
  type Figures,
  NO_FIGURES,
  ownerOf,
  type Posting,
  postFigures,
  postings,
} from '@daybook/domain';
import { type Happened, type Projection } from '@daybook/event-store';
import { columns, rowsOf } from '../projections/projection';
import { columnOf, ownerIn, sqlTypeOf } from './figure-columns';

const OWNER_COLUMNS = { owner_id: 'uuid', asset: 'text' };

const LINE_COLUMNS = {
  position: 'bigint',
  line: 'smallint',
  kind: 'text',
  debit_kind: 'text',
  credit_kind: 'text',
  asset: 'text',
  amount: 'numeric',
  account_id: 'uuid',
  customer_id: 'uuid',
  purse_id: 'uuid',
  charge_id: 'uuid',
};

interface Line {
  readonly position: bigint;
  readonly line: number;
  readonly posting: Posting;
  /** The sum of the later postings of the batch for the same owner and asset. */
  readonly rest: Figures;
}

interface Moved {
  readonly ownerId: string;
  readonly asset: string;
  readonly delta: Figures;
}

/**
 * The books. The journal has every posting in log order, with its owner's figures after it. Balances
 * and throughput have one row per owner and asset. Both are derived from postings alone.
 */
export const booksProjection: Projection = {
  name: 'books',
  tables: ['journal_line', 'figures'],

  async apply(batch, sql) {
    const { moved, lines } = foldBatch(batch);
    if (lines.length === 0) return;
    const names = namesMoved([
      ...moved.map(({ delta }) => delta),
      ...lines.map(({ rest }) => rest),
    ]);
    await sql.query(statementFor(names), [
      ...columns(
        moved,
        (m) => m.ownerId,
        (m) => m.asset,
        ...names.map((name) => (m: Moved) => m.delta[name]),
      ),
      ...columns(
        lines,
        (l) => l.position,
        (l) => l.line,
        ...(
          [
            ...(['kind', 'debit', 'credit', 'asset', 'amount'] as const),
            ...(['accountId', 'customerId', 'purseId', 'chargeId'] as const),
          ] as const
        ).map((field) => (l: Line) => l.posting[field]),
        ...names.map((name) => (l: Line) => l.rest[name]),
      ),
    ]);
  },
};

/** One delta per owner and asset, in key order. A busy purse costs one row per batch, like any other. */
function foldBatch(batch: readonly Happened[]): {
  readonly moved: readonly Moved[];
  readonly lines: readonly Line[];
} {
  const posted = batch.flatMap(({ event, recorded: { position } }) =>
    postings(event).map((posting, line) => ({ position, line, posting })),
  );
  const byKey = new Map<string, Moved>();
  const lines: Line[] = [];
  // From the last line to the first, so that the running sum is the rest of the batch after each line.
  for (const line of posted.reverse()) {
    const { posting } = line;
    const [ownerId, { asset }] = [ownerOf(posting), posting];
    const key = `${ownerId} ${asset}`;
    const rest = byKey.get(key)?.delta ?? NO_FIGURES;
    lines.push({ ...line, rest });
    byKey.set(key, { ownerId, asset, delta: postFigures(rest, posting) });
  }
  // Sorted keys prevent deadlocks between two writers of overlapping batches.
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, moved]) => moved);
  return { moved: sorted, lines: lines.reverse() };
}

/** The figures that change. Most batches change four of them, and only those are sent. */
function namesMoved(figures: readonly Figures[]): readonly FigureName[] {
  return FIGURE_NAMES.filter(
    (name) => name === 'custody' || figures.some((moved) => moved[name] !== 0n),
  );
}

const statements = new Map<string, string>();

function statementFor(names: readonly FigureName[]): string {
  const key = names.join();
  const known = statements.get(key) ?? write(names);
  statements.set(key, known);
  return known;
}

/**
 * The figures after a line are those after the batch minus the rest of the batch. So they need no read
 * besides the upsert.
 */
function write(names: readonly FigureName[]): string {
  const moving = Object.fromEntries(names.map((name) => [columnOf(name), sqlTypeOf(name)]));
  const movedColumns = { ...OWNER_COLUMNS, ...moving };
  const lineColumns = Object.keys(LINE_COLUMNS);
  const figures = FIGURE_NAMES.map(columnOf);
  return `
  WITH moved AS (
    INSERT INTO figures AS f (${Object.keys(movedColumns).join(', ')})
    SELECT * FROM ${rowsOf('r', movedColumns)}
    ON CONFLICT (owner_id, asset) DO UPDATE SET
      ${Object.keys(moving)
        .map((name) => `${name} = f.${name} + excluded.${name}`)
        .join(', ')}
    RETURNING f.*
  )
  INSERT INTO journal_line
    (${[...lineColumns, ...figures.map((name) => `${name}_after`)].join(', ')})
  SELECT ${lineColumns.map((name) => `l.${name}`).join(', ')},
         ${figures.map((name) => (name in moving ? `m.${name} - l.${name}` : `m.${name}`)).join(', ')}
    FROM ${rowsOf('l', { ...LINE_COLUMNS, ...moving }, Object.keys(movedColumns).length)}
    JOIN moved m ON m.owner_id = ${ownerIn('l')} AND m.asset = l.asset`;
}
