import {
  type Chain,
  type ChainClient,
  createAddressTable,
  type ProviderPool,
} from '@daybook/chains';
import { type FinalityV1, TOPICS, type TransferV1, type WatchRequestV1 } from '@daybook/contracts';
import { createPool } from '../../../libs/chains/src/providers/pool';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import { InMemoryBroker, InMemoryLog } from '../../../libs/messaging/testing/in-memory-log';
import type { WatchEvents } from '../src/monitoring/watch-events';
import type { Leadership } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import { type Books, openBooks } from './books';
import { InMemoryWatcherStore } from './in-memory-store';
import { CHAIN, IDS } from './model-chain';
import { silent } from './simulated-chain';
import { type TrueNode, trueNode } from './true-node';

export const purse = addressOf('purse');

interface ModelledOptions {
  readonly finality?: FinalityV1;
  /** How far the finalized block lies below the head. */
  readonly finalityDepth?: number;
  readonly reorgWindow?: number;
  readonly startBlock?: number;
  readonly events?: WatchEvents;
}

/** A watch over a model chain that a test moves itself. */
export interface ModelledWatch {
  readonly node: TrueNode;
  readonly store: InMemoryWatcherStore;
  readonly broker: InMemoryBroker;
  watch: Watch;
  /** What the node answers differently from the truth. */
  answers: Partial<ProviderPool>;
  /** Follows to the head and publishes everything. */
  settle(): Promise<void>;
  later(ms: number): void;
  /** Mines a block that pays the purse; its transaction. */
  pay(): string;
  statuses(txHash: string): readonly TransferV1['status'][];
  /** The ledger's books after everything that was published. */
  books(): Books;
  request(
    kind: string,
    from: number | null,
    to?: number | null,
    more?: Partial<WatchRequestV1>,
  ): Promise<string>;
  /** State and reason of a request as they are stored. */
  outcomeOf(requestId: string): readonly [string | undefined, string | null | undefined];
  restart(): Promise<void>;
}

/** Opens a watch that knows the purse and has matched ten blocks. */
export async function modelledWatch(options: ModelledOptions = {}): Promise<ModelledWatch> {
  const { finality = { kind: 'depth', confirmations: 3 }, finalityDepth = 4 } = options;
  const { reorgWindow = 128, startBlock = null, events = silent } = options;
  const chain: Chain = {
    ...({ id: CHAIN, family: 'evm', name: 'Model', blockTimeMs: null } as const),
    ...({ finality, reorgWindow, thresholds: [], minimumFinality: null } as const),
  };
  const assets = [{ id: IDS.native, chain: CHAIN, currency: 'COIN', decimals: 18, minimum: 1n }];
  const registry = {
    chains: [chain],
    assets,
    assetFinality: new Map(),
    assetBands: new Map(),
    connections: [],
  };
  const node = await trueNode(10, finalityDepth);
  const [store, broker] = [new InMemoryWatcherStore(), new InMemoryBroker()];
  let nowMs = 1_700_000_000_000;

  async function open(): Promise<Watch> {
    store.depose(CHAIN);
    const table = createAddressTable('evm');
    for await (const some of store.addresses(CHAIN)) for (const address of some) table.add(address);
    // Answers may change at any time.
    const answering = <Client extends ChainClient>(truth: Client): Client =>
      new Proxy(truth, {
        get: (target, name) => Reflect.get({ ...target, ...modelled.answers }, name),
      });
    const clients = [{ name: 'node', client: answering(node.client) }];
    const client = answering(createPool(chain, clients, { now: () => nowMs }));
    const parts = {
      ...{ chain, startBlock, registry, log: new InMemoryLog(broker), client, store, table },
      leadership: (await store.lead(CHAIN)) as Leadership,
      ...{ now: () => nowMs, events },
    };
    return createWatch(parts, await store.load(CHAIN));
  }

  const published = () =>
    broker.messages(TOPICS.transfer).map(({ value }) => JSON.parse(value) as TransferV1);

  const modelled: ModelledWatch = {
    ...{ node, store, broker, answers: {} },
    watch: undefined as unknown as Watch,
    async settle() {
      while (await modelled.watch.pass());
      while (await modelled.watch.publish());
    },
    later(ms) {
      nowMs += ms;
    },
    pay() {
      node.chain.pool = [];
      const { hash } = node.chain.pay(purse, 5n);
      while (node.chain.pool.length > 0) node.mine(1);
      return hash;
    },
    statuses: (txHash) =>
      published()
        .filter((transfer) => transfer.txHash === txHash)
        .map(({ status }) => status),
    books() {
      const books = openBooks();
      for (const transfer of published()) books.record(transfer);
      return books;
    },
    async request(kind, from, to = null, more = {}) {
      const requestId = crypto.randomUUID();
      const request: WatchRequestV1 = {
        ...{ requestId, chain: CHAIN, kind, from, to, blocksMax: 10_000 },
        ...{ isCancelled: false, requestedBy: 'operator:test', position: '1' },
        requestedAt: new Date(nowMs).toISOString(),
        ...more,
      };
      await modelled.watch.takeRequest(request);
      return request.requestId;
    },
    outcomeOf(requestId) {
      const found = store.requested(CHAIN).find(({ id }) => id === requestId);
      return [found?.state, found?.reason];
    },
    async restart() {
      modelled.watch.close();
      modelled.watch = await open();
    },
  };
  modelled.watch = await open();
  await modelled.settle();
  void modelled.watch.offerAddresses([{ address: purse, mintedAt: nowMs, position: 1n }], 1n);
  await modelled.settle();
  return modelled;
}
