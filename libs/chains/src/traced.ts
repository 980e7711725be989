import type { BlockTransfer, ChainBlock, TransactionRef } from './chain-client';

/** Whether only a trace shows a transfer. */
export function isOfTrace({ ordinal }: Pick<BlockTransfer, 'ordinal'>): boolean {
  return ordinal.startsWith('call:');
}

/** The transfers of a block with what its traces show, which follows the other transfers of its transaction. */
export function withTraced(
  transfers: readonly BlockTransfer[],
  transactions: readonly Pick<TransactionRef, 'hash'>[],
  traced: ReadonlyMap<string, readonly BlockTransfer[]>,
): readonly BlockTransfer[] {
  if (traced.size === 0) return transfers;
  const shown = new Map<string | null, BlockTransfer[]>();
  for (const transfer of transfers) {
    const before = shown.get(transfer.txHash);
    if (before) before.push(transfer);
    else shown.set(transfer.txHash, [transfer]);
  }
  const ordered: BlockTransfer[] = [];
  for (const { hash } of transactions) {
    const own = shown.get(hash);
    if (own) ordered.push(...own);
    const only = traced.get(hash);
    if (only) ordered.push(...only);
    shown.delete(hash);
  }
  // What is of no transaction stands at the end.
  for (const others of shown.values()) ordered.push(...others);
  return ordered;
}

/** A block that was read without traces, with what another answer for it shows by them. */
export function tracedBy(block: ChainBlock, traced: ChainBlock): ChainBlock {
  const byTransaction = new Map<string, BlockTransfer[]>();
  for (const transfer of traced.transfers) {
    const { txHash } = transfer;
    if (txHash === null || !isOfTrace(transfer)) continue;
    byTransaction.set(txHash, [...(byTransaction.get(txHash) ?? []), transfer]);
  }
  const provenFees = new Map<string, bigint>();
  for (const { hash, fee, isFeeProven } of traced.proven === 'content' ? traced.transactions : []) {
    if (isFeeProven) provenFees.set(hash, fee);
  }
  const { isUntraced: _, movementsOf: __, transfers, ...others } = block;
  const transactions = block.transactions.map((each) =>
    provenFees.get(each.hash) === each.fee ? { ...each, isFeeProven: true } : each,
  );
  return { ...others, transactions, transfers: withTraced(transfers, transactions, byTransaction) };
}
