import {
  type BlockTransfer,
  type ChainBlock,
  type ChainClient,
  createAddressTable,
  createPool,
} from '@daybook/chains';
import { addressOf, hashOf } from '../../../../libs/chains/testing/raw-blocks';
import { InMemoryBroker, InMemoryLog } from '../../../../libs/messaging/testing/in-memory-log';
import { InMemoryWatcherStore } from '../../testing/in-memory-store';
import { silent } from '../../testing/simulated-chain';
import { openContext, type WatchContext } from '../state/watch-state';
import type { Leadership } from '../state/watcher-store';
import { matchBlocks, matchProven } from './match-blocks';

const [purse, other] = [addressOf('purse'), addressOf('other')];
const CHAIN = 'eip155:1';
const [COIN, TOKEN] = [`${CHAIN}/slip44:60`, `${CHAIN}/erc20:${addressOf('token')}`];
const chain = {
  ...({ id: CHAIN, family: 'evm', name: 'A chain', blockTimeMs: null } as const),
  ...{ finality: { kind: 'depth', confirmations: 1 } as const, thresholds: [] },
  ...{ minimumFinality: null, reorgWindow: 8 },
};

let context: WatchContext;
/** What the node says that the purse has, by the hash of the block. */
let balances: Map<string, bigint>;
let asked: string[];

/** A node of which only what is asked for in these tests is there. */
const client = {
  verify: async () => undefined,
  provenBalance: async () => null,
  async balances(_queries: unknown, { hash }: { readonly hash: string }) {
    asked.push(hash);
    return [balances.get(hash) ?? null];
  },
} as unknown as ChainClient;

beforeEach(async () => {
  const store = new InMemoryWatcherStore();
  const registry = {
    ...{ chains: [chain], assets: [], connections: [], assetFinality: new Map() },
    ...{ assetBands: new Map(), creditedByBalance: new Set([TOKEN]) },
  };
  const table = createAddressTable('evm');
  table.add(purse);
  const pool = createPool(chain, [{ name: 'node', client }]);
  const parts = {
    ...{ chain, registry, store, table, client: pool, startBlock: 0, now: Date.now },
    ...{ log: new InMemoryLog(new InMemoryBroker()), events: silent },
    leadership: (await store.lead(CHAIN)) as Leadership,
  };
  context = openContext(parts, await store.load(CHAIN));
  const first = { number: 4, hash: hashOf('4'), parentHash: hashOf('3'), time: 0 };
  await context.commit({
    start: { number: 4, at: 0, scannedFrom: 5 },
    advance: { ancestor: 3, added: [first], oldest: 4 },
  });
  [balances, asked] = [new Map(), []];
});

function blockOf(salt: string, transfers: readonly BlockTransfer[]): ChainBlock {
  return {
    ...{ number: 5, hash: hashOf(salt), parentHash: hashOf('4'), time: 0, transfers },
    ...{ transactions: [], proven: 'content', contentDigest: null },
  };
}

function paid(ordinal: string, asset = TOKEN, amount = 100n): BlockTransfer {
  return { ordinal, asset, amount, from: other, to: purse, txHash: hashOf('tx'), failed: false };
}

/** What is stored of a block that is matched, as `<ordinal> <status> <reason> <amount> less <netted>`. */
async function match(block: ChainBlock): Promise<string[]> {
  const above = await context.store.includedAbove(CHAIN, 4);
  const lost = above.filter(({ transfer }) => transfer.block?.hash !== block.hash);
  const { versions } = await matchBlocks(context, [block], lost);
  await context.commit({ transfers: versions });
  return versions.map(({ transfer: { transferId, status, waiting, amount, netted } }) =>
    [
      transferId.slice(transferId.lastIndexOf('/') + 1),
      ...[status, waiting, amount, netted && `less ${netted}`],
    ]
      .filter(Boolean)
      .join(' '),
  );
}

function says(before: bigint, after: bigint, salt = 'block'): void {
  balances.set(hashOf('4'), before);
  balances.set(hashOf(salt), after);
}

it('waits again when the chain comes back to the block in which it waited', async () => {
  const trace = paid('call:0', COIN);
  const block = blockOf('block', [trace, paid('log:1')]);
  const both = ['call:0 detected unproven-trace 100', 'log:1 detected unread-balance 100'];
  expect(await match(block)).toEqual(both);
  expect(await match(blockOf('branch', []))).toEqual(['call:0 reverted 100', 'log:1 reverted 100']);
  expect(await match(block)).toEqual(both);
});

it('reads the balances of a block once', async () => {
  says(7n, 97n);
  const block = blockOf('block', [paid('log:0')]);
  expect(await match(block)).toEqual(['log:0 detected 100 less 10']);
  expect(new Set(asked)).toEqual(new Set([hashOf('4'), hashOf('block')]));
  balances.clear();
  asked = [];
  expect(await match(block)).toEqual([]);
  expect(asked).toEqual([]);
});

it('gives what is shown later in a known block no more than what is left', async () => {
  says(0n, 120n);
  await match(blockOf('block', [paid('log:5')]));
  const more = [paid('log:2'), paid('log:5'), paid('log:7')];
  expect(await match(blockOf('block', more))).toEqual([
    ...['log:2 detected 100 less 80', 'log:7 detected 100 less 100'],
  ]);
});

it('lets what is shown later wait with what waits already', async () => {
  await match(blockOf('block', [paid('log:5')]));
  says(0n, 120n);
  asked = [];
  expect(await match(blockOf('block', [paid('log:2'), paid('log:5')]))).toEqual([
    'log:2 detected unread-balance 100',
  ]);
  expect(asked).toEqual([]);
});

it('reads again for another content of the same block', async () => {
  says(0n, 50n);
  expect(await match(blockOf('block', [paid('log:0')]))).toEqual(['log:0 detected 100 less 50']);
  expect(await match(blockOf('block', [paid('log:0', TOKEN, 60n)]))).toEqual([
    ...['log:0 reverted 100 less 50', 'log:0 detected 60 less 10'],
  ]);
});

it('asks nothing about other tokens, failures, and logs that cannot be read', async () => {
  const failed = { ...paid('log:0'), failed: true };
  const unreadable = { ...paid('log:1', TOKEN, 0n), unreadable: true as const };
  const shown = [failed, unreadable, paid('log:2', COIN)];
  expect(await match(blockOf('block', shown))).toEqual([
    ...['log:0 failed 100', 'log:1 detected 0', 'log:2 detected 100'],
  ]);
});

it('lets a payment of a trace wait beside one of another transaction that was proven before', async () => {
  const [first, second] = [
    paid('call:0', COIN),
    { ...paid('call:0', COIN), txHash: hashOf('another tx') },
  ];
  expect(await match(blockOf('block', [first]))).toEqual(['call:0 detected unproven-trace 100']);
  const proven = await matchProven(context, blockOf('block', [first]), purse, hashOf('tx'));
  await context.commit({ transfers: proven });
  expect(await match(blockOf('block', [first, second]))).toEqual([
    'call:0 detected unproven-trace 100',
  ]);
});
