import type { BlockHeader } from '@daybook/chains';
import type { Rescan } from '../state/rescan';
import type { TrackedTransfer, WatchRecord } from '../state/watcher-store';

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

export const CHAIN_COLUMNS: Columns<Omit<WatchRecord, 'ring' | 'rescans' | 'seen'>> = {
  startNumber: 'start_number',
  startedAt: 'started_at',
  taken: 'addresses_taken',
  acknowledged: 'addresses_through',
};

/** In this order they are written: see `PUT_RESCAN`. */
export const RESCAN_COLUMNS: Columns<Rescan> = {
  ...{ id: 'id', origin: 'origin', state: 'state', since: 'since', after: 'after_position' },
  ...{ from: 'from_number', to: 'to_number', blocksMax: 'blocks_max' },
  ...{ next: 'next_number', hash: 'next_hash' },
  ...{ found: 'found', versions: 'versions', reason: 'reason' },
};

export const TRANSFER_COLUMNS: Columns<TrackedTransfer> = {
  transfer: `json_build_object(
    'transferId', transfer_id, 'version', version, 'status', status, 'chain', chain, 'asset', asset,
    'amount', amount::text, 'from', sender, 'to', recipient, 'txHash', tx_hash,
    'block', CASE WHEN block_number IS NOT NULL THEN
      json_build_object('number', block_number, 'hash', block_hash, 'time', block_time) END,
    'finality', finality::json)`,
  sighting: `CASE WHEN seen_sender IS NOT NULL THEN
    json_build_object('sender', seen_sender, 'nonce', seen_nonce, 'seenAt', seen_at) END`,
};
