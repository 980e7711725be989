import type { Message } from '@daybook/messaging';
import type { PoolClient } from 'pg';
import type { TrackedTransfer } from '../chronicle';
import { transferMessage } from '../messages';
import type { Ring } from '../reconcile';
import type { Rescan } from '../rescans';
import { MOVE_REQUEST, requestValues } from './requests';
import { RING_COLUMNS, TRANSFER_COLUMNS, transferValues } from './rows';
import { type Change, type Leadership, LostLeadership } from './watcher-store';

const LOCK_FENCE = 'SELECT 1 FROM watcher.chain WHERE chain = $1 AND fence = $2 FOR UPDATE';

const INSERT_RING = `
  INSERT INTO watcher.ring (chain, ${RING_COLUMNS})
  SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[])`;

const INSERT_RESCANS = `
  INSERT INTO watcher.rescan (chain, from_number, to_number, to_hash, after_position)
  SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::numeric[])`;

const START = 'UPDATE watcher.chain SET start_number = $2, started_at = $3 WHERE chain = $1';
const WANT = 'UPDATE watcher.chain SET wanted_since = $2, wanted_after = $3 WHERE chain = $1';
// What was taken in or acknowledged stays so, whoever writes after whom.
const TAKE = `
  UPDATE watcher.chain SET addresses_taken = greatest(addresses_taken, $2) WHERE chain = $1`;
const ACKNOWLEDGE = `
  UPDATE watcher.chain SET addresses_through = greatest(addresses_through, $2) WHERE chain = $1`;

const INSERT_ADDRESSES = `
  INSERT INTO watcher.address (chain, address) SELECT $1, * FROM unnest($2::text[])
  ON CONFLICT DO NOTHING`;

const UPSERT_TRANSFERS = `
  INSERT INTO watcher.transfer (${TRANSFER_COLUMNS})
  SELECT * FROM unnest(
    $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::numeric[], $7::text[],
    $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::bigint[], $16::bigint[])
  ON CONFLICT (transfer_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, asset = excluded.asset,
    amount = excluded.amount, sender = excluded.sender, recipient = excluded.recipient,
    block_number = excluded.block_number, block_hash = excluded.block_hash,
    block_time = excluded.block_time, finality = excluded.finality,
    seen_sender = excluded.seen_sender, seen_nonce = excluded.seen_nonce, seen_at = excluded.seen_at`;

// Positions are given in the order of the rows, which is the order of publishing.
const INSERT_OUTBOX = `
  INSERT INTO watcher.outbox (chain, id, key, value, headers)
  SELECT $1, m.id, m.key, m.value, m.headers
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS m (id, key, value, headers, n)
  ORDER BY m.n`;

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
  const { start, advance, ring, rescans, wanted, taken, acknowledged } = change;
  const { addresses = [], transfers = [], requests = [] } = change;
  if (start) {
    await run('start', START, [chain, start.number, start.at]);
    await run('insert-ring', INSERT_RING, [chain, ...ringValues(start.ring)]);
  }
  if (advance) {
    await run(
      'cut-ring',
      'DELETE FROM watcher.ring WHERE chain = $1 AND (number > $2 OR number < $3)',
      [chain, advance.ancestor, advance.oldest],
    );
    const added = advance.added.filter(({ number }) => number >= advance.oldest);
    await run('insert-ring', INSERT_RING, [chain, ...ringValues(added)]);
  }
  if (ring) {
    await run('delete-ring', 'DELETE FROM watcher.ring WHERE chain = $1', [chain]);
    await run('insert-ring', INSERT_RING, [chain, ...ringValues(ring)]);
  }
  for (const request of requests) await run('move-request', MOVE_REQUEST, requestValues(request));
  if (rescans) {
    await run('delete-rescans', 'DELETE FROM watcher.rescan WHERE chain = $1', [chain]);
    await run('insert-rescans', INSERT_RESCANS, [chain, ...rescanValues(rescans)]);
  }
  if (wanted !== undefined) {
    await run('want', WANT, [chain, wanted?.since ?? null, wanted?.after ?? null]);
  }
  if (taken !== undefined) await run('take', TAKE, [chain, taken]);
  if (acknowledged !== undefined) await run('acknowledge', ACKNOWLEDGE, [chain, acknowledged]);
  if (addresses.length > 0) await run('insert-addresses', INSERT_ADDRESSES, [chain, addresses]);
  if (transfers.length > 0) {
    await run('upsert-transfers', UPSERT_TRANSFERS, transferValues(lastVersions(transfers)));
    const messages = transfers.map(({ transfer }) => transferMessage(transfer));
    await run('insert-outbox', INSERT_OUTBOX, [chain, ...messageValues(messages)]);
  }
}

/** One statement cannot write a row twice, and only the last version counts. */
function lastVersions(transfers: readonly TrackedTransfer[]): TrackedTransfer[] {
  return [...new Map(transfers.map((it) => [it.transfer.transferId, it])).values()];
}

function ringValues(ring: Ring): unknown[][] {
  return [
    ring.map(({ number }) => number),
    ring.map(({ hash }) => hash),
    ring.map(({ parentHash }) => parentHash),
    ring.map(({ time }) => time),
  ];
}

function rescanValues(rescans: readonly Rescan[]): unknown[][] {
  return [
    rescans.map(({ from }) => from),
    rescans.map(({ to }) => to),
    rescans.map(({ hash }) => hash),
    rescans.map(({ after }) => after),
  ];
}

function messageValues(messages: readonly Message[]): unknown[][] {
  return [
    messages.map(({ id }) => id),
    messages.map(({ key }) => key),
    messages.map(({ value }) => value),
    messages.map(({ headers }) => JSON.stringify(headers)),
  ];
}
