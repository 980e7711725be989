import {
  type Chain,
  type ChainConnection,
  type ChainsAndAssets,
  createAddressTable,
  openChain,
} from '@daybook/chains';
import type { DurableLog, RunningSubscription } from '@daybook/messaging';
import { messageOf, pause } from '@daybook/platform/plain';
import type { Logger } from 'pino';
import { readAddresses, subscribeAddresses } from '../addresses/purse-addresses.consumer';
import { createReadMark } from '../addresses/read-mark';
import { policyGroups } from '../finality/policy';
import { watchEvents } from '../monitoring/watch-events';
import type { WatcherMetrics } from '../monitoring/watcher-metrics';
import { subscribeRequests } from '../operator/watch-requests.consumer';
import type { Leadership, WatcherStore } from '../state/watcher-store';
import { createWatch } from '../watch/watch';
import { followLoop, type Progress, relayLoop, reportLoop } from './loops';
import { createWakeUp } from './wake-up';

/** How often a standby tries to take the lease, and a failed leader tries again. */
const STANDBY_MS = 1_000;
/** The head is polled four times per block time, within these bounds. */
const POLL_MS_MIN = 250;
const POLL_MS_MAX = 2_000;
const POLL_MS_ON_DEMAND = 500;

export interface ChainRun {
  readonly chain: Chain;
  readonly connection: ChainConnection;
  readonly registry: ChainsAndAssets;
  readonly store: WatcherStore;
  readonly log: DurableLog;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
  /** By the chain's block time when left out. */
  readonly pollMs?: number | undefined;
}

export type RunningChain = ReturnType<typeof runChain>;

/**
 * Watches a chain until it is stopped: waits for the lease, watches, and starts again from what is stored
 * after any error that is not the node's.
 */
export function runChain(run: ChainRun) {
  const stopping = new AbortController();
  const status: Status = {
    role: 'standby',
    health: { state: 'catching-up', detail: 'The node has not answered yet.' },
    trouble: null,
    parkedKeys: () => 0,
  };
  const ended = work(run, status, stopping.signal);
  return {
    chain: run.chain.id,
    /** Whether this process watches the chain, or is ready to when the leader ends. */
    role: () => status.role,
    health: () => status.health,
    /** Addresses that are not watched because their messages cannot be read. */
    parkedAddresses: () => status.parkedKeys(),
    /** Resolves after the current step. */
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
    },
  };
}

interface Status extends Progress {
  role: 'leader' | 'standby';
  parkedKeys: () => number;
}

async function work(run: ChainRun, status: Status, signal: AbortSignal): Promise<void> {
  const { chain, store, logger, metrics } = run;
  let isStandby = false;
  while (!signal.aborted) {
    try {
      const leadership = await store.lead(chain.id);
      if (leadership) {
        isStandby = false;
        await lead(run, leadership, status, signal).finally(() => leadership.release());
      } else if (!isStandby) {
        isStandby = true;
        status.health = { state: 'following', detail: 'Another watcher leads.' };
        logger.info({ chain: chain.id }, 'standing by, another watcher leads');
      }
    } catch (error) {
      isStandby = false;
      status.health = { state: 'stalled', detail: messageOf(error) };
      logger.error({ chain: chain.id, err: error }, 'the watch was interrupted');
    }
    status.role = 'standby';
    metrics.leading.set({ chain: chain.id }, 0);
    await pause(STANDBY_MS, signal);
  }
}

/** Watches from what is stored until the leadership ends. Throws the error that ended it. */
async function lead(
  run: ChainRun,
  leadership: Leadership,
  status: Status,
  signal: AbortSignal,
): Promise<void> {
  const { chain, connection, registry, store, log, logger, metrics } = run;
  const client = openChain(chain, connection, registry);
  const [stepWake, relayWake] = [createWakeUp(), createWakeUp()];
  const table = createAddressTable(chain.family);
  await readAddresses(store, chain.id, table);
  const record = await store.load(chain.id);
  const storeId = await store.id();
  const exceptions = [...registry.assetFinality].filter(([id]) => id.startsWith(`${chain.id}/`));
  const known = new Set(registry.assets.map(({ id }) => id));
  const watch = createWatch(
    {
      chain,
      startBlock: connection.startBlock,
      policies: policyGroups(chain.finality, new Map(exceptions)),
      isKnownAsset: (asset) => known.has(asset),
      client,
      store,
      leadership,
      table,
      now: Date.now,
      events: watchEvents(chain.id, logger, metrics, relayWake.wake),
    },
    record,
    log,
  );
  status.role = 'leader';
  status.trouble = null;
  metrics.leading.set({ chain: chain.id }, 1);
  metrics.addresses.set({ chain: chain.id }, table.size);
  logger.info(
    { chain: chain.id, fence: String(leadership.fence), addresses: table.size },
    'watching',
  );

  // The first loop that ends, by an error or by the abort, ends the others.
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  const listening = client.listen({
    newHead: stepWake.wake,
    pending(transaction) {
      watch.offerPending(transaction);
      stepWake.wake();
    },
  });
  const offer = { watch, family: chain.family, wake: stepWake.wake };
  const mark = createReadMark(record.taken, record.acknowledged);
  const addresses = await subscribeAddresses(run, storeId, offer, mark).catch((error) => {
    listening?.close();
    throw error;
  });
  status.parkedKeys = addresses.parkedKeys;
  let requests: RunningSubscription | undefined;
  try {
    requests = await subscribeRequests(run, {
      watch,
      wake() {
        stepWake.wake();
        relayWake.wake();
      },
    });
    const session = {
      ...{ chain: chain.id, watch, client, addresses, leadership, progress: status },
      ...{ logger, metrics },
      pollMs: run.pollMs ?? pollMsOf(chain),
    };
    const loops = [
      followLoop(session, stepWake, ended),
      relayLoop(session, relayWake, ended),
      reportLoop(session, ended),
    ];
    await Promise.all(loops.map((loop) => loop.finally(() => ending.abort())));
  } finally {
    watch.close();
    listening?.close();
    await Promise.all([addresses.stop(), requests?.stop()]);
    status.parkedKeys = () => 0;
  }
}

function pollMsOf({ blockTimeMs }: Chain): number {
  if (blockTimeMs === null) return POLL_MS_ON_DEMAND;
  return Math.min(Math.max(blockTimeMs / 4, POLL_MS_MIN), POLL_MS_MAX);
}
