import type { QueryResult } from 'pg';
import { ownerOf } from '../match/netting';
import type { BalanceChange } from '../state/balances';
import type { Advance } from '../state/ring';
import type { TrackedTransfer } from '../state/watcher-store';

/** Runs a statement of a step with the chain as its first value. */
export type Run = (name: string, text: string, ...values: unknown[]) => Promise<QueryResult>;

// What was added up holds only until something below it changes.
const RESET_BASES = `
  UPDATE watcher.balance AS b SET base_number = NULL, base_sum = NULL
  FROM json_to_recordset($2) AS m (address text, asset text, number bigint)
  WHERE b.chain = $1 AND b.address = m.address AND b.asset = m.asset AND b.base_number >= m.number`;
const MARK_MOVED = `
  INSERT INTO watcher.balance AS b (chain, address, asset, has_moved, moved_number)
  SELECT $1, address, asset, true, max(number)
  FROM json_to_recordset($2) AS m (address text, asset text, number bigint)
  GROUP BY address, asset
  ON CONFLICT (chain, address, asset) DO UPDATE SET
    has_moved = true, moved_number = greatest(b.moved_number, excluded.moved_number)`;

const PUT_READ = `
  INSERT INTO watcher.balance AS b
    (chain, address, asset, has_moved, read_number, read_hash, read_balance)
  SELECT $1, address, asset, false, number, hash, balance
  FROM json_to_recordset($2) AS r (address text, asset text, number bigint, hash text, balance numeric)
  -- A reorg may have replaced the block meanwhile.
  WHERE EXISTS (SELECT FROM watcher.ring AS g WHERE g.chain = $1 AND g.number = r.number AND g.hash = r.hash)
  ON CONFLICT (chain, address, asset) DO UPDATE SET
    read_number = excluded.read_number, read_hash = excluded.read_hash,
    read_balance = excluded.read_balance, tried_at = 0,
    moved_number = CASE WHEN b.moved_number > excluded.read_number THEN b.moved_number END`;

const UNREAD = `
  UPDATE watcher.balance AS b SET tried_at = $3
  FROM json_to_recordset($2) AS r (address text, asset text)
  WHERE b.chain = $1 AND b.address = r.address AND b.asset = r.asset`;

const CHECKED = `
  UPDATE watcher.balance AS b SET base_number = r.number, base_sum = r.moved,
    read_number = NULL, read_hash = NULL, read_balance = NULL
  FROM json_to_recordset($2) AS r (address text, asset text, number bigint, moved numeric)
  WHERE b.chain = $1 AND b.address = r.address AND b.asset = r.asset AND b.read_number = r.number`;
const FORGET_SWEPT = `
  DELETE FROM watcher.balance AS b
  USING json_to_recordset($2) AS r (address text, asset text)
  WHERE b.chain = $1 AND b.address = r.address AND b.asset = r.asset
    AND NOT b.has_moved AND b.read_number IS NULL`;

const SWEEP = `
  UPDATE watcher.chain SET sweep_after = $2, sweep_since = $3, sweep_last_ms = $4 WHERE chain = $1`;

// What was read after a replaced block is read again.
const CUT_READS = `
  UPDATE watcher.balance SET moved_number = greatest(moved_number, $2::bigint),
    read_number = NULL, read_hash = NULL, read_balance = NULL
  WHERE chain = $1 AND read_number > $2`;

/** Notes which holdings moved, so that their balances are read. */
export async function markMoved(
  run: Run,
  transfers: readonly TrackedTransfer[],
  advance: Advance | undefined,
): Promise<void> {
  const moved = transfers.filter(movesBalance).flatMap(({ direction, transfer }) => {
    const { asset, block } = transfer;
    const address = ownerOf({ ...transfer, direction });
    return block === null || address === null ? [] : [{ address, asset, number: block.number }];
  });
  if (moved.length === 0) return;
  // What new blocks show is above everything that was compared.
  const isNew = advance !== undefined && moved.every(({ number }) => number > advance.ancestor);
  if (!isNew) await run('reset-bases', RESET_BASES, JSON.stringify(moved));
  await run('mark-moved', MARK_MOVED, JSON.stringify(moved));
}

/** What was detected changes nothing more when it is final, unless it was not counted before. */
function movesBalance({ transfer: { status, transferId } }: TrackedTransfer): boolean {
  return status !== 'final' || transferId.includes('/call:');
}

/** Forgets what was read after the blocks that an advance replaces. */
export async function cutBalances(run: Run, { ancestor }: Advance): Promise<void> {
  await run('cut-reads', CUT_READS, ancestor);
}

export async function writeBalances(run: Run, change: BalanceChange): Promise<void> {
  const { read = [], unread, checked = [], sweep } = change;
  if (read.length > 0) {
    const rows = read.map((each) => ({ ...each, balance: each.balance.toString() }));
    await run('put-read', PUT_READ, JSON.stringify(rows));
  }
  if (unread && unread.holdings.length > 0) {
    await run('unread', UNREAD, JSON.stringify(unread.holdings), unread.at);
  }
  if (checked.length > 0) {
    const rows = checked.map(({ address, asset, number, moved }) => {
      return { address, asset, number, moved: moved.toString() };
    });
    await run('checked', CHECKED, JSON.stringify(rows));
    await run('forget-swept', FORGET_SWEPT, JSON.stringify(rows));
  }
  if (sweep) await run('sweep', SWEEP, sweep.after, sweep.since, sweep.lastMs);
}
