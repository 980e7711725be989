import { createAddressTable, InvalidBlock, openChain, readChainsFile } from '@daybook/chains';
import { TOPICS, type TransferV1, type WatchRequestV1 } from '@daybook/contracts';
import { addressOf, base58, type Json } from '../../../libs/chains/testing/tron-blocks';
import { type Fault, signedByStranger } from '../../../libs/chains/testing/tron-node/faults';
import { startTronNode, type TronNode } from '../../../libs/chains/testing/tron-node/tron-node';
import { InMemoryBroker, InMemoryLog } from '../../../libs/messaging/testing/in-memory-log';
import type { Leadership } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import { InMemoryWatcherStore } from '../testing/in-memory-store';
import { silent } from '../testing/simulated-chain';

const purse = addressOf('purse');
const [BLOCK, INFOS] = ['getblock', 'gettransactioninfobyblocknum'];
/** The solidified block of 27 witnesses trails by 19. */
const UNTIL_SOLID = 20;

let node: TronNode;
let store: InMemoryWatcherStore;
let broker: InMemoryBroker;
let watch: Watch;
let nowMs: number;

beforeEach(async () => {
  node = await startTronNode();
  node.mine(5);
  const { chains, connections, ...rest } = readChainsFile(
    JSON.stringify({
      chains: [
        {
          ...{ id: node.chain.id, name: 'Stand-in', rpcUrl: node.fullUrl, blockTimeMs: 3_000 },
          ...{ tron: { solidityUrl: node.solidityUrl }, reorgWindow: 64 },
          finality: { kind: 'tag', tag: 'finalized' },
          assets: [
            {
              ...{ id: `${node.chain.id}/trc20:${base58(node.chain.contract('usdt'))}` },
              ...{ currency: 'USDT_STAND', decimals: 6, minimum: '1' },
            },
          ],
        },
      ],
    }),
  );
  const registry = { chains, connections, ...rest };
  const [chain] = chains.filter(({ id }) => id === node.chain.id);
  const [connection] = connections;
  if (chain === undefined || connection === undefined) throw new Error('There is no chain.');
  [store, broker, nowMs] = [new InMemoryWatcherStore(), new InMemoryBroker(), 1_800_000_000_000];
  const parts = {
    ...{ chain, startBlock: null, registry, log: new InMemoryLog(broker), store, events: silent },
    client: openChain(chain, connection, registry),
    table: createAddressTable('tron'),
    leadership: (await store.lead(chain.id)) as Leadership,
    now: () => nowMs,
  };
  watch = createWatch(parts, await store.load(chain.id));
  await settle();
  const minted = { address: base58(purse), mintedAt: nowMs, position: 1n };
  void watch.offerAddresses([minted], 1n);
  await settle();
});
afterEach(async () => {
  watch.close();
  await node.close();
});

async function settle(): Promise<void> {
  while (await watch.pass());
  while (await watch.publish());
}

/** Lets the watch try for so long, ten seconds between two tries. */
async function tryFor(ms: number): Promise<void> {
  for (let passed = 0; passed <= ms; passed += 10_000) {
    await settle().catch((error: Error) => {
      if (!(error instanceof InvalidBlock)) throw error;
    });
    nowMs += 10_000;
  }
  while (await watch.publish());
}

function statuses(txHash: string): readonly string[] {
  return broker
    .messages(TOPICS.transfer)
    .map(({ value }) => JSON.parse(value) as TransferV1)
    .filter((transfer) => transfer.txHash === txHash)
    .map(({ status }) => status);
}

/** Spoils the answers about one height. */
function spoilAt(number: number, endpoint: string, change: (body: Json) => object): Fault {
  const heightOf = (body: Json): unknown =>
    endpoint === BLOCK ? body.block_header?.raw_data.number : body[0]?.blockNumber;
  return {
    on: [endpoint],
    spoil: (reply) => {
      const body = reply.body as Json;
      return heightOf(body) === number ? { ...reply, body: change(body) } : reply;
    },
  };
}

/** Pays the purse in a block of two transactions. */
function pay() {
  node.pay(addressOf('somebody'), 1n);
  const paid = node.payToken('usdt', purse, 5n);
  const { number, id } = node.mine();
  return { paid, number, id };
}

async function request(kind: string, from: number): Promise<readonly unknown[]> {
  const requestId = crypto.randomUUID();
  const asked: WatchRequestV1 = {
    ...{ requestId, chain: node.chain.id, kind, from, to: null, blocksMax: 10_000 },
    ...{ isCancelled: false, requestedBy: 'operator:test', position: '1' },
    requestedAt: new Date(nowMs).toISOString(),
  };
  await watch.takeRequest(asked);
  await tryFor(0);
  const { state, reason } = store.requested(node.chain.id).find(({ id }) => id === requestId) ?? {};
  return [state, reason];
}

const quarantine = async () => (await store.load(node.chain.id)).quarantine;

