import type { AddressTable, BlockTransfer, ChainBlock } from '@daybook/chains';

export interface Found {
  readonly block: ChainBlock;
  readonly transfer: BlockTransfer;
}

/** Matches blocks against the address table: the transfers to our addresses, in their order. */
export function findTransfers(
  table: AddressTable,
  blocks: readonly ChainBlock[],
): readonly Found[] {
  const found: Found[] = [];
  for (const block of blocks) {
    for (const transfer of block.transfers) {
      if (table.has(transfer.to)) found.push({ block, transfer });
    }
  }
  return found;
}
