import { BOOKS, type Posting, postings } from '@daybook/domain';
import type { Projection } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

interface Moved {
  readonly accountId: string;
  readonly asset: string;
  claim: bigint;
}

const COLUMNS: Columns<Moved> = {
  account_id: ['uuid', ({ accountId }) => accountId],
  asset: ['text', ({ asset }) => asset],
  claim: ['numeric', ({ claim }) => claim],
};

const ADD = `
  INSERT INTO account_claim AS c (${namesOf(COLUMNS)})
  SELECT * FROM ${rowsOf('r', COLUMNS)}
  ON CONFLICT (account_id, asset) DO UPDATE SET claim = c.claim + excluded.claim`;

/** What is available to each account itself, over all its purses and beside them. Most batches do not move it. */
export const accountClaimsProjection: Projection = {
  name: 'account-claims',
  tables: ['account_claim'],

  async apply(batch, sql) {
    const moved = new Map<string, Moved>();
    for (const { event } of batch) {
      for (const posting of postings(event)) {
        const by = movedBy(posting);
        if (by === null) continue;
        const { accountId, asset } = posting;
        const key = `${accountId} ${asset}`;
        const known = moved.get(key);
        if (known === undefined) moved.set(key, { accountId, asset, claim: by });
        else known.claim += by;
      }
    }
    if (moved.size === 0) return;
    // Sorted keys prevent deadlocks between two writers of overlapping batches.
    const rows = [...moved].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    await sql.query(ADD, cellsOf(COLUMNS, rows));
  },
};

/** Null for a posting that is not about the claim of the account. */
function movedBy({ debit, credit, amount }: Posting): bigint | null {
  const isOf = (book: Posting['debit']) => BOOKS[book].figure === 'claimAccount';
  if (isOf(debit) === isOf(credit)) return null;
  return isOf(credit) ? amount : -amount;
}
