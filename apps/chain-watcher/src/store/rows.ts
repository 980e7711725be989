import type { BlockHeader } from '@daybook/chains';
import type { PoolClient } from 'pg';
import { textOfPassed } from '../finality/passed';
import { trackedMessage } from '../publish/publisher';
import { isInQuarantine, type QuarantinedBlock } from '../state/quarantine';
import type { Rescan } from '../state/rescan';
import type { ScannedChange } from '../state/scanned';
import {
  type Change,
  type Leadership,
  LostLeadership,
  type TrackedTransfer,
  type WatchRecord,
} from '../state/watcher-store';
import { cutBalances, markMoved, type Run, writeBalances } from './balance-rows';

/** The fields of a type, each with the column or expression that it is stored in. */
type Columns<Fields extends object> = Readonly<Record<keyof Fields, string>>;

/** A list for SELECT whose rows have the type's fields. */
export function selection(columns: Readonly<Record<string, string>>): string {
  return Object.entries(columns)
    .map(([field, column]) => `${column} AS "${field}"`)
    .join(', ');
}

export const RING_COLUMNS: Columns<BlockHeader> = {
  ...{ number: 'number', hash: 'hash', parentHash: 'parent_hash', time: 'time' },
};

export const CHAIN_COLUMNS: Columns<Omit<WatchRecord, 'ring' | 'rescans' | 'seen' | 'quarantine'>> =
  {
    startNumber: 'start_number',
    startedAt: 'started_at',
    taken: 'addresses_taken',
    acknowledged: 'addresses_through',
    finalNumber: 'final_number',
    scannedFrom: 'scanned_from',
    scanned: `(
    SELECT coalesce(json_agg(
      json_build_object('from', lower(r), 'to', upper(r) - 1) ORDER BY lower(r)), '[]')
    FROM unnest(scanned) AS r)`,
    sweep: `json_build_object(
    'after', coalesce(sweep_after, ''), 'since', coalesce(sweep_since, 0), 'lastMs', sweep_last_ms)`,
    paused: `CASE WHEN paused_at IS NOT NULL THEN
    json_build_object('by', paused_by, 'since', paused_at, 'reason', pause_reason) END`,
  };

/** In the order in which `PUT_QUARANTINED` writes them. */
export const QUARANTINE_COLUMNS: Columns<QuarantinedBlock> = {
  ...{ id: 'id', number: 'number', hash: 'hash', parentHash: 'parent_hash', time: 'time' },
  ...{ headerProven: 'header_proven', state: 'state', since: 'since', reason: 'reason' },
  ...{ answers: 'answers', decision: 'decision', decidedBy: 'decided_by', stranded: 'stranded' },
};

/** In the order in which `PUT_RESCAN` writes them. */
export const RESCAN_COLUMNS: Columns<Rescan> = {
  ...{ id: 'id', origin: 'origin', state: 'state', since: 'since', after: 'after_position' },
  ...{ from: 'from_number', to: 'to_number', blocksMax: 'blocks_max' },
  ...{ next: 'next_number', hash: 'next_hash' },
  ...{ found: 'found', versions: 'versions', reason: 'reason', transaction: 'tx_hash' },
  sandbox: 'sandbox',
};

export const TRANSFER_COLUMNS: Columns<TrackedTransfer> = {
  direction: `coalesce(direction, 'in')`,
  transfer: `(jsonb_build_object(
    'transferId', transfer_id, 'version', version, 'status', status, 'chain', chain, 'asset', asset,
    'amount', amount::text, 'from', sender, 'to', recipient, 'txHash', tx_hash,
    'block', CASE WHEN block_number IS NOT NULL THEN
      json_build_object('number', block_number, 'hash', block_hash, 'time', block_time) END,
    'finality', finality::json)
    || CASE WHEN passed = '' THEN '{}' ELSE jsonb_build_object('passed', string_to_array(passed, ',')) END
    || CASE WHEN netted IS NULL THEN '{}' ELSE jsonb_build_object('netted', netted::text) END
    || CASE WHEN unbacked IS NULL THEN '{}' ELSE jsonb_build_object('unbacked', unbacked::text) END
    || CASE WHEN unreadable THEN jsonb_build_object('unreadable', true) ELSE '{}' END
    || CASE WHEN waiting IS NULL THEN '{}' ELSE jsonb_build_object('waiting', waiting) END)`,
  sighting: `CASE WHEN seen_sender IS NOT NULL THEN
    json_build_object('sender', seen_sender, 'nonce', seen_nonce, 'seenAt', seen_at) END`,
  isSettled: 'settled',
  needsConfirmation: 'needs_confirmation',
};

const LOCK_FENCE = 'SELECT 1 FROM watcher.chain WHERE chain = $1 AND fence = $2 FOR UPDATE';
const START = `
  UPDATE watcher.chain SET start_number = $2, started_at = $3, scanned_from = $4 WHERE chain = $1`;
