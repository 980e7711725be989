import {
  assetIds,
  type Chain,
  createAddressTable,
  createEvmClient,
  createPool,
  type JsonRpc,
  type ProviderPool,
  RpcFailure,
} from '@daybook/chains';
import { type OutflowV1, parseOutflow, parseTransfer, TOPICS } from '@daybook/contracts';
import { loadKeccak } from '../../../libs/chains/src/evm/keccak';
import { addressOf } from '../../../libs/chains/testing/raw-blocks';
import {
  answerOf,
  createRawChain,
  createRawNode,
  type RawChain,
  type RawNode,
} from '../../../libs/chains/testing/raw-node';
import { InMemoryBroker, InMemoryLog } from '../../../libs/messaging/testing/in-memory-log';
import type { Leadership } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import { InMemoryWatcherStore } from './in-memory-store';
import { silent } from './simulated-chain';

export const RAW_CHAIN = 'eip155:31337';
const NATIVE = `${RAW_CHAIN}/slip44:60`;
export const purse = addressOf('purse');
export const depth = (confirmations: number) => ({ kind: 'depth', confirmations }) as const;
export const finalized = { kind: 'tag', tag: 'finalized' } as const;

/** Credits at three confirmations, unless a test says otherwise. */
export const rawChain: Chain = {
  ...{ id: RAW_CHAIN, family: 'evm', name: 'Raw', blockTimeMs: null, reorgWindow: 32 },
  ...{ finality: depth(3), thresholds: [], minimumFinality: null },
};

export interface LeadOptions {
  /** The providers, in order; the one node of the test when left out. */
  readonly nodes?: readonly RawNode[];
  readonly singleProvider?: 'wait' | 'accept';
  /** Of the native coin. */
  readonly band?: bigint | null;
  readonly chain?: Chain;
}

/** A watch of raw nodes over the purse, whose steps and clock a test moves. */
export interface RawWatch {
  readonly raw: RawChain;
  readonly node: RawNode;
  readonly broker: InMemoryBroker;
  watch: Watch;
  pool: ProviderPool;
  /** Opens a watch over what the store remembers. */
  lead(options?: LeadOptions): Promise<void>;
  /** Follows and publishes everything, `ms` later (a minute when left out). */
  settle(ms?: number): Promise<void>;
  pay(value: bigint): void;
  /** Mines and settles block by block. */
  mine(blocks: number): Promise<void>;
  /** The transfers that were published, as status and threshold or reason. */
  published(): string[];
  outflows(): OutflowV1[];
}

export async function rawWatch(): Promise<RawWatch> {
  const raw = createRawChain(await loadKeccak());
  const [store, broker] = [new InMemoryWatcherStore(), new InMemoryBroker()];
  let leadership: Leadership | undefined;
  let nowMs = 1_700_000_000_000;

  const world: RawWatch = {
    ...{ raw, node: createRawNode(), broker },
    watch: undefined as unknown as Watch,
    pool: undefined as unknown as ProviderPool,
    async lead({
      nodes = [world.node],
      singleProvider = 'wait',
      band = null,
      chain = rawChain,
    } = {}) {
      await leadership?.release();
      leadership = (await store.lead(RAW_CHAIN)) as Leadership;
      const { proof } = chain;
      const clients = nodes.map((node, n) => {
        const rpc = rpcOf(node, raw);
        const options = proof === undefined ? {} : { proof };
        const ids = assetIds(RAW_CHAIN, NATIVE);
        return { name: `node-${n}`, client: createEvmClient(rpc, RAW_CHAIN, ids, options) };
      });
      const table = createAddressTable('evm');
      table.add(purse);
      const connection = { chain: RAW_CHAIN, providers: [], singleProvider, startBlock: null };
      world.pool = createPool(chain, clients, { now: () => nowMs });
      const parts = {
        registry: {
          ...{ chains: [chain], assets: [], assetFinality: new Map(), connections: [connection] },
          assetBands: new Map(band === null ? [] : [[NATIVE, band]]),
        },
        ...{ chain, startBlock: 0, log: new InMemoryLog(broker), store, leadership, table },
        ...{ client: world.pool, now: () => nowMs, events: silent },
      };
      world.watch = createWatch(parts, await store.load(RAW_CHAIN));
      await world.settle();
    },
    async settle(ms = 60_000) {
      nowMs += ms;
      while (await world.watch.pass());
      while (await world.watch.publish());
    },
    pay: (value) => raw.mine([{ from: addressOf('payer'), to: purse, value }]),
    async mine(blocks) {
      for (let n = 0; n < blocks; n++) {
        raw.mine();
        await world.settle();
      }
    },
    published: () =>
      broker.messages(TOPICS.transfer).map(({ value }) => {
        const { status, finality, waiting = null } = parseTransfer(value);
        const by = finality?.kind === 'depth' ? finality.confirmations : finality?.tag;
        return [status, by, waiting]
          .filter((part) => part !== undefined && part !== null)
          .join(' ');
      }),
    outflows: () => broker.messages(TOPICS.outflow).map(({ value }) => parseOutflow(value)),
  };
  return world;
}

function rpcOf(node: RawNode, raw: RawChain): JsonRpc {
  return {
    async send(method, params) {
      if (node.isSilent) throw new RpcFailure('The node did not answer.', 'silent');
      return answerOf(node, raw, method, params);
    },
  };
}
