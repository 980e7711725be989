import { type Posting, postings } from '@daybook/domain';
import { columns, type Projection, rowsOf } from '../projection';

const INSERT_COLUMNS = {
  position: 'bigint',
  line: 'smallint',
  debit_kind: 'text',
  debit_owner: 'uuid',
  credit_kind: 'text',
  credit_owner: 'uuid',
  asset: 'text',
  amount: 'numeric',
};

const INSERT = `
  INSERT INTO ledger.journal_line
    (position, line, debit_kind, debit_owner, credit_kind, credit_owner, asset, amount)
  SELECT * FROM ${rowsOf('r', INSERT_COLUMNS)}`;

interface Line {
  readonly position: bigint;
  readonly line: number;
  readonly posting: Posting;
}

/** The journal: every posting that the log leads to, in order. */
export const journalProjection: Projection = {
  name: 'journal',

  async apply(batch, sql) {
    const lines: Line[] = [];
    for (const { event, recorded } of batch) {
      for (const [line, posting] of postings(event).entries()) {
        lines.push({ position: recorded.position, line, posting });
      }
    }
    if (lines.length === 0) return;
    await sql.query(
      INSERT,
      columns(
        lines,
        (l) => l.position,
        (l) => l.line,
        (l) => l.posting.debit.kind,
        (l) => l.posting.debit.owner,
        (l) => l.posting.credit.kind,
        (l) => l.posting.credit.owner,
        (l) => l.posting.asset,
        (l) => l.posting.amount,
      ),
    );
  },
};