// Heights above $2 were replaced; those of $3 are scanned.
const SCANNED = `
  UPDATE watcher.chain SET scanned = $3::int8multirange + CASE WHEN $2::bigint IS NULL THEN scanned
    ELSE scanned * int8multirange(int8range(NULL, $2::bigint, '[]')) END
  WHERE chain = $1`;
const PAUSE = `
  UPDATE watcher.chain SET paused_at = $2::bigint, paused_by = $3::text, pause_reason = $4::text
  WHERE chain = $1`;
const FINAL = 'UPDATE watcher.chain SET final_number = $2 WHERE chain = $1';
const CUT_RING = `
  DELETE FROM watcher.ring WHERE chain = $1 AND (number > $2 OR number < $3)
  RETURNING number > $2 AS replaced`;
const INSERT_RING = `
  INSERT INTO watcher.ring (chain, number, hash, parent_hash, time) SELECT $1, *
  FROM json_to_recordset($2) AS r (number bigint, hash text, "parentHash" text, time bigint)`;

const RESCAN_FIELDS = Object.keys(RESCAN_COLUMNS) as (keyof Rescan)[];
const RESCAN_UPDATES = Object.values(RESCAN_COLUMNS).map((it) => `${it} = excluded.${it}`);

// A rescan that an operator has cancelled meanwhile stays cancelled. The ledger knows, under the same id,
// which operator requested it.
const PUT_RESCAN = `
  INSERT INTO watcher.rescan AS r
    (chain, ${Object.values(RESCAN_COLUMNS).join()}, requested_by, ended_at)
  VALUES ($1, ${RESCAN_FIELDS.map((_, n) => `$${n + 2}`).join()},
    CASE $3 WHEN 'late-address' THEN 'chain-watcher' ELSE 'ledger' END,
    CASE WHEN $4 IN ('waiting', 'running') THEN NULL ELSE now() END)
  ON CONFLICT (id) DO UPDATE SET ${RESCAN_UPDATES.join()}, ended_at = excluded.ended_at
  WHERE r.ended_at IS NULL`;

const QUARANTINE_FIELDS = Object.keys(QUARANTINE_COLUMNS) as (keyof QuarantinedBlock)[];
const QUARANTINE_UPDATES = Object.values(QUARANTINE_COLUMNS).map((it) => `${it} = excluded.${it}`);

const PUT_QUARANTINED = `
  INSERT INTO watcher.quarantine (chain, ended_at, ${Object.values(QUARANTINE_COLUMNS).join()})
  VALUES ($1, CASE WHEN $2 THEN NULL ELSE now() END,
    ${QUARANTINE_FIELDS.map((_, n) => `$${n + 3}`).join()})
  ON CONFLICT (id) DO UPDATE SET ${QUARANTINE_UPDATES.join()}, ended_at = excluded.ended_at`;

const CANCEL_RESCAN = `
  UPDATE watcher.rescan SET state = 'cancelled', ended_at = now()
  WHERE chain = $1 AND id = $2 AND ended_at IS NULL AND origin <> 'late-address'`;

// Their history is of no use, and almost every new address makes one.
const DELETE_ENDED_RESCANS = `
  DELETE FROM watcher.rescan
  WHERE chain = $1 AND origin = 'late-address' AND ended_at IS NOT NULL`;

// These positions never go back, in whatever order the writes arrive.
const MOVE_POSITIONS = `
  UPDATE watcher.chain SET addresses_taken = greatest(addresses_taken, $2),
    addresses_through = greatest(addresses_through, $3) WHERE chain = $1`;

const INSERT_ADDRESSES = `
  INSERT INTO watcher.address (chain, address) SELECT $1, * FROM unnest($2::text[])
  ON CONFLICT DO NOTHING`;

const UPSERT_TRANSFERS = `
  INSERT INTO watcher.transfer
  SELECT * FROM json_populate_recordset(NULL::watcher.transfer, $1)
  ON CONFLICT (transfer_id) DO UPDATE SET
    version = excluded.version, status = excluded.status, asset = excluded.asset,
    amount = excluded.amount, netted = excluded.netted, unbacked = excluded.unbacked,
    unreadable = excluded.unreadable, sender = excluded.sender, recipient = excluded.recipient,
    block_number = excluded.block_number, block_hash = excluded.block_hash,
    block_time = excluded.block_time, finality = excluded.finality,
    waiting = excluded.waiting, passed = excluded.passed, settled = excluded.settled,
    needs_confirmation = excluded.needs_confirmation,
    seen_sender = excluded.seen_sender, seen_nonce = excluded.seen_nonce, seen_at = excluded.seen_at`;

// Of what is passed, only what is still a threshold counts. The order is that of `textOfPassed`.
const REOPEN_TRANSFERS = `
  UPDATE watcher.transfer AS t SET settled = false, passed = coalesce((
    SELECT string_agg(one, ',' ORDER BY one COLLATE "C") FROM unnest(string_to_array(t.passed, ',')) AS one
    WHERE one = ANY($3::text[])), '')
  WHERE chain = $1 AND status = 'final'
    AND (block_number >= $2
      OR (status IN ('detected', 'final') AND NOT settled AND waiting IS NULL))
    AND NOT $3::text[] <@ string_to_array(passed, ',')
    AND ($4::text[] IS NULL OR asset = ANY($4)) AND asset <> ALL($5::text[])`;

