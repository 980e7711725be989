import { addressOf } from '../testing/raw-blocks';
import { createAddressTable } from './address-table';
import type { BlockTransfer, ChainBlock } from './chain-client';
import { movementsOf, packBlock, unpackBlock } from './packed-block';

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
      { hash: '0x11', sender: alice, nonce: 0, fee: 10n ** 30n },
      { hash: '0x12', sender: '', nonce: null, fee: 0n, failed: true },
      { hash: '0x13', sender: bob, nonce: 1, fee: 5n, isFeeProven: true },
      { hash: '0x14', sender: bob, nonce: 2, fee: 5n, isFeeProven: true, failed: true },
    ],
  };
}

/** As after the way through another thread. */
function passed(block: ChainBlock): ChainBlock {
  return unpackBlock(structuredClone(packBlock(block)));
}

describe('a block between threads', () => {
  it('is the same before and after, with all fields of its lists', () => {
    const block = blockOf(
      transfer('value:0', { failed: true }),
      transfer('log:1', { amount: 0n, unreadable: true }),
      transfer('withdrawal:7', { txHash: null }),
    );
    expect(passed(block)).toMatchObject({ ...block });
    expect({ ...passed(block) }.transfers).toEqual(block.transfers);
    expect({ ...passed(block) }.transactions).toEqual(block.transactions);
  });

  it('may be empty', () => {
    const empty = { ...blockOf(), transactions: [] };
    expect(passed(empty)).toMatchObject({ transactions: [], transfers: [] });
    expect(movementsOf(passed(empty), () => true)).toEqual({ transfers: [], sent: [] });
  });

  it('shows what some addresses take part in, in their order, as before', () => {
    const carol = addressOf('carol');
    const block = blockOf(
      transfer('log:0'),
      transfer('log:1', { to: carol }),
      transfer('log:2', { from: carol, to: alice }),
      transfer('log:3', { from: bob, to: bob }),
    );
    for (const known of [alice, bob, carol, '0x00']) {
      const isOurs = (address: string) => address === known;
      expect(movementsOf(passed(block), isOurs)).toEqual(movementsOf(block, isOurs));
    }
    // A table of addresses refuses what is none, such as the sender of a transaction of the chain's system.
    const table = createAddressTable('evm');
    table.add(alice);
    for (const shown of [block, passed(block)]) {
      expect(movementsOf(shown, table.has).sent.map(({ hash }) => hash)).toEqual(['0x11']);
    }
    const { transfers, sent } = movementsOf(passed(block), (address) => address === alice);
    expect(transfers.map(({ ordinal }) => ordinal)).toEqual(['log:0', 'log:1', 'log:2']);
    expect(sent.map(({ hash }) => hash)).toEqual(['0x11']);
  });
});
