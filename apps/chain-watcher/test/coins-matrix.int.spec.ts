import { parseWatchReport, TOPICS } from '@daybook/contracts';
import { type Books, openBooks } from '../testing/books';
import { balanceCall, COIN_MOVES, lyingTokenCode, type Movers, START } from '../testing/coin-moves';
import { createBroker, type Driver, driveChain } from '../testing/driver';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import {
  CHAIN,
  type Holder,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../testing/local-chain';
import { type NodeProxy, startProxy } from '../testing/node-proxy';

/** Which methods a node does not have. */
const NODES: [string, RegExp | null][] = [
  ['with debug_traceBlockByHash', null],
  ['with trace_block alone', /^debug_/],
  ['without traces', /^(debug|trace)_/],
];
/** More than the tag `finalized` is behind the head, with one slot in an epoch. */
const FINAL_BLOCKS = 3;

describe.each(NODES)('a node %s', (_, refused) => {
  let local: LocalChain;
  let node: NodeProxy;
  let driver: Driver;
  let broker: ReturnType<typeof createBroker>;
  let lyingToken: string;
  let somebody: Holder;
  let nowMs = Date.now();

  beforeAll(async () => {
    local = await startLocalChain(['--slots-in-an-epoch', '1']);
    node = await startProxy(local.anvil.url);
    node.refuses = (method) => refused?.test(method) ?? false;
    const { hash } = await local.send({ data: lyingTokenCode() });
    somebody = local.holder(99);
    await local.send({ to: somebody.address, value: 10n ** 20n });
    await local.mine();
    const receipt = await local.rpc('eth_getTransactionReceipt', hash);
    lyingToken = (receipt as { contractAddress: string }).contractAddress.toLowerCase();
  });
  beforeEach(async () => {
    broker = createBroker();
    const asset = (id: string, n: number) => {
      return { id, currency: `ASSET_${n}`, decimals: 6, minimum: '1' };
    };
    const entry = {
      ...{ id: CHAIN, name: 'Local', rpcUrl: node.url, blockTimeMs: null, reorgWindow: 32 },
      ...{ finality: { kind: 'tag', tag: 'finalized' }, startBlock: await local.height() },
      assets: [NATIVE, ...[local.usdt, lyingToken].map(tokenId)].map(asset),
    };
    driver = await driveChain(entry, new InMemoryWatcherStore(), broker, { now: () => nowMs });
    await driver.settle();
  });
  afterEach(() => driver.stop());
  afterAll(async () => {
    await Promise.all([local.stop(), node.stop()]);
  });

  const tokenId = (contract: string) => `${CHAIN}/erc20:${contract}`;
  const assets = () => [NATIVE, tokenId(local.usdt), tokenId(lyingToken)];

  async function mine(blocks = 1): Promise<void> {
    await local.mine(blocks);
    nowMs += 60_000;
    await driver.settle();
  }

  /** The books of the ledger after all that was published. */
  function books(): Books {
    const all = openBooks({ isListed: (asset) => assets().includes(asset) });
    for (const transfer of driver.published()) all.record(transfer);
    for (const outflow of driver.outflows()) all.recordOutflow(outflow);
    return all;
  }

  async function balanceOf(address: string, asset: string): Promise<bigint> {
    if (asset === NATIVE)
      return BigInt((await local.rpc('eth_getBalance', address, 'latest')) as string);
    const call = balanceCall(asset.slice(asset.lastIndexOf(':') + 1), address);
    return BigInt((await local.rpc('eth_call', call, 'latest')) as string);
  }

  /** What the balances that were reported last say of a holding: on chain less what moved. */
  function reported(address: string, asset: string): bigint | undefined {
    const reports = broker.messages(TOPICS.watchReport).map(({ value }) => parseWatchReport(value));
    const entries = reports.flatMap(({ balances }) => balances?.entries ?? []);
    const last = entries.findLast((each) => each.address === address && each.asset === asset);
    return last && BigInt(last.balance) - BigInt(last.moved);
  }

  async function reconcile(): Promise<void> {
    nowMs += 60_000;
    while (await driver.watch.reconcile());
  }

  it.each(COIN_MOVES.map((move, n) => [move.name, move, n] as const))(
    'shows %s, or a difference that explains it',
    async (_name, move, n) => {
      const [purse, other] = [local.holder(100 + 2 * n), local.holder(101 + 2 * n)];
      await driver.mint([purse.address, other.address]);
      for (const { address } of [purse, other]) {
        await local.send({ to: address, value: START.coins });
        await local.send(local.payUsdt(address, START.tokens));
      }
      await mine();
      const movers: Movers = { local, purse, other, somebody, lyingToken };
      const sent = await move.act(movers);
      await mine(FINAL_BLOCKS);
      await reconcile();
      await mine(FINAL_BLOCKS);
      await reconcile();
      const held = books().custody();
      for (const { address } of [purse, other]) {
        for (const asset of assets()) {
          const isLost = refused?.test('trace_block') === true && asset === NATIVE;
          const ofPurse = address === purse.address;
          const traced = isLost && ofPurse ? (move.traced ?? 0n) : 0n;
          const withheld = ofPurse && asset === tokenId(lyingToken) ? (move.withheld ?? 0n) : 0n;
          const onChain = await balanceOf(address, asset);
          const difference = onChain - (held.get(`${address} ${asset}`) ?? 0n);
          expect([asset, difference]).toEqual([asset, traced - withheld]);
          // The finding of the ledger is of the same amount.
          const found = reported(address, asset);
          if (difference !== 0n) expect([asset, found]).toEqual([asset, difference]);
          else expect([asset, found ?? 0n]).toEqual([asset, 0n]);
        }
      }
      const shown = sent.flatMap(({ hash }) => driver.published(hash).map(({ asset }) => asset));
      if (move.shows !== undefined) {
        expect(shown).toContainEqual(expect.stringContaining(move.shows));
      }
    },
  );
});
