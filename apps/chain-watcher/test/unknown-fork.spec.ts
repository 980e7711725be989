import type { Chain } from '@daybook/chains';
import { encodeReceipt } from '../../../libs/chains/src/evm/encode-receipt';
import {
  AVALANCHE_FIELDS,
  ETHEREUM_FIELDS,
  ETHEREUM_PROOF,
} from '../../../libs/chains/src/evm/header';
import { type Keccak, loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { EMPTY_ROOT, trieRoot } from '../../../libs/chains/src/evm/trie-root';
import { type BlockWithReceipts, sealed } from '../../../libs/chains/testing/raw-blocks';
import { createRawNode } from '../../../libs/chains/testing/raw-node';
import { type LeadOptions, type RawWatch, rawChain, rawWatch } from '../testing/raw-watch';

const waits = 'detected awaiting-second-provider';
const slotNumber = { name: 'slotNumber', kind: 'quantity' } as const;

let world: RawWatch;
let keccak: Keccak;
beforeEach(async () => {
  [world, keccak] = [await rawWatch(), await loadKeccak()];
});
afterEach(() => world.watch.close());

/** The chain of the test with other headers, each block with its hash and linked to its parent. */
function shaped(
  change: (block: BlockWithReceipts, before: readonly BlockWithReceipts[]) => object,
  fields: readonly (typeof ETHEREUM_FIELDS)[number][],
): void {
  const branch: BlockWithReceipts[] = [];
  for (const { block, receipts } of world.raw.blocks) {
    const parentHash = branch.at(-1)?.block.hash ?? block.parentHash;
    const header = { ...block, parentHash, ...change({ block, receipts }, branch) };
    branch.push(sealed({ block: header, receipts }, keccak, fields));
  }
  world.raw.blocks.splice(0, world.raw.blocks.length, ...branch);
}

async function mine(blocks: number, shape: () => void): Promise<void> {
  for (let n = 0; n < blocks; n++) {
    world.raw.mine();
    shape();
    await world.settle();
  }
}

describe('after a fork that Daybook does not know', () => {
  /** Headers have one field more from the beginning, which is part of their hash. */
  const fork = () => shaped(() => ({ slotNumber: '0x1' }), [...ETHEREUM_FIELDS, slotNumber]);

  async function pay(options: LeadOptions = {}): Promise<string[]> {
    fork();
    await world.lead(options);
    world.pay(5n);
    await mine(5, fork);
    return world.published();
  }

  it('the chain goes on, and transfers of any amount wait for a second provider', async () => {
    expect(await pay()).toEqual(['detected', waits]);
    expect(world.watch.health(null).state).toBe('following');
    // What was proven of the block is remembered.
    await world.lead();
    await world.settle();
    expect(world.published()).toEqual(['detected', waits]);
    await world.lead({ nodes: [world.node, createRawNode()] });
    await world.settle();
    expect(world.published()).toEqual(['detected', waits, 'final 3']);
  });

  it('two providers are enough', async () => {
    expect(await pay({ nodes: [world.node, createRawNode()] })).toEqual(['detected', 'final 3']);
  });

  it('one provider is enough where the operator accepts it', async () => {
    expect(await pay({ singleProvider: 'accept' })).toEqual(['detected', 'final 3']);
  });

  it('one provider is enough as soon as the field is listed', async () => {
    expect(await pay()).toEqual(['detected', waits]);
    const headerFields = [...ETHEREUM_FIELDS, slotNumber];
    await world.lead({ chain: { ...rawChain, proof: { ...ETHEREUM_PROOF, headerFields } } });
    await world.settle();
    expect(world.published()).toEqual(['detected', waits, 'final 3']);
  });

  it('an altered block with its old hash is never final', async () => {
    fork();
    const liar = world.node;
    await world.lead({ nodes: [liar, createRawNode()] });
    world.pay(5n);
    fork();
    // One value is changed; the header, its roots and the hash are those of the true block.
    const altered = () => {
      liar.blocks = world.raw.blocks.map(({ block, receipts }) => ({
        receipts,
        block: {
          ...block,
          transactions: block.transactions.map((it) => ({ ...it, value: '0xde0b6b3a7640000' })),
        },
      }));
    };
    for (let n = 0; n < 5; n++) {
      world.raw.mine();
      fork();
      altered();
      await world.settle();
    }
    expect(world.published().filter((it) => it.startsWith('final'))).toEqual(
      world.broker
        .messages('daybook.transfer.v1')
        .filter(({ value }) => JSON.parse(value).status === 'final')
        .map(({ value }) => `final 3${JSON.parse(value).amount === '5' ? '' : ' forged'}`),
    );
  });
});

describe('a block whose receipts a later header proves', () => {
  const LAG = 5;
  const chain: Chain = {
    ...rawChain,
    proof: { rule: 'roots', reason: 'A test.', headerFields: AVALANCHE_FIELDS },
  };

  /** Each header settles the block five below it (ACP-194). */
  const settling = () =>
    shaped(({ block }, before) => {
      const settledHeight = Math.max(0, Number(block.number) - LAG);
      const isNew = Number(block.number) > LAG;
      const settled = isNew ? before[settledHeight] : undefined;
      const byHash = new Map(settled?.block.transactions.map((it) => [it.hash, it]));
      const values = (settled?.receipts ?? []).map((receipt) =>
        encodeReceipt(receipt, byHash.get(receipt.transactionHash), keccak),
      );
      return {
        settledHeight: `0x${settledHeight.toString(16)}`,
        receiptsRoot: values.length === 0 ? EMPTY_ROOT : trieRoot(values, keccak),
      };
    }, AVALANCHE_FIELDS);

  it('waits for that proof, which one provider can give', async () => {
    settling();
    await world.lead({ chain });
    world.pay(5n);
    await mine(3, settling);
    expect(world.published()).toEqual(['detected', waits]);
    await mine(3, settling);
    expect(world.published()).toEqual(['detected', waits, 'final 3']);
  });
});