// Positions are assigned in the order of the rows, which is the order of publishing.
const INSERT_OUTBOX = `
  INSERT INTO watcher.outbox (chain, topic, id, key, value, headers)
  SELECT $1, m ->> 'topic', m ->> 'id', m ->> 'key', m ->> 'value', m ->> 'headers'
  FROM json_array_elements($2::json) WITH ORDINALITY AS messages (m, n)
  ORDER BY n`;

/** Writes a step inside the transaction of `client`. Throws `LostLeadership`. */
export async function writeChange(
  client: PoolClient,
  { chain, fence }: Leadership,
  change: Change,
): Promise<void> {
  const run: Run = (name, text, ...values) =>
    client.query({ name: `watcher-write-${name}`, text, values: [chain, ...values] });

  const led = await run('lock-fence', LOCK_FENCE, fence);
  if (led.rowCount === 0) throw new LostLeadership(chain);
  const { start, advance, cancelled, taken, acknowledged } = change;
  const { rescans = [], addresses = [], transfers = [] } = change;
  const { again = [], reopened = [] } = change;
  for (const { from, thresholds, assets, except } of reopened) {
    await run('reopen', REOPEN_TRANSFERS, from, thresholds, assets, except);
  }
  if (start) await run('start', START, start.number, start.at, start.scannedFrom);
  if (advance) {
    const { rows: cut } = await run('cut-ring', CUT_RING, advance.ancestor, advance.oldest);
    // Nearly every advance replaces nothing.
    if (cut.some(({ replaced }) => replaced)) await cutBalances(run, advance);
    const added = advance.added.filter(({ number }) => number >= advance.oldest);
    await run('insert-ring', INSERT_RING, JSON.stringify(added));
  }
  if (change.scanned)
    await run('scanned', SCANNED, change.scanned.above, multirange(change.scanned));
  if (change.finalNumber !== undefined) await run('final', FINAL, change.finalNumber);
  if (change.paused !== undefined) {
    const { paused } = change;
    const columns = paused === null ? [null, null, null] : [paused.since, paused.by, paused.reason];
    await run('pause', PAUSE, ...columns);
  }
  for (const block of change.quarantine ?? []) {
    const { answers, stranded } = block;
    const row = { ...block, answers: JSON.stringify(answers), stranded: JSON.stringify(stranded) };
    const values = QUARANTINE_FIELDS.map((field) => row[field]);
    await run('put-quarantined', PUT_QUARANTINED, isInQuarantine(block), ...values);
  }
  for (const rescan of rescans) {
    await run('put-rescan', PUT_RESCAN, ...RESCAN_FIELDS.map((field) => rescan[field]));
  }
  if (rescans.length > 0) await run('delete-rescans', DELETE_ENDED_RESCANS);
  if (cancelled !== undefined) await run('cancel-rescan', CANCEL_RESCAN, cancelled);
  if (taken !== undefined || acknowledged !== undefined) {
    await run('positions', MOVE_POSITIONS, taken, acknowledged);
  }
  if (addresses.length > 0) await run('insert-addresses', INSERT_ADDRESSES, addresses);
  if (transfers.length > 0) {
    const rows = JSON.stringify(lastVersions(transfers).map(transferRow));
    await client.query({ name: 'watcher-write-transfers', text: UPSERT_TRANSFERS, values: [rows] });
    await markMoved(run, transfers, advance);
  }
  if (change.balances) await writeBalances(run, change.balances);
  const messages = [...transfers, ...again].map(trackedMessage);
  if (messages.length > 0) await run('insert-outbox', INSERT_OUTBOX, JSON.stringify(messages));
}

function multirange({ ranges }: ScannedChange): string {
  return `{${ranges.map(({ from, to }) => `[${from},${to}]`).join()}}`;
}

/** One statement cannot write a row twice, and only the last version counts. */
function lastVersions(transfers: readonly TrackedTransfer[]): TrackedTransfer[] {
  return [...new Map(transfers.map((it) => [it.transfer.transferId, it])).values()];
}

/** A row of the table `transfer`. */
function transferRow(tracked: TrackedTransfer): object {
  const { direction, transfer, sighting, isSettled, needsConfirmation } = tracked;
  const { transferId, from, to, txHash, block, finality, passed = [], ...same } = transfer;
  return {
    ...{
      ...same,
      direction,
      transfer_id: transferId,
      sender: from,
      recipient: to,
      tx_hash: txHash,
    },
    ...{ block_number: block?.number, block_hash: block?.hash, block_time: block?.time },
    finality: finality && JSON.stringify(finality),
    ...{ passed: textOfPassed(passed), settled: isSettled },
    needs_confirmation: needsConfirmation,
    ...{ seen_sender: sighting?.sender, seen_nonce: sighting?.nonce, seen_at: sighting?.seenAt },
  };
}
