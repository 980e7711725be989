import {
  type AddressTable,
  type Chain,
  type ChainClient,
  createAddressTable,
  createPool,
  InvalidBlock,
} from '@daybook/chains';
import { parseChainHead, TOPICS, type TransferV1 } from '@daybook/contracts';
import { addressOf } from '../../../../libs/chains/testing/raw-blocks';
import { InMemoryBroker, InMemoryLog } from '../../../../libs/messaging/testing/in-memory-log';
import { InMemoryWatcherStore } from '../../testing/in-memory-store';
import { CHAIN } from '../../testing/model-chain';
import { requested } from '../../testing/rescans';
import { silent } from '../../testing/simulated-chain';
import { type TrueNode, trueNode } from '../../testing/true-node';
import type { MintedAddress } from '../addresses/late-addresses';
import { createWatchMemory } from '../monitoring/watch-memory';
import { CLOCK_MARGIN_MS } from '../state/watch-state';
import type { Leadership } from '../state/watcher-store';
import { createWatch, type Watch } from './watch';

const chain: Chain = {
  id: CHAIN,
  family: 'evm',
  name: 'Model',
  blockTimeMs: null,
  finality: { kind: 'depth', confirmations: 3 },
  thresholds: [],
  minimumFinality: null,
  reorgWindow: 8,
};
const purse = addressOf('purse');

let node: TrueNode;
let store: InMemoryWatcherStore;
let broker: InMemoryBroker;
let table: AddressTable;
let watch: Watch;
/** The blocks that pay the purse. */
let paid: number[];
/** Blocks below this number are missing at the node. */
let pruned: number;
let nowMs: number;

/** A watch over some hundred blocks, ten seconds apart, two of which pay the purse. */
beforeEach(async () => {
  node = await trueNode(49);
  paid = [pay()];
  node.mine(45);
  paid.push(pay());
  node.mine(2);
  [store, broker] = [new InMemoryWatcherStore(), new InMemoryBroker()];
  // The time of the last block.
  [pruned, nowMs] = [0, node.chain.height * 10_000];
  table = createAddressTable('evm');
  const parts = {
    chain,
    startBlock: null,
    registry: {
      ...{ chains: [chain], assets: [], connections: [] },
      ...{ assetFinality: new Map(), assetBands: new Map() },
    },
    log: new InMemoryLog(broker),
    client: createPool(chain, [{ name: 'node', client: prunedNode() }]),
    store,
    leadership: (await store.lead(CHAIN)) as Leadership,
    table,
    now: () => nowMs,
    events: silent,
  };
  watch = createWatch(parts, await store.load(CHAIN));
  await settle();
});

/** The node without the blocks below `pruned`. */
function prunedNode(): ChainClient {
  return {
    ...node.client,
    block: async (at: number | string) =>
      typeof at === 'number' && at < pruned ? null : node.client.block(at),
    async header(at: number | string) {
      if (typeof at === 'number' && at < pruned) return null;
      return node.client.header(at);
    },
  };
}

/** Mines until a block pays the purse, and nothing else that would; its number. */
function pay(): number {
  node.chain.pool = [];
  node.chain.pay(purse, 5n);
  while (node.chain.pool.length > 0) node.mine(1);
  return node.chain.height;
}

async function settle(): Promise<void> {
  while (await watch.pass());
  while (await watch.publish());
}

/** Minted so that the blocks from second `since` on may pay it. */
function minted(since: number, position: bigint): MintedAddress {
  return { address: purse, mintedAt: since * 1000 + CLOCK_MARGIN_MS, position };
}

/** Blocks and what became of their transfers. */
function published(): string[] {
  const transfers = broker.messages(TOPICS.transfer);
  const versions = transfers.map(({ value }) => JSON.parse(value) as TransferV1);
  return [...new Set(versions.map(({ block, status }) => `${block?.number} ${status}`))];
}

async function acknowledged(complete: bigint | null): Promise<string | null> {
  await watch.acknowledge(complete);
  return watch.heights().addressesThrough;
}

