import {
  type Announcements,
  createAddressTable,
  type Listening,
  openChain,
  type ProviderPool,
  publicMessageOf,
  UNANSWERED,
} from '@daybook/chains';
import { TOPICS } from '@daybook/contracts';
import type { RunningSubscription } from '@daybook/messaging';
import { messageOf, pause } from '@daybook/platform/plain';
import {
  type AddressSubscription,
  readAddresses,
  subscribeAddresses,
} from '../addresses/purse-addresses.consumer';
import { createReadMark } from '../addresses/read-mark';
import { stalledBy } from '../monitoring/health';
import { watchEvents } from '../monitoring/watch-events';
import { createWatchMemory } from '../monitoring/watch-memory';
import { isLookUp, subscribeRequests } from '../operator/watch-requests';
import type { ChainRun } from '../state/watch-state';
import type { Leadership } from '../state/watcher-store';
import { createWatch } from '../watch/watch';
import { createLoops, createWakeUp, type Status } from './loops';

/** How often a standby tries to take the lease, and a failed leader tries again. */
const STANDBY_MS = 1_000;

export type RunningChain = ReturnType<typeof runChain>;

/**
 * Watches a chain until it is stopped: waits for the lease, watches, and starts again from what is stored
 * after any error that is not the node's.
 */
export function runChain(run: ChainRun) {
  const { store, logger, metrics } = run;
  const chain = run.chain.id;
  const stopping = new AbortController();
  const { signal } = stopping;
  const status: Status = {
    role: 'standby',
    health: { state: 'catching-up', detail: UNANSWERED },
    ...{ trouble: null, interruption: null, publishing: null, addresses: null },
    memory: createWatchMemory(),
    gaps: () => [],
    providers: () => [],
    consumersFailing: () => new Map(),
  };

  async function work(): Promise<void> {
    let isStandby = false;
    while (!signal.aborted) {
      try {
        const leadership = await store.lead(chain);
        if (leadership) {
          isStandby = false;
          await lead(run, leadership, status, signal).finally(() => leadership.release());
        } else if (!isStandby) {
          isStandby = true;
          status.interruption = null;
          status.health = { state: 'following', detail: 'Another watcher leads.' };
          logger.info({ chain }, 'standing by, another watcher leads');
        }
      } catch (error) {
        isStandby = false;
        status.interruption = { message: messageOf(error), publicMessage: publicMessageOf(error) };
        status.health = stalledBy(status.interruption);
        logger.error({ chain, err: error }, 'the watch was interrupted');
      }
      status.role = 'standby';
      metrics.leading.set({ chain }, 0);
      metrics.paused.set({ chain }, 0);
      await pause(STANDBY_MS, signal);
    }
  }

  const ended = work();
  return {
    chain,
    /** Whether this process watches the chain, or is ready to when the leader ends. */
    role: () => status.role,
    health: () => status.health,
    /** The blocks that joined the chain without their content, until they are scanned. */
    gaps: () => status.gaps(),
    /** Why nothing is published, and since when; null while it is. */
    publishing: () => status.publishing,
    /** The providers of the chain while this process leads. */
    providers: () => status.providers(),
    /** Since when the consumers of addresses and of requests fail while this process leads, by their topics. */
    consumersFailing: () => status.consumersFailing(),
    /** Addresses that are not watched because their messages cannot be read. */
    parkedAddresses: () => status.addresses?.parkedKeys() ?? 0,
    /** Resolves after the current step. */
    async stop(): Promise<void> {
      stopping.abort();
      await ended;
    },
  };
}

/** Watches from what is stored until the leadership ends. Throws the error that ended it. */
async function lead(
  run: ChainRun,
  leadership: Leadership,
  status: Status,
  signal: AbortSignal,
): Promise<void> {
  const { chain, connection, registry, store, logger, metrics } = run;
  const client = openChain(chain, connection, registry, ({ name, state, detail }) => {
    const fields = { chain: chain.id, provider: name, detail };
    const isLasting = state === 'wrong-chain' || state === 'stuck';
    // Single failures are common, and `status` counts them.
    logger[isLasting ? 'warn' : 'debug'](fields, `provider ${state}`);
  });
  const wakes = { follow: createWakeUp(), publish: createWakeUp() };
  const table = createAddressTable(chain.family);
  await readAddresses(store, chain.id, table);
  const record = await store.load(chain.id);
  const storeId = await store.id();
  const { memory } = status;
  const observers = { logger, metrics, memory, publish: wakes.publish.wake };
  const events = watchEvents(chain.id, observers);
  const { startBlock } = connection;
  const parts = { ...run, startBlock, client, leadership, table, now: Date.now, events };
  const watch = createWatch(parts, record);
  status.role = 'leader';
  [status.trouble, status.publishing] = [null, null];
  status.gaps = watch.gaps;
  status.providers = client.status;
  metrics.leading.set({ chain: chain.id }, 1);
  metrics.addresses.set({ chain: chain.id }, table.size);
  const fence = String(leadership.fence);
  logger.info({ chain: chain.id, fence, addresses: table.size }, 'watching');

  // The first loop that ends, by an error or by the abort, ends the others.
  const ending = new AbortController();
  let addresses: AddressSubscription | undefined;
  let requests: RunningSubscription | undefined;
  const announcements = createAnnouncements(client, {
    newHead: wakes.follow.wake,
    pending(transaction) {
      watch.offerPending(transaction);
      wakes.follow.wake();
    },
  });
  try {
    const mark = createReadMark(record.taken, record.acknowledged);
    addresses = await subscribeAddresses(run, storeId, mark, async (minted, through) => {
      await watch.offerAddresses(minted, through);
      wakes.follow.wake();
    });
    status.addresses = addresses;
    requests = await subscribeRequests(run, async (request) => {
      if (isLookUp(request)) {
        // Not awaited: nobody's request waits for a slow provider. The caller asks again after an error.
        watch.lookUp(request).catch((error: unknown) => {
          const fields = { chain: chain.id, requestId: request.requestId, err: error };
          logger.warn(fields, 'look-up not answered');
        });
        return;
      }
      await watch.takeRequest(request);
      wakes.follow.wake();
      wakes.publish.wake();
    });
    const consumers = [
      [TOPICS.purseAddress, addresses.failingSince],
      [TOPICS.watchRequest, requests.failingSince],
    ] as const;
    status.consumersFailing = () =>
      new Map(
        consumers.flatMap(([topic, failingSince]) => {
          const since = failingSince();
          return since === null ? [] : [[topic, since] as const];
        }),
      );
    const loops = createLoops({
      ...{ ...run, watch, client, announcements, addresses, leadership, status, wakes },
      signal: AbortSignal.any([signal, ending.signal]),
    });
    await Promise.all(loops.map((loop) => loop().finally(() => ending.abort())));
  } finally {
    watch.close();
    announcements.listenIf(false);
    await Promise.all([addresses?.stop(), requests?.stop()]);
    [status.addresses, status.publishing] = [null, null];
    status.gaps = () => [];
    status.providers = () => [];
    status.consumersFailing = () => new Map();
  }
}

/** Listens to what the providers announce, while that is wanted. */
function createAnnouncements(client: ProviderPool, listener: Announcements) {
  let listening: Listening | null = null;
  let isListening = false;
  return {
    listenIf(isWanted: boolean): void {
      if (isWanted === isListening) return;
      isListening = isWanted;
      listening?.close();
      listening = isWanted ? client.listen(listener) : null;
    },
  };
}
