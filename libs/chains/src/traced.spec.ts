import { addressOf, hashOf } from '../testing/raw-blocks';
import type { BlockTransfer, ChainBlock, IncludedTransaction } from './chain-client';
import { tracedBy } from './traced';

const [alice, bob] = [addressOf('alice'), addressOf('bob')];

function moved(ordinal: string, tx: string): BlockTransfer {
  const parties = { from: alice, to: bob, asset: 'eip155:1/slip44:60', amount: 5n };
  return { ...parties, ordinal, txHash: hashOf(tx), failed: false };
}

function aBlock(transfers: readonly BlockTransfer[], others: Partial<ChainBlock>): ChainBlock {
  const transactions = ['a', 'b'].map((tx, nonce) => ({
    ...{ hash: hashOf(tx), sender: alice, nonce, fee: 21n },
  }));
  const header = { number: 5, hash: hashOf('5'), parentHash: hashOf('4'), time: 0 };
  return { ...header, proven: 'content', contentDigest: null, transactions, transfers, ...others };
}

const untraced = aBlock([moved('value:0', 'a'), moved('log:0', 'b')], { isUntraced: true });

it('takes from another answer only what traces show', () => {
  const other = aBlock([moved('value:0', 'a'), moved('call:0', 'a'), moved('log:9', 'b')], {});
  const traced = tracedBy(untraced, other);
  expect(traced.transfers.map(({ ordinal }) => ordinal)).toEqual(['value:0', 'call:0', 'log:0']);
  expect(traced.isUntraced).toBeUndefined();
});

it('believes that a fee is proven if the other answer is, and shows the same fee', () => {
  const [a, b] = untraced.transactions as [IncludedTransaction, IncludedTransaction];
  const transactions = [
    { ...a, isFeeProven: true },
    { ...b, fee: 22n, isFeeProven: true },
  ];
  const provenIn = (other: Partial<ChainBlock>) =>
    tracedBy(untraced, aBlock([], other)).transactions.map(
      ({ isFeeProven = false }) => isFeeProven,
    );
  expect(provenIn({ transactions })).toEqual([true, false]);
  expect(provenIn({ transactions, proven: 'header' })).toEqual([false, false]);
  expect(provenIn({})).toEqual([false, false]);
});
