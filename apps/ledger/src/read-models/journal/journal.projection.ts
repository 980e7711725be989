import { type Posting, postings } from '@daybook/domain';
import { columns, type Projection } from '../projection';

const INSERT = `
  INSERT INTO ledger.journal_line
    (position, line, debit_kind, debit_owner, credit_kind, credit_owner, asset, amount)
  SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::uuid[], $5::text[],
                       $6::uuid[], $7::text[], $8::numeric[])`;

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
