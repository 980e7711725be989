import type { ChainBlock, ProviderAnswer } from '@daybook/chains';
import { addressOf, hashOf } from '../../../../libs/chains/testing/raw-blocks';
import { chain, registry } from '../../testing/simulated-chain';
import { aTracked } from '../../testing/watcher-store.contract';
import type { TrackedTransfer } from '../state/watcher-store';
import { createWaitingProofs } from './prove-waiting';

const COIN = registry.assets[0]?.id as string;
const purse = addressOf('purse');

/** A payment of one base unit that only a trace of a block shows. */
function waitingIn(number: number, index: number): TrackedTransfer {
  const txHash = hashOf(`${number}`);
  const block = { number, hash: hashOf(`block ${number}`), time: '2026-01-01T00:00:00.000Z' };
  const transferId = `${chain.id}/${txHash}/call:${index}`;
  const parties = { from: addressOf('payer'), to: purse };
  const shown = { transferId, txHash, block, asset: COIN, amount: '1', ...parties };
  return aTracked({ ...shown, chain: chain.id, status: 'detected', waiting: 'unproven-trace' });
}

/** Looks at what waits, and says which blocks all providers were asked for. */
function lookingAt(waiting: readonly TrackedTransfer[], balance: bigint | null) {
  const asked: number[] = [];
  const fetched: string[] = [];
  const clock = { now: 0 };
  let proofs = 0;
  const client = {
    async askEvery(number: number): Promise<readonly ProviderAnswer[]> {
      asked.push(number);
      const some = waiting.filter(({ transfer }) => transfer.block?.number === number);
      const hash = hashOf(`block ${number}`);
      const shown: ChainBlock = {
        ...{ number, hash, parentHash: hashOf('parent'), time: 0, proven: 'content' },
        ...{ contentDigest: null, transactions: [] },
        transfers: some.map(({ transfer: { transferId, txHash, from, to } }) => ({
          ...{ ordinal: transferId.split('/').at(-1) as string, asset: COIN, amount: 1n, txHash },
          ...{ from, to: to as string, failed: false },
        })),
      };
      return [{ provider: 'the only one', block: shown, failure: null }];
    },
    // No node shows it any more.
    async block(hash: string) {
      fetched.push(hash);
      return null;
    },
    async provenBalance(_: string, hash: string) {
      proofs += 1;
      return hash === hashOf('parent') ? 0n : balance;
    },
  };
  const stored = new Map(waiting.map((tracked) => [tracked.transfer.transferId, tracked]));
  const context = {
    ...{
      chain,
      registry,
      client,
      now: () => clock.now,
      state: { chain: { phase: 'following', ring: [] } },
    },
    table: { has: (address: string) => address === purse },
    store: {
      transfers: async (ids: readonly string[]) => ids.flatMap((id) => stored.get(id) ?? []),
      inBlocks: async () => [...stored.values()],
    },
    async commit({ transfers }: { readonly transfers: readonly TrackedTransfer[] }) {
      for (const tracked of transfers) stored.set(tracked.transfer.transferId, tracked);
    },
  };
  const waits = ({ transfer }: TrackedTransfer) => transfer.waiting !== undefined;
  const left = () => [...stored.values()].filter(waits).length;
  return {
    asked,
    fetched,
    clock,
    proofs: () => proofs,
    left,
    proven: createWaitingProofs(context as never),
  };
}

it('asks once for a block in which many wait, and proves all of a purse together', async () => {
  const waiting = Array.from({ length: 16 }, (_, n) => waitingIn(5, n));
  const { asked, proofs, left, proven } = lookingAt(waiting, 16n);
  expect(await proven.resume(waiting)).toBe(true);
  expect([asked, proofs(), left()]).toEqual([[5], 2, 0]);
});

it('asks for few of many blocks at once, and for the others next', async () => {
  const waiting = Array.from({ length: 5 }, (_, n) => waitingIn(n, 0));
  const { asked, left, proven } = lookingAt(waiting, null);
  for (let pass = 0; pass < 4; pass++) expect(await proven.resume(waiting)).toBe(false);
  expect([asked, left()]).toEqual([[0, 1, 2, 3, 4], 5]);
});

it('asks first for the blocks for which it never asked, and then for those asked for longest ago', async () => {
  const waiting = Array.from({ length: 4 }, (_, n) => waitingIn(n, 0));
  const { asked, clock, proven } = lookingAt(waiting, null);
  await proven.resume(waiting.slice(0, 2));
  clock.now = 600_000;
  await proven.resume(waiting.slice(0, 3));
  expect(asked).toEqual([0, 1, 2, 0]);
  clock.now = 1_200_000;
  await proven.resume(waiting);
  expect(asked.slice(4)).toEqual([3, 1]);
});

it('fetches few of the blocks whose balances are not read at once', async () => {
  const waiting = Array.from({ length: 5 }, (_, n) => {
    const tracked = waitingIn(n, 0);
    return { ...tracked, transfer: { ...tracked.transfer, waiting: 'unread-balance' as const } };
  });
  const { fetched, proven } = lookingAt(waiting, null);
  const after: number[] = [];
  for (let pass = 0; pass < 4; pass++) {
    await proven.resume(waiting);
    after.push(fetched.length);
  }
  expect(after).toEqual([2, 4, 5, 5]);
});
