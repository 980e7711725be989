import type { BlockHeader } from '@daybook/chains';
import type { FinalityV1, TransferV1 } from '@daybook/contracts';
import type { Position } from '../state/position';
import type { Rescan } from '../state/rescan';
import type { TrackedTransfer } from '../state/tracked-transfer';
import type { WatchRecord } from '../state/watcher-store';

/** A row as the driver gives it: `bigint` and `numeric` come as strings. */
export type Row = Readonly<Record<string, string | null>>;

export const RING_COLUMNS = 'number, hash, parent_hash, time';

export function toHeader(row: Row): BlockHeader {
  return {
    number: Number(row.number),
    hash: text(row.hash),
    parentHash: text(row.parent_hash),
    time: Number(row.time),
  };
}

export const CHAIN_COLUMNS = 'start_number, started_at, addresses_taken, addresses_through';

/** What the row of a chain says; without a row, nothing yet. */
export function toChainRecord(
  row: Row,
): Pick<WatchRecord, 'startNumber' | 'startedAt' | 'taken' | 'acknowledged'> {
  return {
    startNumber: toNumber(row.start_number),
    startedAt: toNumber(row.started_at),
    taken: toPosition(row.addresses_taken),
    acknowledged: toPosition(row.addresses_through),
  };
}

export const RESCAN_COLUMNS =
  'id, origin, state, since, after_position, from_number, to_number, blocks_max, next_number, ' +
  'next_hash, found, versions, reason';

export function toRescan(row: Row): Rescan {
  const rescan = {
    id: text(row.id),
    state: row.state as Rescan['state'],
    from: toNumber(row.from_number),
    to: toNumber(row.to_number),
    next: toNumber(row.next_number),
    hash: row.next_hash ?? null,
  };
  const origin = row.origin as Rescan['origin'];
  if (origin === 'late-address') {
    return { ...rescan, origin, since: Number(row.since), after: toPosition(row.after_position) };
  }
  const [found, versions] = [Number(row.found), Number(row.versions)];
  const blocksMax = toNumber(row.blocks_max);
  return { ...rescan, origin, blocksMax, found, versions, reason: row.reason ?? null };
}

/** The values of `RESCAN_COLUMNS`. */
export function rescanValues(rescan: Rescan): unknown[] {
  const { id, origin, state, from, to, next, hash } = rescan;
  const isLate = rescan.origin === 'late-address';
  const [since, after] = isLate ? [rescan.since, rescan.after] : [null, null];
  const [blocksMax, found, versions, reason] = isLate
    ? [null, 0, 0, null]
    : [rescan.blocksMax, rescan.found, rescan.versions, rescan.reason];
  const blocks = [from, to, blocksMax, next, hash];
  return [id, origin, state, since, after, ...blocks, found, versions, reason];
}

export const TRANSFER_COLUMNS =
  'transfer_id, version, status, chain, asset, amount, sender, recipient, tx_hash, ' +
  'block_number, block_hash, block_time, finality, seen_sender, seen_nonce, seen_at';

export function toTracked(row: Row): TrackedTransfer {
  const block =
    row.block_number === null
      ? null
      : {
          number: Number(row.block_number),
          hash: text(row.block_hash),
          time: text(row.block_time),
        };
  const sighting =
    row.seen_sender === null
      ? null
      : {
          sender: text(row.seen_sender),
          nonce: row.seen_nonce === null ? null : Number(row.seen_nonce),
          seenAt: Number(row.seen_at),
        };
  const transfer: TransferV1 = {
    transferId: text(row.transfer_id),
    version: Number(row.version),
    status: row.status as TransferV1['status'],
    chain: text(row.chain),
    asset: text(row.asset),
    amount: text(row.amount),
    from: text(row.sender),
    to: text(row.recipient),
    txHash: text(row.tx_hash),
    block,
    finality: row.finality === null ? null : (JSON.parse(text(row.finality)) as FinalityV1),
  };
  return { transfer, sighting };
}

/** A row of the table `transfer`. */
export function transferRow({ transfer, sighting }: TrackedTransfer): object {
  const { transferId, version, status, chain, asset, amount, from, to, txHash } = transfer;
  const { block, finality } = transfer;
  return {
    ...{ transfer_id: transferId, version, status, chain, asset, amount },
    ...{ sender: from, recipient: to, tx_hash: txHash },
    ...{ block_number: block?.number, block_hash: block?.hash, block_time: block?.time },
    finality: finality && JSON.stringify(finality),
    ...{ seen_sender: sighting?.sender, seen_nonce: sighting?.nonce, seen_at: sighting?.seenAt },
  };
}

function toNumber(value: string | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function toPosition(value: string | null | undefined): Position {
  return value === null || value === undefined ? null : BigInt(value);
}

/** A column that the schema declares NOT NULL, or that is set together with one that was checked. */
function text(value: string | null | undefined): string {
  return value as string;
}
