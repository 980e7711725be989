import { BOOKS, type BookKind, idOf, type Posting, postings } from '@daybook/domain';
import { happenedTo, type Projection } from '@daybook/event-store';
import { type Columns, cellsOf, namesOf, rowsOf } from '../projections/projection';

interface DepositLine {
  readonly purseId: string;
  readonly position: bigint;
  /** Deposits of the purse after the line, less those before the batch. */
  readonly count: bigint;
  readonly replenishmentId: string;
  readonly asset: string;
  readonly amount: bigint;
  readonly recordedAt: string;
  readonly isTakenBack: boolean;
}

const COLUMNS: Columns<DepositLine> = {
  purse_id: ['uuid', (line) => line.purseId],
  position: ['bigint', (line) => line.position],
  count: ['bigint', (line) => line.count],
  replenishment_id: ['uuid', (line) => line.replenishmentId],
  asset: ['text', (line) => line.asset],
  amount: ['numeric', (line) => line.amount],
  recorded_at: ['timestamptz', (line) => line.recordedAt],
  is_taken_back: ['boolean', (line) => line.isTakenBack],
};

const names = Object.keys(COLUMNS);
const WRITE = `
  INSERT INTO deposit (${namesOf(COLUMNS)})
  SELECT ${names.map((name) => (name === 'count' ? 'coalesce(p.count, 0) + l.count' : `l.${name}`)).join(', ')}
    FROM ${rowsOf('l', COLUMNS)}
    LEFT JOIN LATERAL (
      SELECT d.count FROM deposit d WHERE d.purse_id = l.purse_id
       ORDER BY d.position DESC LIMIT 1) AS p ON true`;

/**
 * Deposits: the replenishments that a customer or, while the customer was blocked, the account was credited with, and
 * that were not taken back. One line for each credit and each that is taken back, with the count after it, so that the
 * count and the last deposit of any moment are found without reading the others.
 */
export const depositsProjection: Projection = {
  name: 'deposits',
  tables: ['deposit'],

  async apply(batch, sql) {
    const counts = new Map<string, bigint>();
    const lines: DepositLine[] = [];
    for (const { event, recorded } of happenedTo('replenishment', batch)) {
      const claimed = claimedBy(postings(event));
      if (claimed === null) continue;
      const { purseId, asset, amount, isTakenBack } = claimed;
      const count = (counts.get(purseId) ?? 0n) + (isTakenBack ? -1n : 1n);
      counts.set(purseId, count);
      const { position, stream, recordedAt } = recorded;
      const replenishmentId = idOf(stream);
      const line = { purseId, position, count, replenishmentId, asset, amount };
      lines.push({ ...line, recordedAt, isTakenBack });
    }
    if (lines.length > 0) await sql.query(WRITE, cellsOf(COLUMNS, lines));
  },
};

const CLAIMS: readonly string[] = [
  ...['claimCustomer', 'claimAccount', 'pendingCustomer', 'pendingAccount'],
];
const isClaim = (book: BookKind) => CLAIMS.includes(BOOKS[book].figure);

/** Postings that say what became of coins that arrived. Fees and the like only move what is claimed already. */
const OF_ARRIVALS: readonly Posting['kind'][] = ['receipt', 'resolution', 'reversal', 'void'];

/** The posting by which what arrived became somebody's claim, or ceased to be; null if none did. */
function claimedBy(posted: readonly Posting[]) {
  for (const { kind, debit, credit, purseId, asset, amount } of posted) {
    if (!OF_ARRIVALS.includes(kind) || purseId === null) continue;
    if (isClaim(debit) === isClaim(credit)) continue;
    return { purseId, asset, amount, isTakenBack: isClaim(debit) };
  }
  return null;
}
