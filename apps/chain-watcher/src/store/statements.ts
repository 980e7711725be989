import {
  CHAIN_COLUMNS,
  QUARANTINE_COLUMNS,
  RESCAN_COLUMNS,
  RING_COLUMNS,
  selection,
  TRANSFER_COLUMNS,
} from './rows';

const RESCAN = selection(RESCAN_COLUMNS);
const TRANSFERS = `SELECT ${selection(TRANSFER_COLUMNS)} FROM watcher.transfer`;

/** The statements of the store; `rows.ts` has those of a change. */
export const SQL = {
  storeId: 'SELECT id FROM watcher.store',
  newStore: 'INSERT INTO watcher.store (id) VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING',
  // The clock of the server alone counts, so the clocks of watchers do not matter.
  takeLease: `
    INSERT INTO watcher.chain AS c (chain, fence, lease_until)
    VALUES ($1, 1, clock_timestamp() + $2::interval)
    ON CONFLICT (chain) DO UPDATE SET fence = c.fence + 1, lease_until = excluded.lease_until
    WHERE c.lease_until IS NULL OR c.lease_until <= clock_timestamp()
    RETURNING fence::numeric`,
  renewLease: `
    UPDATE watcher.chain SET lease_until = clock_timestamp() + $3::interval
    WHERE chain = $1 AND fence = $2`,
  releaseLease: 'UPDATE watcher.chain SET lease_until = NULL WHERE chain = $1 AND fence = $2',
  chain: `
    SELECT ${selection(CHAIN_COLUMNS)}
    FROM (SELECT $1::text) AS asked (id) LEFT JOIN watcher.chain ON chain = id`,
  ring: `SELECT ${selection(RING_COLUMNS)} FROM watcher.ring WHERE chain = $1 ORDER BY number`,
  seen: `${TRANSFERS} WHERE chain = $1 AND status = 'seen'`,
  // One value for a page: a million rows take a second longer to read.
  addresses: `
    SELECT string_agg(address, ',') AS page, max(address) AS last
    FROM (SELECT address FROM watcher.address WHERE chain = $1 AND address > $2
          ORDER BY address LIMIT $3) AS a`,
  transfers: `${TRANSFERS} WHERE transfer_id = ANY($1)`,
  includedAbove: `
    ${TRANSFERS} WHERE chain = $1 AND block_number > $2 AND status IN ('detected', 'final', 'failed')
    ORDER BY block_number, transfer_id`,
  inBlocks: `
    ${TRANSFERS} WHERE chain = $1 AND block_number BETWEEN $2 AND $3
    ORDER BY block_number, transfer_id`,
  quarantine: `
    SELECT ${selection(QUARANTINE_COLUMNS)} FROM watcher.quarantine
    WHERE chain = $1 AND ended_at IS NULL ORDER BY watcher.quarantine.number`,
  includedAtMost: `
    SELECT block_number AS number, block_hash AS hash FROM watcher.transfer
    WHERE chain = $1 AND block_number <= $2 AND status IN ('detected', 'final', 'failed')
    ORDER BY block_number DESC LIMIT 1`,
  due: `
    ${TRANSFERS} WHERE chain = $1 AND status IN ('detected', 'final') AND NOT settled
      AND waiting IS NULL AND passed = ANY($2::text[]) AND block_number <= $3
      AND ($4::text[] IS NULL OR asset = ANY($4)) AND asset <> ALL($5::text[])
      AND ($7::jsonb ->> transfer_id) IS DISTINCT FROM block_hash
    ORDER BY block_number, transfer_id LIMIT $6`,
  waiting: `
    ${TRANSFERS} WHERE chain = $1 AND waiting IS NOT NULL AND transfer_id > $2
    ORDER BY transfer_id LIMIT $3`,
  // In less out, up to the block of the read. What waits as an unproven trace, or for its balance, may never have moved.
  balancesRead: `
    SELECT b.address, b.asset, b.read_number AS number, b.read_hash AS hash, b.read_balance AS balance,
      coalesce(b.base_sum, 0) + coalesce(m.sum, 0) AS moved
    FROM watcher.balance AS b, LATERAL (
      SELECT sum((t.amount - coalesce(t.netted, 0)) * CASE WHEN t.direction = 'out' THEN -1 ELSE 1 END)
      FROM watcher.transfer AS t
      WHERE t.chain = b.chain AND t.asset = b.asset
        AND (CASE WHEN t.direction = 'out' THEN t.sender ELSE t.recipient END) = b.address
        AND t.block_number > coalesce(b.base_number, -1) AND t.block_number <= b.read_number
        AND t.status IN ('detected', 'final') AND coalesce(t.waiting, '') NOT IN ('unproven-trace', 'unread-balance')) AS m
    WHERE b.chain = $1 AND b.read_number <= $2
    ORDER BY b.read_number, b.address, b.asset LIMIT $3`,
  balancesToRead: `
    SELECT due.address, due.asset FROM unnest($2::text[]) AS listed (asset), LATERAL (
      SELECT b.address, b.asset, b.tried_at FROM watcher.balance AS b
      WHERE b.chain = $1 AND b.asset = listed.asset
        AND b.moved_number IS NOT NULL AND b.read_number IS NULL AND b.tried_at <= $4
      ORDER BY b.tried_at, b.address LIMIT $3) AS due
    ORDER BY due.tried_at, due.address, due.asset LIMIT $3`,
  addressesAfter: `
    SELECT address FROM watcher.address WHERE chain = $1 AND address > $2 ORDER BY address LIMIT $3`,
  rescans: `
    SELECT ${RESCAN} FROM watcher.rescan WHERE chain = $1 AND ended_at IS NULL
    ORDER BY requested_at, id`,
  hasRescan: 'SELECT FROM watcher.rescan WHERE id = $1',
  outbox: `
    SELECT position::numeric, topic, id, key, value, headers::json FROM watcher.outbox
    WHERE chain = $1 ORDER BY outbox.position LIMIT $2`,
  // The time of a message is that of its version: when it was stored.
  backlog: `
    SELECT count(*)::bigint AS messages,
      (SELECT headers::json ->> 'ce_time' FROM watcher.outbox
        WHERE chain = $1 ORDER BY position LIMIT 1) AS time
    FROM watcher.outbox WHERE chain = $1`,
  published: 'DELETE FROM watcher.outbox WHERE chain = $1 AND position <= $2',
  unreported: `
    SELECT ${RESCAN}, now() AS "observedAt" FROM watcher.rescan
    WHERE chain = $1 AND origin <> 'late-address'
      AND (reported_state IS DISTINCT FROM state
        OR (reported_next IS DISTINCT FROM next_number
          AND reported_at <= now() - interval '1 second'))
    ORDER BY requested_at, id`,
  reported: `
    UPDATE watcher.rescan SET reported_state = $3, reported_next = $4, reported_at = now()
    WHERE chain = $1 AND id = $2`,
};
