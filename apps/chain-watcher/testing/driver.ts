import { type Chain, createAddressTable, openChain, readChainsFile } from '@daybook/chains';
import { type FinalityV1, parseTransfer, TOPICS, type TransferV1 } from '@daybook/contracts';
import type { DurableLog } from '@daybook/messaging';
import { InMemoryBroker, InMemoryLog } from '../../../libs/messaging/testing/in-memory-log';
import { readAddresses } from '../src/addresses/purse-addresses.consumer';
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
  readonly now?: () => number;
  /** Put between the watch and what it works with, to make it fail. */
  readonly wrap?: <Part extends WatcherStore | DurableLog>(part: Part) => Part;
}

/** A watch whose steps the test takes itself. */
export interface Driver {
  readonly watch: Watch;
  /** Follows to the head and publishes everything. */
  settle(): Promise<void>;
  /** Gives addresses to the watch, as minted at `mintedAt` (now when left out), and settles. */
  mint(addresses: readonly string[], mintedAt?: number, position?: Position): Promise<void>;
  /** What was published: of one transfer when its transaction is named. */
  published(txHash?: string): readonly TransferV1[];
  /** Ends without finishing anything. */
  stop(): Promise<void>;
}

/** The log of a test, which outlives the watches that publish to it. */
export function createBroker(): InMemoryBroker {
  return new InMemoryBroker();
}

/** Begins a leadership over what `store` remembers. */
export async function drive(
  local: LocalChain,
  store: WatcherStore,
  broker: InMemoryBroker,
  options: DriverOptions = {},
): Promise<Driver> {
  const { finality = { kind: 'depth', confirmations: 3 }, startBlock = null } = options;
  const { band, chain: fields = { rpcUrl: local.anvil.url } } = options;
  const registry = readChainsFile(
    JSON.stringify({
      chains: [
        {
          id: CHAIN,
          name: 'Local',
          ...fields,
          blockTimeMs: null,
          reorgWindow: 32,
          finality,
          startBlock,
          assets: [
            { id: `${CHAIN}/slip44:60`, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' },
            {
              id: `${CHAIN}/erc20:${local.usdt}`,
              currency: 'USDT_LOCAL',
              decimals: 6,
              minimum: '1',
              ...(band !== undefined && { band }),
            },
          ],
        },
      ],
    }),
  );
  const chain = registry.chains.find(({ id }) => id === CHAIN) as Chain;
  const [connection] = registry.connections;
  if (!connection) throw new Error('No connection.');
  const wrap = options.wrap ?? ((part) => part);
  const log = new InMemoryLog(broker);
  const table = createAddressTable('evm');
  await readAddresses(store, CHAIN, table);
  const leadership = (await store.lead(CHAIN)) as Leadership;
  const parts = {
    chain,
    startBlock,
    registry,
    log: wrap(log),
    client: openChain(chain, connection, registry),
    store: wrap(store),
    leadership,
    table,
    now: options.now ?? Date.now,
    events: silent,
  };
  const watch = createWatch(parts, await store.load(CHAIN));

  async function settle(): Promise<void> {
    while (await watch.pass());
    while (await watch.publish());
  }

  return {
    watch,
    settle,
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
    async stop() {
      watch.close();
      await leadership.release();
    },
  };
}
