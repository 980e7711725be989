import { addFigures, figuresDelta, type PurseFigures } from '@daybook/domain';
import { columns, type Happened, type Projection, rowsOf } from '../projection';

const UPSERT_COLUMNS = {
  purse_id: 'uuid',
  asset: 'text',
  custody: 'numeric',
  claim_customer: 'numeric',
  claim_account: 'numeric',
  suspense: 'numeric',
  received: 'numeric',
  reversed: 'numeric',
  receipts: 'bigint',
};

// Keys are sorted, so that two writers of overlapping batches can never wait for each other.
const UPSERT = `
  INSERT INTO ledger.purse_figures AS f
    (purse_id, asset, custody, claim_customer, claim_account, suspense, received, reversed,
     receipts)
  SELECT * FROM ${rowsOf('r', UPSERT_COLUMNS)}
  ON CONFLICT (purse_id, asset) DO UPDATE SET
    custody = f.custody + excluded.custody,
    claim_customer = f.claim_customer + excluded.claim_customer,
    claim_account = f.claim_account + excluded.claim_account,
    suspense = f.suspense + excluded.suspense,
    received = f.received + excluded.received,
    reversed = f.reversed + excluded.reversed,
    receipts = f.receipts + excluded.receipts`;

interface Moved {
  readonly purseId: string;
  readonly asset: string;
  delta: PurseFigures;
}

/** Balances (claims and custody) and throughput: one row a purse and asset. */
export const balancesProjection: Projection = {
  name: 'balances',

  async apply(batch, sql) {
    const moved = foldDeltas(batch);
    if (moved.length === 0) return;
    await sql.query(
      UPSERT,
      columns(
        moved,
        (m) => m.purseId,
        (m) => m.asset,
        (m) => m.delta.custody,
        (m) => m.delta.claimCustomer,
        (m) => m.delta.claimAccount,
        (m) => m.delta.suspense,
        (m) => m.delta.received,
        (m) => m.delta.reversed,
        (m) => m.delta.receipts,
      ),
    );
  },
};

/** One delta a purse and asset, in key order. A hot purse costs one row a batch, like a cold one. */
function foldDeltas(batch: readonly Happened[]): readonly Moved[] {
  const byKey = new Map<string, Moved>();
  for (const { event } of batch) {
    const change = figuresDelta(event);
    if (change === null) continue;
    const { purseId, asset } = change.key;
    const key = `${purseId} ${asset}`;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { purseId, asset, delta: change.delta });
    else known.delta = addFigures(known.delta, change.delta);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, moved]) => moved);
}
