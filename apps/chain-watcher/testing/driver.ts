import { type Chain, createAddressTable, openChain, readChainsFile } from '@daybook/chains';
import {
  type FinalityV1,
  type OutflowV1,
  parseOutflow,
  parseTransfer,
  TOPICS,
  type TransferV1,
} from '@daybook/contracts';
import type { DurableLog } from '@daybook/messaging';
import { InMemoryBroker, InMemoryLog } from '../../../libs/messaging/testing/in-memory-log';
import { readAddresses } from '../src/addresses/purse-addresses.consumer';
import { seenAgainMsOf } from '../src/reorg/better-chain';
import type { Position } from '../src/state/position';
import type { Leadership, WatcherStore } from '../src/state/watcher-store';
import { createWatch, type Watch } from '../src/watch/watch';
import { CHAIN, type LocalChain } from './local-chain';
import { silent } from './simulated-chain';

export interface DriverOptions {
  readonly finality?: FinalityV1;
  readonly startBlock?: number | null;
  /** More fields of the chain in the chains file, in place of those of the driver. */
  readonly chain?: object;
  /** Of the token, in base units. */
  readonly band?: string;
  /** Of the coin, in base units. */
  readonly nativeBand?: string;
  /** Further assets of the chain, as the chains file lists them. */
  readonly listed?: readonly object[];
  readonly now?: () => number;
  /** Put between the watch and what it works with, to make it fail. */
  readonly wrap?: <Part extends WatcherStore | DurableLog>(part: Part) => Part;
}

/** A watch whose steps the test takes itself. */
export interface Driver {
  readonly watch: Watch;
  /** Follows to the head and publishes everything. */
  settle(): Promise<void>;
  /** The same, as if a branch had been shown for long enough to be a reorg although it is not higher. */
  settleReorg(): Promise<void>;
  /** Gives addresses to the watch, as minted at `mintedAt` (now when left out), and settles. */
  mint(addresses: readonly string[], mintedAt?: number, position?: Position): Promise<void>;
  /** The transfers that were published: of one when its transaction is named. */
  published(txHash?: string): readonly TransferV1[];
  outflows(txHash?: string): readonly OutflowV1[];
  /** Ends without finishing anything. */
  stop(): Promise<void>;
}

/** The log of a test, which outlives the watches that publish to it. */
export function createBroker(): InMemoryBroker {
  return new InMemoryBroker();
}

/** Begins a leadership over what `store` remembers of the local chain. */
export function drive(
  local: LocalChain,
  store: WatcherStore,
  broker: InMemoryBroker,
  options: DriverOptions = {},
): Promise<Driver> {
  const { finality = { kind: 'depth', confirmations: 3 }, startBlock = null } = options;
  const { band, nativeBand, chain: fields = { rpcUrl: local.anvil.url }, listed = [] } = options;
  const coin = { id: `${CHAIN}/slip44:60`, currency: 'ETH_LOCAL', decimals: 18 };
  const token = { id: `${CHAIN}/erc20:${local.usdt}`, currency: 'USDT_LOCAL', decimals: 6 };
  const entry = {
    ...{ id: CHAIN, name: 'Local', ...fields, blockTimeMs: null, reorgWindow: 32 },
    ...{ finality, startBlock },
    assets: [
      { ...coin, minimum: '1', ...(nativeBand !== undefined && { band: nativeBand }) },
      { ...token, minimum: '1', ...(band !== undefined && { band }) },
      ...listed,
    ],
  };
  return driveChain(entry, store, broker, options);
}

/** Begins a leadership over what `store` remembers of a chain, as an entry of the chains file has it. */
export async function driveChain(
  entry: { readonly id: string },
  store: WatcherStore,
  broker: InMemoryBroker,
  options: Pick<DriverOptions, 'now' | 'wrap'> = {},
): Promise<Driver> {
  const registry = readChainsFile(JSON.stringify({ chains: [entry] }));
  const chain = registry.chains.find(({ id }) => id === entry.id) as Chain;
  const [connection] = registry.connections;
  if (!connection) throw new Error('No connection.');
  const wrap = options.wrap ?? ((part) => part);
  const log = new InMemoryLog(broker);
  const table = createAddressTable(chain.family);
  await readAddresses(store, chain.id, table);
  const leadership = (await store.lead(chain.id)) as Leadership;
  let passedMs = 0;
  const parts = {
    chain,
    startBlock: connection.startBlock,
    registry,
    log: wrap(log),
    client: openChain(chain, connection, registry),
    store: wrap(store),
    leadership,
    table,
    now: () => (options.now ?? Date.now)() + passedMs,
    events: silent,
  };
  const watch = createWatch(parts, await store.load(chain.id));

  async function settle(): Promise<void> {
    while (await watch.pass());
    while (await watch.publish());
  }

  return {
    watch,
    settle,
    async settleReorg() {
      await settle();
      passedMs += seenAgainMsOf(chain);
      await settle();
    },
    async mint(addresses, mintedAt = Date.now(), position = null) {
      const minted = addresses.map((address) => ({ address, mintedAt, position }));
      const stored = watch.offerAddresses(minted, position);
      await settle();
      await stored;
      await settle();
    },
    published: (txHash) =>
      broker
        .messages(TOPICS.transfer)
        .map(({ value }) => parseTransfer(value))
        .filter((transfer) => txHash === undefined || transfer.txHash === txHash),
    outflows: (txHash) =>
      broker
        .messages(TOPICS.outflow)
        .map(({ value }) => parseOutflow(value))
        .filter((outflow) => txHash === undefined || outflow.txHash === txHash),
    async stop() {
      watch.close();
      await leadership.release();
    },
  };
}
