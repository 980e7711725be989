import {
  assetIds,
  type Chain,
  createAddressTable,
  createEvmClient,
  createPool,
  type JsonRpc,
} from '@daybook/chains';
import { parseTransfer, TOPICS } from '@daybook/contracts';
import { loadKeccak } from '../../../../libs/chains/src/evm/keccak';
import { addressOf } from '../../../../libs/chains/testing/raw-blocks';
import {
  answerOf,
  createRawChain,
  createRawNode,
  type RawChain,
  type RawNode,
} from '../../../../libs/chains/testing/raw-node';
import { InMemoryBroker, InMemoryLog } from '../../../../libs/messaging/testing/in-memory-log';
import { openBooks } from '../../testing/books';
import { InMemoryWatcherStore } from '../../testing/in-memory-store';
import { silent } from '../../testing/simulated-chain';
import type { Leadership } from '../state/watcher-store';
import { createWatch, type Watch } from '../watch/watch';

const CHAIN = 'eip155:31337';
const NATIVE = `${CHAIN}/slip44:60`;
const purse = addressOf('purse');
const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;
const finalized = { kind: 'tag', tag: 'finalized' } as const;
const BAND = 1_000n;

const chain: Chain = {
  ...{ id: CHAIN, family: 'evm', name: 'Raw', blockTimeMs: null, reorgWindow: 32 },
  ...{ finality: depth(3), thresholds: [depth(3), depth(6), finalized], minimumFinality: null },
};

interface Options {
  readonly nodes?: readonly RawNode[];
  readonly singleProvider?: 'wait' | 'accept';
  readonly band?: bigint | null;
  readonly chain?: Chain;
}

let raw: RawChain;
let node: RawNode;
let store: InMemoryWatcherStore;
let broker: InMemoryBroker;
let watch: Watch;
let leadership: Leadership | undefined;
let nowMs: number;

/** A leadership over what the store remembers; it follows the pool of `nodes`. */
async function lead(options: Options = {}): Promise<void> {
  const { nodes = [node], singleProvider = 'wait', band = BAND } = options;
  await leadership?.release();
  leadership = (await store.lead(CHAIN)) as Leadership;
  const followed = options.chain ?? chain;
  const clients = nodes.map((it, n) => {
    const rpc: JsonRpc = { send: async (method, params) => answerOf(it, raw, method, params) };
    return { name: `node-${n}`, client: createEvmClient(rpc, CHAIN, assetIds(CHAIN, NATIVE)) };
  });
  const table = createAddressTable('evm');
  table.add(purse);
  const connection = { chain: CHAIN, providers: [], singleProvider, startBlock: null };
  const parts = {
    registry: {
      ...{ chains: [followed], assets: [], assetFinality: new Map(), connections: [connection] },
      assetBands: new Map(band === null ? [] : [[NATIVE, band]]),
    },
    ...{ chain: followed, startBlock: 0, log: new InMemoryLog(broker), store, leadership, table },
    client: createPool(chain, clients, { now: () => nowMs }),
    ...{ now: () => nowMs, events: silent },
  };
  watch = createWatch(parts, await store.load(CHAIN));
  await settle();
}

beforeEach(async () => {
  raw = createRawChain(await loadKeccak());
  node = createRawNode();
  [store, broker] = [new InMemoryWatcherStore(), new InMemoryBroker()];
  nowMs = 1_700_000_000_000;
});
afterEach(() => watch.close());

async function settle(): Promise<void> {
  // Far apart, so that each pass asks again about what waits.
  nowMs += 60_000;
  while (await watch.pass());
  while (await watch.publish());
}

function pay(value: bigint): void {
  raw.mine([{ from: addressOf('payer'), to: purse, value }]);
}

async function mine(blocks: number): Promise<void> {
  for (let n = 0; n < blocks; n++) {
    raw.mine();
    await settle();
  }
}

/** What was published, as status and threshold or reason. */
function published(): string[] {
  return broker.messages(TOPICS.transfer).map(({ value }) => {
    const { status, finality, waiting = null } = parseTransfer(value);
    const by = finality?.kind === 'depth' ? finality.confirmations : finality?.tag;
    return [status, by, waiting].filter((part) => part !== undefined && part !== null).join(' ');
  });
}

