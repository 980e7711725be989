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
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';
import { columnOf, ownerIn, sqlTypeOf } from './figure-columns';

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

const OWNER_COLUMNS: Columns<Moved> = {
  owner_id: ['uuid', (m) => m.ownerId],
  asset: ['text', (m) => m.asset],
};

const LINE_COLUMNS: Columns<Line> = {
  position: ['bigint', (l) => l.position],
  line: ['smallint', (l) => l.line],
  kind: ['text', (l) => l.posting.kind],
  debit_kind: ['text', (l) => l.posting.debit],
  credit_kind: ['text', (l) => l.posting.credit],
  asset: ['text', (l) => l.posting.asset],
  amount: ['numeric', (l) => l.posting.amount],
  account_id: ['uuid', (l) => l.posting.accountId],
  customer_id: ['uuid', (l) => l.posting.customerId],
  purse_id: ['uuid', (l) => l.posting.purseId],
  charge_id: ['uuid', (l) => l.posting.chargeId],
};

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
    const statement = statements.get(names.join()) ?? statementFor(names);
    statements.set(names.join(), statement);
    const { text, ofMoved, ofLines } = statement;
    await sql.query(text, [...cellsOf(ofMoved, moved), ...cellsOf(ofLines, lines)]);
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

/** The figures that change; most batches change four. `custody` is always among them, so that a column is set. */
function namesMoved(figures: readonly Figures[]): readonly FigureName[] {
  return FIGURE_NAMES.filter(
    (name) => name === 'custody' || figures.some((moved) => moved[name] !== 0n),
  );
}

const statements = new Map<string, ReturnType<typeof statementFor>>();

/**
 * The figures after a line are those after the batch minus the rest of the batch. So they need no read
 * besides the upsert.
 */
function statementFor(names: readonly FigureName[]) {
  const columns = <Row>(figuresIn: (row: Row) => Figures): Columns<Row> =>
    Object.fromEntries(
      names.map((name) => [columnOf(name), [sqlTypeOf(name), (row) => figuresIn(row)[name]]]),
    );
  const ofMoved = { ...OWNER_COLUMNS, ...columns((moved: Moved) => moved.delta) };
  const ofLines = { ...LINE_COLUMNS, ...columns((line: Line) => line.rest) };
  const moving = names.map(columnOf);
  const lineColumns = Object.keys(LINE_COLUMNS);
  const figures = FIGURE_NAMES.map(columnOf);
  const text = `
  WITH moved AS (
    INSERT INTO figures AS f (${namesOf(ofMoved)})
    SELECT * FROM ${rowsOf('r', ofMoved)}
    ON CONFLICT (owner_id, asset) DO UPDATE SET
      ${moving.map((name) => `${name} = f.${name} + excluded.${name}`).join(', ')}
    RETURNING f.*
  )
  INSERT INTO journal_line
    (${[...lineColumns, ...figures.map((name) => `${name}_after`)].join(', ')})
  SELECT ${lineColumns.map((name) => `l.${name}`).join(', ')},
         ${figures.map((name) => (moving.includes(name) ? `m.${name} - l.${name}` : `m.${name}`)).join(', ')}
    FROM ${rowsOf('l', ofLines, Object.keys(ofMoved).length)}
    JOIN moved m ON m.owner_id = ${ownerIn('l')} AND m.asset = l.asset`;
  return { text, ofMoved, ofLines };
}
