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
  const ordered = transactions.flatMap(({ hash }) => {
    const own = shown.get(hash) ?? [];
    shown.delete(hash);
    return [...own, ...(traced.get(hash) ?? [])];
  });
  return [...ordered, ...[...shown.values()].flat()];
}

/** A block that was read without traces, with what another answer shows of them. */
export function tracedBy(block: ChainBlock, traces: readonly BlockTransfer[]): ChainBlock {
  const byTransaction = new Map<string, BlockTransfer[]>();
  for (const transfer of traces) {
    const { txHash } = transfer;
    if (txHash !== null)
      byTransaction.set(txHash, [...(byTransaction.get(txHash) ?? []), transfer]);
  }
  const { isUntraced: _, movementsOf: __, transfers, transactions, ...others } = block;
  return { ...others, transactions, transfers: withTraced(transfers, transactions, byTransaction) };
}
