import type { AddressTable, BlockTransfer, ChainBlock } from '@daybook/chains';

export interface Found {
  readonly block: ChainBlock;
  readonly transfer: BlockTransfer;
}

/** The transfers of these blocks to addresses of the table, in their order. */
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
