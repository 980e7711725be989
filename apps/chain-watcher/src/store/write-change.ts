import type { BlockHeader } from '@daybook/chains';
import type { PoolClient } from 'pg';
import { transferMessage } from '../publish/messages';
import type { Ring } from '../state/ring';
import type { TrackedTransfer } from '../state/tracked-transfer';
import { type Change, type Leadership, LostLeadership } from '../state/watcher-store';
import { RESCAN_COLUMNS, rescanValues, transferRow } from './rows';

const LOCK_FENCE = 'SELECT 1 FROM watcher.chain WHERE chain = $1 AND fence = $2 FOR UPDATE';

const INSERT_RING = `
  INSERT INTO watcher.ring SELECT * FROM json_populate_recordset(NULL::watcher.ring, $1)`;

// A rescan that an operator has cancelled meanwhile stays cancelled. The ledger knows, under the same id,
// which operator requested it.
const PUT_RESCAN = `
  INSERT INTO watcher.rescan AS r (chain, ${RESCAN_COLUMNS}, requested_by, ended_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    CASE $3 WHEN 'late-address' THEN 'chain-watcher' ELSE 'ledger' END,
    CASE WHEN $4 IN ('waiting', 'running') THEN NULL ELSE now() END)
  ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, since = excluded.since, after_position = excluded.after_position,
    from_number = excluded.from_number, to_number = excluded.to_number,
    next_number = excluded.next_number, next_hash = excluded.next_hash, found = excluded.found,
    versions = excluded.versions, reason = excluded.reason, ended_at = excluded.ended_at
  WHERE r.ended_at IS NULL`;

const CANCEL_RESCAN = `
  UPDATE watcher.rescan SET state = 'cancelled', ended_at = now()
  WHERE chain = $1 AND id = $2 AND ended_at IS NULL AND origin <> 'late-address'`;

// Their history is of no use, and almost every new address makes one.
const DELETE_ENDED_RESCANS = `
  DELETE FROM watcher.rescan
  WHERE chain = $1 AND origin = 'late-address' AND ended_at IS NOT NULL`;

const START = 'UPDATE watcher.chain SET start_number = $2, started_at = $3 WHERE chain = $1';
// These positions never go back, in whatever order the writes arrive.
const TAKE = `
  UPDATE watcher.chain SET addresses_taken = greatest(addresses_taken, $2) WHERE chain = $1`;
const ACKNOWLEDGE = `
  UPDATE watcher.chain SET addresses_through = greatest(addresses_through, $2) WHERE chain = $1`;

const INSERT_ADDRESSES = `
  INSERT INTO watcher.address (chain, address) SELECT $1, * FROM unnest($2::text[])
  ON CONFLICT DO NOTHING`;

const UPSERT_TRANSFERS = `
  INSERT INTO watcher.transfer
  SELECT * FROM json_populate_recordset(NULL::watcher.transfer, $1)
  ON CONFLICT (transfer_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, asset = excluded.asset,
    amount = excluded.amount, sender = excluded.sender, recipient = excluded.recipient,
    block_number = excluded.block_number, block_hash = excluded.block_hash,
    block_time = excluded.block_time, finality = excluded.finality,
    seen_sender = excluded.seen_sender, seen_nonce = excluded.seen_nonce, seen_at = excluded.seen_at`;

// Positions are assigned in the order of the rows, which is the order of publishing.
const INSERT_OUTBOX = `
  INSERT INTO watcher.outbox (chain, id, key, value, headers)
  SELECT $1, m ->> 'id', m ->> 'key', m ->> 'value', m ->> 'headers'
  FROM json_array_elements($2::json) WITH ORDINALITY AS messages (m, n)
  ORDER BY n`;

/** Writes a step inside the transaction of `client`. Throws `LostLeadership`. */
export async function writeChange(
  client: PoolClient,
  { chain, fence }: Leadership,
  change: Change,
): Promise<void> {
  const run = (name: string, text: string, values: unknown[]) =>
    client.query({ name: `watcher-write-${name}`, text, values });

  const led = await run('lock-fence', LOCK_FENCE, [chain, fence]);
  if (led.rowCount === 0) throw new LostLeadership(chain);
  const { start, advance, ring, cancelled, taken, acknowledged } = change;
  const { rescans = [], addresses = [], transfers = [] } = change;
  if (start) {
    await run('start', START, [chain, start.number, start.at]);
    await run('insert-ring', INSERT_RING, [ringRows(chain, start.ring)]);
  }
  if (advance) {
    await run(
      'cut-ring',
      'DELETE FROM watcher.ring WHERE chain = $1 AND (number > $2 OR number < $3)',
      [chain, advance.ancestor, advance.oldest],
    );
    const added = advance.added.filter(({ number }) => number >= advance.oldest);
    await run('insert-ring', INSERT_RING, [ringRows(chain, added)]);
  }
  if (ring) {
    await run('delete-ring', 'DELETE FROM watcher.ring WHERE chain = $1', [chain]);
    await run('insert-ring', INSERT_RING, [ringRows(chain, ring)]);
  }
  for (const rescan of rescans)
    await run('put-rescan', PUT_RESCAN, [chain, ...rescanValues(rescan)]);
  if (rescans.length > 0) await run('delete-rescans', DELETE_ENDED_RESCANS, [chain]);
  if (cancelled !== undefined) await run('cancel-rescan', CANCEL_RESCAN, [chain, cancelled]);
  if (taken !== undefined) await run('take', TAKE, [chain, taken]);
  if (acknowledged !== undefined) await run('acknowledge', ACKNOWLEDGE, [chain, acknowledged]);
  if (addresses.length > 0) await run('insert-addresses', INSERT_ADDRESSES, [chain, addresses]);
  if (transfers.length > 0) {
    await run('upsert-transfers', UPSERT_TRANSFERS, [
      JSON.stringify(lastVersions(transfers).map(transferRow)),
    ]);
    const messages = transfers.map(({ transfer }) => transferMessage(transfer));
    await run('insert-outbox', INSERT_OUTBOX, [chain, JSON.stringify(messages)]);
  }
}

/** One statement cannot write a row twice, and only the last version counts. */
function lastVersions(transfers: readonly TrackedTransfer[]): TrackedTransfer[] {
  return [...new Map(transfers.map((it) => [it.transfer.transferId, it])).values()];
}

/** Rows of the table `ring`, as JSON. */
function ringRows(chain: string, ring: Ring): string {
  const toRow = ({ number, hash, parentHash, time }: BlockHeader) => {
    return { chain, number, hash, parent_hash: parentHash, time };
  };
  return JSON.stringify(ring.map(toRow));
}