describe('the acknowledgement of addresses', () => {
  it('comes when they are read, matched and published, and says so on the topic', async () => {
    const stored = watch.offerAddresses([minted(300, 7n)], 7n);
    await watch.pass();
    await stored;
    expect(table.has(purse)).toBe(true);
    await watch.publish();
    // No address is older than the first, so this much is true.
    expect(await acknowledged(7n)).toBe('6');
    while (await watch.pass());
    expect(await acknowledged(7n)).toBe('6');
    while (await watch.publish());
    expect(published()).toEqual(
      expect.arrayContaining(paid.flatMap((number) => [`${number} detected`, `${number} final`])),
    );
    expect(await acknowledged(5n)).toBe('6');
    expect(await acknowledged(7n)).toBe('7');
    const recalled = createWatchMemory(() => nowMs).recalled();
    const details = watch.details({ recalled, unpublished: null });
    await watch.reportHead({ state: 'following', detail: null }, details);
    const head = broker.messages(TOPICS.chainHead).at(-1)?.value ?? '';
    expect(parseChainHead(head).addressesThrough).toBe('7');
  });

  it('is null as long as nothing is known', async () => {
    expect(await acknowledged(null)).toBeNull();
    expect(await acknowledged(9n)).toBeNull();
  });

  it('does not pass an address that comes out of order until what pays it is published', async () => {
    void watch.offerAddresses([], 20n);
    await settle();
    expect(await acknowledged(10n)).toBe('10');
    void watch.offerAddresses([minted(900, 15n)], 15n);
    while (await watch.pass());
    expect(await acknowledged(20n)).toBe('14');
    await settle();
    expect(await acknowledged(20n)).toBe('20');
  });

  it('is kept by the store', async () => {
    void watch.offerAddresses([minted(990, 7n)], 7n);
    await settle();
    expect(await acknowledged(7n)).toBe('7');
    expect(await store.load(CHAIN)).toMatchObject({ taken: 7n, acknowledged: 7n });
  });
});

describe('a node that lacks the past', () => {
  it('does not keep a purse from being watched from now on', async () => {
    pruned = 60;
    const stored = watch.offerAddresses([minted(300, 7n)], 7n);
    await expect(watch.pass()).rejects.toThrow(InvalidBlock);
    await stored;
    const now = pay();
    node.mine(2);
    await expect(watch.pass()).rejects.toThrow(InvalidBlock);
    while (await watch.publish());
    expect(published()).toEqual([`${now} detected`, `${now} final`]);
    expect(await acknowledged(7n)).toBe('6');
    // The range is still wanted, and found when the node has it.
    pruned = 0;
    await settle();
    expect(published()).toEqual(
      expect.arrayContaining(paid.flatMap((number) => [`${number} detected`, `${number} final`])),
    );
    expect(await acknowledged(7n)).toBe('7');
  });

  it('is reported when it lasts for long', async () => {
    void watch.offerAddresses([minted(300, 7n)], 7n);
    await watch.pass();
    pruned = 60;
    for (let n = 0; n < 5; n++) await watch.pass();
    nowMs += 301_000;
    expect(watch.health(null)).toMatchObject({ state: 'stalled' });
    expect(watch.health(null).detail).toMatch(/does not show blocks 3. to .., which must/);
    pruned = 0;
    await settle();
    expect(watch.health(null).state).toBe('following');
  });
});

describe('a rescan for late addresses', () => {
  it('comes to its end while addresses stream in', async () => {
    void watch.offerAddresses([minted(300, 7n)], 7n);
    for (let n = 0; n < 20; n++) {
      // A new address makes a rescan of the last blocks.
      const address = addressOf(`customer ${n}`);
      const position = BigInt(8 + n);
      void watch.offerAddresses([{ ...minted(900, position), address }], position);
      await watch.pass();
    }
    expect(published()).toEqual([]);
    while (await watch.publish());
    expect(published()).toContain(`${paid[0]} final`);
    expect(BigInt((await acknowledged(100n)) ?? 0)).toBeGreaterThan(7n);
  });
});

describe('a rescan that was requested', () => {
  const ask = (id: string) =>
    store.request(CHAIN, requested({ id, from: 1, to: node.chain.height }));
  const asIs = (id: string) => store.requested(CHAIN).find((request) => request.id === id);

  it('waits for a node that lacks the past, but not for ever', async () => {
    pruned = 60;
    ask('first');
    await settle();
    expect(asIs('first')).toMatchObject({ state: 'running', reason: null });
    nowMs += 59_000;
    await watch.pass();
    expect(asIs('first')).toMatchObject({ state: 'running' });
    nowMs += 1_000;
    await watch.pass();
    expect(asIs('first')).toMatchObject({ state: 'refused' });
    expect(asIs('first')?.reason).toMatch(/For 60 s .* blocks 1 to \d+ were not matched/);
    ask('second');
    await settle();
    pruned = 0;
    nowMs += 59_000;
    await settle();
    expect(asIs('second')).toMatchObject({ state: 'done' });
  });
});