describe('a block of TRON with a proven header', () => {
  const faults: readonly [string, string, (body: Json) => object, string][] = [
    [
      'infos that stay incomplete',
      INFOS,
      (infos) => infos.slice(0, -1),
      'with 2 transactions, but only 1 of their infos',
    ],
    [
      'infos of other transactions',
      INFOS,
      (infos) => infos.map((info: Json) => ({ ...info, id: 'ab'.repeat(32) })),
      'of a transaction that is not in it',
    ],
    [
      'a log without the address of its contract',
      INFOS,
      (infos) =>
        infos.map((info: Json) => ({
          ...info,
          ...(info.log && { log: info.log.map((log: Json) => ({ ...log, address: '' })) }),
        })),
      'has no contract address',
    ],
    [
      'a transaction that is left out',
      BLOCK,
      (block) =>
        block.transactions ? { ...block, transactions: block.transactions.slice(1) } : block,
      'do not have the root of its header',
    ],
  ];

  it.each(faults)(
    'and %s becomes a gap, which is filled when the node answers rightly',
    async (_, endpoint, change, reason) => {
      const { paid, number, id } = pay();
      node.faults.add(spoilAt(number, endpoint, change));
      const after = node.payToken('usdt', purse, 7n);
      node.mine(UNTIL_SOLID);
      await tryFor(20_000);
      expect(await quarantine()).toMatchObject([
        { number, hash: id, state: 'waiting', headerProven: true },
      ]);
      expect((await quarantine())[0]?.reason).toContain(reason);
      expect([statuses(after), watch.gaps()]).toEqual([[], []]);

      await tryFor(50_000);
      expect(watch.gaps()).toEqual([number]);
      expect(statuses(after)).toEqual(['detected', 'final']);
      expect(statuses(paid)).toEqual([]);

      node.faults.clear();
      await tryFor(40_000);
      expect(watch.gaps()).toEqual([]);
      expect(statuses(paid)).toEqual(['detected', 'final']);
    },
  );

  it('and infos that contradict it is accepted as they are by an operator', async () => {
    const { paid, number } = pay();
    const contradict = (infos: Json) =>
      infos.map((info: Json) => ({ ...info, receipt: { ...info.receipt, result: 'REVERT' } }));
    node.faults.add(spoilAt(number, INFOS, contradict));
    node.mine(UNTIL_SOLID);
    await tryFor(20_000);
    expect((await quarantine())[0]?.reason).toContain('another result than the transaction');
    expect(await request('accept-block', number)).toEqual(['done', null]);
    await tryFor(0);
    expect(statuses(paid)).toEqual(['detected', 'final']);
    expect([await quarantine(), watch.gaps()]).toEqual([[], []]);
  });

  // java-tron prints no field that it does not know, and anybody may send a transaction with one.
  it('and a transaction with something that no node prints is accepted by an operator', async () => {
    const { paid, number } = pay();
    const hide = (block: Json) => {
      const [{ signature: _, ...first }, ...others] = block.transactions ?? [{}];
      return block.transactions ? { ...block, transactions: [first, ...others] } : block;
    };
    node.faults.add(spoilAt(number, BLOCK, hide));
    node.mine(UNTIL_SOLID);
    await tryFor(80_000);
    expect(watch.gaps()).toEqual([number]);
    expect((await quarantine())[0]?.reason).toContain('do not have the root of its header');
    expect(await request('accept-block', number)).toEqual(['done', null]);
    expect([await quarantine(), watch.gaps()]).toEqual([[], []]);
    await tryFor(0);
    expect(statuses(paid)).toEqual(['detected', 'final']);
  });

  it('cannot be accepted without a transaction of which there is an info', async () => {
    const { number } = pay();
    const cut = (block: Json) =>
      block.transactions ? { ...block, transactions: block.transactions.slice(1) } : block;
    node.faults.add(spoilAt(number, BLOCK, cut));
    await tryFor(20_000);
    const refused = ['refused', expect.stringContaining('of a transaction that is not in it')];
    expect(await request('accept-block', number)).toEqual(refused);
  });

  it('cannot be accepted without its infos', async () => {
    const { number } = pay();
    node.faults.add(spoilAt(number, INFOS, (infos) => infos.slice(1)));
    await tryFor(20_000);
    const refused = ['refused', expect.stringContaining('only 1 of their infos')];
    expect(await request('accept-block', number)).toEqual(refused);
  });
});

describe('a block of TRON that a stranger signed', () => {
  /** Signs the block again, in the name of its witness or as one of its own. */
  function signAt(number: number, asWitness: boolean): void {
    node.faults.add({
      on: [BLOCK],
      spoil: (reply, view) => {
        const isMeant = (reply.body as Json).block_header?.raw_data.number === number;
        return isMeant ? signedByStranger({ asWitness })(reply, view) : reply;
      },
    });
  }

  it.each([[true], [false]])(
    'stops the chain (in the name of its witness: %p)',
    async (asWitness) => {
      const { paid, number } = pay();
      // Too few witnesses have built on it to make it irreversible.
      node.mine(3);
      signAt(number, asWitness);
      await tryFor(90_000);
      expect([watch.gaps(), watch.heights().matched]).toEqual([[], number - 1]);
      expect(await quarantine()).toMatchObject([{ number, state: 'waiting', headerProven: false }]);
      node.faults.clear();
      await tryFor(0);
      expect(statuses(paid)).toEqual(['detected']);
      expect(await quarantine()).toEqual([]);
    },
  );

  it('is believed if as many witnesses built on it as make it irreversible', async () => {
    const { paid, number } = pay();
    node.mine(UNTIL_SOLID);
    signAt(number, true);
    await tryFor(0);
    expect(statuses(paid)).toEqual(['detected', 'final']);
  });
});
