import { type BlockHeader, type ChainClient, InvalidBlock } from '@daybook/chains';

/** The first of `blocks` that follow `parent` and each other, by number and parent hash. */
export function linkedAfter<Block extends BlockHeader>(
  parent: BlockHeader,
  blocks: readonly Block[],
): readonly Block[] {
  const broken = blocks.findIndex((block, i) => !follows(block, blocks[i - 1] ?? parent));
  return broken === -1 ? blocks : blocks.slice(0, broken);
}

function follows(block: BlockHeader, parent: BlockHeader): boolean {
  return block.number === parent.number + 1 && block.parentHash === parent.hash;
}

/** The parent of a block. Throws `InvalidBlock` when the node does not have it. */
export async function parentOf(client: ChainClient, child: BlockHeader): Promise<BlockHeader> {
  const parent = await client.header(child.parentHash);
  if (parent?.hash !== child.parentHash || parent.number !== child.number - 1) {
    throw new InvalidBlock(
      `The node does not know the parent ${child.parentHash} of its block ${child.number}.`,
    );
  }
  return parent;
}

/** The header of a block by number. Throws `InvalidBlock` when the node does not have it. */
export async function requireHeader(client: ChainClient, number: number): Promise<BlockHeader> {
  const header = await client.header(number);
  if (header === null) throw new InvalidBlock(`The node does not know block ${number}.`);
  return header;
}
