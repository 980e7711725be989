import type { BlockTransfer, ChainBlock } from '@daybook/chains';
import { addressOf, hashOf } from '../../../../libs/chains/testing/raw-blocks';
import type { Movement } from './movements';
import { changeOf, claimKey, isProven, unprovenTraces } from './trace-proof';

const [purse, other] = [addressOf('purse'), addressOf('other')];
const COIN = 'eip155:1/slip44:60';

function moved(
  ordinal: string,
  from: string,
  to: string,
  amount: bigint,
  tx = 'tx',
): BlockTransfer {
  return { ordinal, from, to, amount, asset: COIN, txHash: hashOf(tx), failed: false };
}
const paid = (ordinal: string, amount: bigint, tx?: string) =>
  moved(ordinal, other, purse, amount, tx);
const taken = (ordinal: string, amount: bigint, tx?: string) =>
  moved(ordinal, purse, other, amount, tx);

function blockOf(transfers: readonly BlockTransfer[], fees: readonly bigint[] = []): ChainBlock {
  return {
    ...{ number: 5, hash: hashOf('5'), parentHash: hashOf('4'), time: 0 },
    ...{ proven: 'content', contentDigest: null, transfers },
    transactions: fees.map((fee, nonce) => ({
      hash: hashOf(`${nonce}`),
      sender: purse,
      nonce,
      fee,
      isFeeProven: true,
    })),
  };
}

/** Whether a client with these balances before and after the block proves it. */
function proves(block: ChainBlock, before: bigint | null, after: bigint | null): Promise<boolean> {
  const provenBalance = async (_: string, hash: string) => (hash === block.hash ? after : before);
  return isProven({ client: { provenBalance } as never }, block, purse, COIN);
}

it('is proven by exactly what comes in and goes out, with fees and whatever logs and withdrawals show', async () => {
  const block = blockOf(
    [
      ...[
        paid('call:0', 50n),
        paid('call:1_0', 7n),
        paid('value:0', 5n),
        taken('value:0', 20n, 'b'),
      ],
      { ...paid('withdrawal:9', 3n), txHash: null },
      // What failed, what is of another asset and what goes round moves nothing.
      { ...paid('call:2', 1_000n), failed: true },
      { ...paid('log:0', 1_000n), asset: 'eip155:1/erc20:0x1' },
      moved('call:3', purse, purse, 1_000n),
    ],
    [2n, 1n],
  );
  expect(changeOf(block, purse, COIN)).toBe(50n + 7n + 5n - 20n + 3n - 3n);
  expect(await proves(block, 100n, 142n)).toBe(true);
  expect(await proves(block, 100n, 141n)).toBe(false);
  expect(await proves(block, null, 142n)).toBe(false);
  expect(await proves(block, 100n, null)).toBe(false);
});

it('is not proven by payments in and out that cancel each other, each in a transaction of its own', async () => {
  const block = blockOf([paid('call:0', 1_000n, 'a'), taken('call:0', 1_000n, 'b')]);
  expect(await proves(block, 5n, 5n)).toBe(false);
  // In one transaction they are netted, so that nothing is credited.
  expect(await proves(blockOf([paid('call:0', 9n), taken('call:1', 9n)]), 5n, 5n)).toBe(true);
  expect(await proves(blockOf([taken('call:0', 4n)]), 5n, 1n)).toBe(true);
});

it('is not proven beside a fee, or anything else that leaves, that only the node says', async () => {
  const paying = blockOf([paid('call:0', 1_000n)], [1_005n]);
  const [sent] = paying.transactions;
  const doubted = {
    ...paying,
    transactions: [{ ...(sent as typeof sent & {}), isFeeProven: false }],
  };
  expect(await proves(paying, 50n, 45n)).toBe(true);
  expect(await proves(doubted as ChainBlock, 50n, 45n)).toBe(false);
  const read = { ...paying, proven: 'header' } as const;
  expect(await proves(read, 50n, 45n)).toBe(false);
  const taking = blockOf([paid('call:0', 1_000n), taken('value:0', 1_000n, 'b')]);
  expect(await proves(taking, 50n, 50n)).toBe(true);
  expect(await proves({ ...taking, proven: 'header' }, 50n, 50n)).toBe(false);
});

it.each(['header', 'none'] as const)(
  'is not proven for a block of which only %s is, which may name another parent and leave out a payment',
  async (proven) => {
    const block = blockOf([paid('call:0', 1_000n)]);
    expect(await proves(block, 4_000n, 5_000n)).toBe(true);
    expect(await proves({ ...block, proven }, 4_000n, 5_000n)).toBe(false);
  },
);

it('is proven for the largest payments at once, and later for what is paid to many beside them', async () => {
  const owners = Array.from({ length: 130 }, (_, n) => addressOf(`purse ${n}`));
  const transfers = owners.map((owner, n) => moved(`call:${n}`, other, owner, BigInt(n + 1)));
  const block = blockOf(transfers);
  const claims = transfers.map(({ ordinal, ...transfer }) => {
    const movement = { id: `x/${ordinal}`, direction: 'in', netted: 0n, ...transfer } as Movement;
    return { block, movement };
  });
  const provenBalance = async (owner: string, hash: string) =>
    hash === block.hash ? BigInt(owners.indexOf(owner) + 1) : 0n;
  const unproven = await unprovenTraces({ client: { provenBalance } as never }, claims);
  expect([...unproven]).toEqual([claims[1], claims[0]].map((claim) => claimKey(claim as never)));
});
