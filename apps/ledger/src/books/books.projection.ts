import {
  addFigures,
  figuresDelta,
  NO_FIGURES,
  type Posting,
  type PurseFigures,
  postings,
  subtractFigures,
} from '@daybook/domain';
import { columns, type Happened, type Projection, rowsOf } from '../projections/projection';

const FIGURES = {
  custody: 'numeric',
  claim_customer: 'numeric',
  claim_account: 'numeric',
  suspense: 'numeric',
  received: 'numeric',
  reversed: 'numeric',
  receipts: 'bigint',
} as const;
const FIGURE_NAMES = Object.keys(FIGURES);

const MOVED_COLUMNS = { purse_id: 'uuid', asset: 'text', ...FIGURES };

const LINE_COLUMNS = {
  position: 'bigint',
  line: 'smallint',
  debit_kind: 'text',
  debit_owner: 'uuid',
  credit_kind: 'text',
  credit_owner: 'uuid',
  asset: 'text',
  amount: 'numeric',
  purse_id: 'uuid',
  ...FIGURES,
};

// Keys are sorted, so that two writers of overlapping batches can never wait for each other. The
// figures after a line are those after the batch without what the rest of the batch moves: so they
// cost no look at the table beside the one that adds to it.
const WRITE = `
  WITH moved AS (
    INSERT INTO purse_figures AS f (purse_id, asset, ${FIGURE_NAMES.join(', ')})
    SELECT * FROM ${rowsOf('r', MOVED_COLUMNS)}
    ON CONFLICT (purse_id, asset) DO UPDATE SET
      ${FIGURE_NAMES.map((name) => `${name} = f.${name} + excluded.${name}`).join(', ')}
    RETURNING f.*
  )
  INSERT INTO journal_line
    (position, line, debit_kind, debit_owner, credit_kind, credit_owner, asset, amount, purse_id,
     ${FIGURE_NAMES.map((name) => `${name}_after`).join(', ')})
  SELECT l.position, l.line, l.debit_kind, l.debit_owner, l.credit_kind, l.credit_owner, l.asset,
         l.amount, l.purse_id, ${FIGURE_NAMES.map((name) => `m.${name} - l.${name}`).join(', ')}
    FROM ${rowsOf('l', LINE_COLUMNS, Object.keys(MOVED_COLUMNS).length)}
    JOIN moved m ON m.purse_id = l.purse_id AND m.asset = l.asset`;

interface Moved {
  readonly purseId: string;
  readonly asset: string;
  delta: PurseFigures;
}

interface Line {
  readonly position: bigint;
  readonly line: number;
  readonly posting: Posting;
  readonly moved: Moved;
  /** What the batch has moved up to and with this event. */
  readonly soFar: PurseFigures;
}

/**
 * The books: the journal (every posting that the log leads to, in order, with the purse's figures
 * after it) and balances and throughput, one row a purse and asset.
 */
export const booksProjection: Projection = {
  name: 'books',
  tables: ['journal_line', 'purse_figures'],

  async apply(batch, sql) {
    const { moved, lines } = foldBatch(batch);
    if (lines.length === 0) return;
    const figures = <Row>(of: (row: Row) => PurseFigures) => [
      (row: Row) => of(row).custody,
      (row: Row) => of(row).claimCustomer,
      (row: Row) => of(row).claimAccount,
      (row: Row) => of(row).suspense,
      (row: Row) => of(row).received,
      (row: Row) => of(row).reversed,
      (row: Row) => of(row).receipts,
    ];
    const rests = lines.map(({ moved: { delta }, soFar }) =>
      delta === soFar ? NO_FIGURES : subtractFigures(delta, soFar),
    );
    await sql.query(WRITE, [
      ...columns(
        moved,
        (m) => m.purseId,
        (m) => m.asset,
        ...figures((m: Moved) => m.delta),
      ),
      ...columns(
        lines,
        (l) => l.position,
        (l) => l.line,
        (l) => l.posting.debit.kind,
        (l) => l.posting.debit.owner,
        (l) => l.posting.credit.kind,
        (l) => l.posting.credit.owner,
        (l) => l.posting.asset,
        (l) => l.posting.amount,
        (l) => l.moved.purseId,
      ),
      ...columns(rests, ...figures((rest: PurseFigures) => rest)),
    ]);
  },
};

/** One delta a purse and asset, in key order: a hot purse costs one row a batch, like a cold one. */
function foldBatch(batch: readonly Happened[]): {
  readonly moved: readonly Moved[];
  readonly lines: readonly Line[];
} {
  const byKey = new Map<string, Moved>();
  const lines: Line[] = [];
  for (const { event, recorded } of batch) {
    const change = figuresDelta(event);
    if (change === null) continue;
    const { purseId, asset } = change.key;
    const key = `${purseId} ${asset}`;
    let moved = byKey.get(key);
    if (moved === undefined) {
      moved = { purseId, asset, delta: change.delta };
      byKey.set(key, moved);
    } else moved.delta = addFigures(moved.delta, change.delta);
    for (const [line, posting] of postings(event).entries()) {
      lines.push({ position: recorded.position, line, posting, moved, soFar: moved.delta });
    }
  }
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, moved]) => moved);
  return { moved: sorted, lines };
}
