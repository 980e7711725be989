import { addressOf } from '../testing/raw-blocks';
import type { BlockTransfer, ChainBlock } from './chain-client';
import { packBlock, transfersTo, unpackBlock } from './packed-block';

const [alice, bob] = [addressOf('alice'), addressOf('bob')];

function transfer(ordinal: string, change: Partial<BlockTransfer> = {}): BlockTransfer {
  return {
    ...{ ordinal, asset: 'eip155:1/slip44:60', amount: 10n ** 30n, from: alice, to: bob },
    ...{ txHash: '0x11', failed: false, ...change },
  };
}

function blockOf(...transfers: readonly BlockTransfer[]): ChainBlock {
  return {
    ...{ number: 7, hash: '0x7', parentHash: '0x6', time: 70, proven: 'content' as const },
    ...{ contentDigest: null, transfers },
    transactions: [
      { hash: '0x11', sender: alice, nonce: 0 },
      { hash: '0x12', sender: '', nonce: null },
    ],
  };
}

/** As after the way through another thread. */
function passed(block: ChainBlock): ChainBlock {
  return unpackBlock(structuredClone(packBlock(block)));
}

describe('a block between threads', () => {
  it('is the same before and after, with all fields of its lists', () => {
    const block = blockOf(transfer('value:0', { failed: true }), transfer('log:1', { amount: 0n }));
    expect(passed(block)).toMatchObject({ ...block });
    expect({ ...passed(block) }.transfers).toEqual(block.transfers);
  });

  it('may be empty', () => {
    const empty = { ...blockOf(), transactions: [] };
    expect(passed(empty)).toMatchObject({ transactions: [], transfers: [] });
    expect(transfersTo(passed(empty), () => true)).toEqual([]);
  });

  it('shows the transfers to some addresses, in their order, as before', () => {
    const block = blockOf(transfer('log:0'), transfer('log:1', { to: alice }), transfer('log:2'));
    for (const known of [alice, bob, '0x00']) {
      const isOurs = (address: string) => address === known;
      expect(transfersTo(passed(block), isOurs)).toEqual(transfersTo(block, isOurs));
    }
    expect(transfersTo(passed(block), (to) => to === bob)).toHaveLength(2);
  });
});