describe('thresholds', () => {
  it('are reported one by one, each once, with all that were passed', async () => {
    await lead();
    pay(5n);
    await mine(6);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
    node.finalized = 12;
    await mine(2);
    expect(published()).toEqual(['detected', 'final 3', 'final 6', 'final finalized']);
    const [last] = broker.messages(TOPICS.transfer).slice(-1);
    expect(parseTransfer(last?.value ?? '').passed).toEqual([
      ...['depth:3', 'depth:6', 'tag:finalized'],
    ]);
    await lead();
    await mine(2);
    expect(published()).toHaveLength(4);
  });

  it('are reported in whatever order they are passed', async () => {
    node.finalized = 10;
    await lead();
    pay(5n);
    await mine(1);
    expect(published()).toEqual(['detected', 'final finalized']);
    await mine(6);
    expect(published()).toEqual(['detected', 'final finalized', 'final 3', 'final 6']);
  });

  it('begin anew with the block that a reorg puts the transfer into', async () => {
    await lead();
    // With a salt of its own, its hash is the same in both blocks.
    const payment = { from: addressOf('payer'), to: purse, value: 5n, salt: 'one' };
    raw.mine([payment]);
    await mine(3);
    const branch = raw.forged(10, [payment]);
    raw.blocks.splice(0, raw.blocks.length, ...branch);
    await mine(3);
    const after = published().slice(published().indexOf('reverted'));
    expect(after).toEqual(['reverted', 'detected', 'final 3', 'final 6']);
  });

  it('of a new registry are reported for transfers in the ring', async () => {
    await lead({ chain: { ...chain, thresholds: [] } });
    pay(5n);
    await mine(8);
    expect(published()).toEqual(['detected', 'final 3']);
    await lead();
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
  });

  it('are credited once by the books, at the policy', async () => {
    await lead();
    pay(5n);
    await mine(8);
    const books = openBooks({ isListed: () => true });
    const transfers = broker.messages(TOPICS.transfer).map(({ value }) => parseTransfer(value));
    for (const transfer of [...transfers, ...transfers]) books.record(transfer);
    expect(books.creditsOf(transfers[0]?.transferId ?? '')).toBe(1);
  });
});

describe('a transfer above the band', () => {
  const waits = 'detected awaiting-second-provider';

  it('waits with one provider, once reported, while others become final', async () => {
    await lead();
    pay(BAND + 1n);
    pay(BAND);
    await mine(8);
    expect(published().filter((it) => it === waits)).toHaveLength(1);
    expect(published().filter((it) => it.startsWith('final'))).toEqual(['final 3', 'final 6']);
    await lead();
    await mine(2);
    expect(published().filter((it) => it === waits)).toHaveLength(1);
  });

  it.each<[string, Options]>([
    ['where one provider is accepted', { singleProvider: 'accept' }],
    ['in an asset without a band', { band: null }],
  ])('does not wait %s', async (_, options) => {
    await lead(options);
    pay(BAND + 1n);
    await mine(2);
    expect(published()).toEqual(['detected', 'final 3']);
  });

  it('is final at once when a second provider shows the same block', async () => {
    await lead({ nodes: [node, createRawNode()] });
    pay(BAND + 1n);
    await mine(5);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
  });

  it('waits for a second provider that lags, and is then final by all it has passed', async () => {
    const second = { ...createRawNode(), behind: 20 };
    await lead({ nodes: [node, second] });
    pay(BAND + 1n);
    await mine(6);
    expect(published()).toEqual(['detected', waits]);
    second.behind = 0;
    await settle();
    expect(published()).toEqual(['detected', waits, 'final 3', 'final 6']);
  });

  it('that one provider invents, on a branch with correct hashes, never becomes final', async () => {
    const honest = createRawNode();
    await lead({ nodes: [node, honest] });
    await mine(2);
    for (let n = 0; n < 8; n++) raw.mine();
    const theft = { from: addressOf('thief'), to: purse, value: BAND * 1_000n };
    node.blocks = raw.forged(11, [theft]);
    for (let n = 0; n < 5; n++) await settle();
    expect(published()).toEqual(['detected', waits]);
    node.blocks = null;
    await mine(3);
    expect(published()).toEqual(['detected', waits, 'reverted']);
  });

  it('becomes final when the operator accepts one provider', async () => {
    await lead();
    pay(BAND + 1n);
    await mine(4);
    expect(published()).toEqual(['detected', waits]);
    await lead({ singleProvider: 'accept' });
    expect(published()).toEqual(['detected', waits, 'final 3']);
  });

  it('keeps waiting while hundreds of others do, and blocks none below the band', async () => {
    await lead();
    for (let n = 0; n < 40; n++) pay(BAND + 1n);
    pay(1n);
    await mine(6);
    expect(published().filter((it) => it === waits)).toHaveLength(40);
    expect(published().filter((it) => it === 'final 6')).toHaveLength(1);
    const second = createRawNode();
    await lead({ nodes: [node, second] });
    for (let n = 0; n < 6; n++) await settle();
    expect(published().filter((it) => it === 'final 6')).toHaveLength(41);
  });
});

describe('a disagreement about the finalized block', () => {
  it('lets nothing become final, and is why the chain is stalled', async () => {
    const other = createRawNode();
    [node.finalized, other.finalized] = [9, 9];
    await lead({ nodes: [node, other] });
    other.blocks = raw.forged(5, []);
    pay(5n);
    await mine(4);
    expect(published()).toEqual(['detected']);
    expect(watch.health(null)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/node-0 and node-1 disagree/),
    });
    other.blocks = null;
    await mine(1);
    expect(published()).toEqual(['detected', 'final 3', 'final 6']);
    expect(watch.health(null).state).toBe('following');
  });
});
