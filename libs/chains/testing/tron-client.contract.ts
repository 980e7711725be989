import type { BlockHeader, ChainBlock, ChainClient } from '../src/chain-client';
import { InvalidBlock } from '../src/invalid-block';
import { createTronClient } from '../src/tron/tron-client';
import { createTronNode } from '../src/tron/tron-node';
import { WrongChain } from '../src/wrong-chain';

/** How many of the last blocks are read. */
const BLOCKS = 100;
/** About how many transactions are looked up. */
const TRANSACTIONS = 20;

export interface Urls {
  readonly fullUrl: string;
  readonly solidityUrl: string;
}

/**
 * What holds for a client of any TRON node, recorded or real. On a network of one's own nobody may have sent
 * anything in the blocks that are read.
 */
export function describeTronClient(
  title: string,
  start: () => Promise<Urls>,
  { isBusy = true }: { readonly isBusy?: boolean } = {},
): void {
  describe(title, () => {
    let open: (chain?: string) => ChainClient;
    let client: ChainClient;
    let head: BlockHeader;

    beforeAll(async () => {
      const node = createTronNode(await start());
      const genesis = (await node.full('getblock', { id_or_num: '0' })) as { blockID: string };
      const served = `tron:${Number.parseInt(genesis.blockID.slice(-8), 16)}`;
      open = (id = served) => createTronClient(node, { id, blockTimeMs: 3_000 });
      client = open();
      head = await client.head();
    });

    it('is of the chain that the genesis block names, and of no other', async () => {
      await expect(client.verify()).resolves.toBeUndefined();
      const wrong = open('tron:1').verify();
      await expect(wrong).rejects.toThrow(WrongChain);
      await expect(wrong).rejects.toThrow(/configured for tron:1 serves tron:\d+/);
    });

    it('has whole, proven blocks that are linked up to the head', async () => {
      const from = Math.max(0, head.number - BLOCKS);
      let parent = await client.header(from);
      for (let number = from + 1; number <= head.number; number++) {
        const block = await client.block(number);
        expect(block).toMatchObject({ number, parentHash: parent?.hash });
        parent = block;
      }
      expect(parent?.hash).toBe(head.hash);
    });

    it('finds blocks and headers by number as by hash', async () => {
      const byNumber = await client.block(head.number);
      expect(await client.block(head.hash)).toEqual(byNumber);
      expect(await client.header(head.hash)).toEqual(await client.header(head.number));
      expect(byNumber).toMatchObject({ ...head });
    });

    it('reads the genesis block, which has no transfers', async () => {
      expect(await client.block(0)).toMatchObject({ number: 0, transactions: [], transfers: [] });
    });

    it('finds the block of each transaction, and none of one that was never sent', async () => {
      const sent: (readonly [string, number])[] = [];
      const from = Math.max(1, head.number - BLOCKS);
      for (let number = head.number; number >= from && sent.length < TRANSACTIONS; number--) {
        const { transactions } = (await client.block(number)) as ChainBlock;
        sent.push(...transactions.map(({ hash }) => [hash, number] as const));
      }
      if (isBusy) expect(sent).not.toEqual([]);
      for (const [hash, number] of sent) {
        expect([hash, await client.blockOf(hash)]).toEqual([hash, number]);
      }
      expect(await client.blockOf('ab'.repeat(32))).toBeNull();
    });

    it('has no block that is not there yet, or never was', async () => {
      const idAt = (height: number) => `${height.toString(16).padStart(16, '0')}${'ab'.repeat(24)}`;
      const [old, future] = [idAt(0), idAt(head.number + 1_000_000)];
      for (const at of [head.number + 1_000_000, old, future, 'ab', '0x12', -1, 1.5]) {
        expect([at, await client.block(at), await client.header(at)]).toEqual([at, null, null]);
      }
    });

    it('has the solidified block as finalized and as safe, on the same chain', async () => {
      const finalized = await client.tagged('finalized');
      if (finalized === null) throw new InvalidBlock('Nothing is solidified.');
      expect(finalized.number).toBeLessThanOrEqual((await client.head()).number);
      expect(await client.header(finalized.number)).toEqual(finalized);
      const safe = await client.tagged('safe');
      expect(safe?.number).toBeGreaterThanOrEqual(finalized.number);
    });
  });
}
