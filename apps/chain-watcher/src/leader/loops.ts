import { setImmediate as letOthersRun } from 'node:timers/promises';
import {
  type Chain,
  type ChainClient,
  InvalidBlock,
  type ProviderStatus,
  publicMessageOf,
  RpcFailure,
  WrongChain,
} from '@daybook/chains';
import { type BackOff, backOffMs, messageOf, pause } from '@daybook/platform/plain';
import type { AddressSubscription } from '../addresses/purse-addresses.consumer';
import { type ChainHealth, stalledBy, type Trouble } from '../monitoring/health';
import { createSampler } from '../monitoring/sampler';
import { newsOf } from '../monitoring/watch-details';
import type { WatchMemory } from '../monitoring/watch-memory';
import type { ChainRun } from '../state/watch-state';
import { type Leadership, LostLeadership } from '../state/watcher-store';
import type { Watch } from '../watch/watch';

/** How often the state of the chain is published when it changes, and when it does not. */
const REPORT_MS = 1_000;
const REPORT_UNCHANGED_MS = 10_000;
/** How often the outbox is read without a wake-up: an earlier process may have left messages. */
const PUBLISH_MS = 1_000;
/** A healthy log acknowledges within milliseconds; a longer wait shows in the readiness. */
const PUBLISH_PATIENCE_MS = 5_000;
/** How often the messages that wait to be published are counted. */
const BACKLOG_MS = 5_000;
/** How often balances that are due are looked for. */
const RECONCILE_MS = 1_000;
const BACK_OFF: BackOff = { firstMs: 500, longestMs: 5_000 };
/** The head is polled four times per block time, within these bounds. */
const POLL_MS_MIN = 250;
const POLL_MS_MAX = 2_000;
const POLL_MS_ON_DEMAND = 500;

/** What this process knows of its chain. */
export interface Status {
  role: 'leader' | 'standby';
  health: ChainHealth;
  trouble: Trouble | null;
  /** The error that ended the last watch; null as soon as a pass succeeds. */
  interruption: Pick<Trouble, 'message' | 'publicMessage'> | null;
  /** Why nothing is published, and since when; null when the last attempt succeeded. */
  publishing: Trouble | null;
  /** What happened to the chain since this process began. */
  readonly memory: WatchMemory;
  gaps(): readonly number[];
  /** While this process leads. */
  addresses: AddressSubscription | null;
  /** Since when the consumers of addresses and of requests fail, in Unix milliseconds, by their topics. */
  consumersFailing: () => ReadonlyMap<string, number>;
  /** While this process leads; else of none. */
  providers: () => readonly ProviderStatus[];
}

/** What the loops of one leadership share. */
export interface Session extends ChainRun {
  readonly watch: Watch;
  readonly client: ChainClient;
  /** What the node announces. */
  readonly announcements: { listenIf(isWanted: boolean): void };
  readonly addresses: AddressSubscription;
  readonly leadership: Leadership;
  readonly status: Status;
  readonly wakes: Readonly<Record<'follow' | 'publish', ReturnType<typeof createWakeUp>>>;
  readonly signal: AbortSignal;
}

/** Lets a loop rest until there is something to do. */
export function createWakeUp() {
  let waking = new AbortController();
  const wake = () => waking.abort();
  return {
    wake,
    /** Resolves with the next `wake`, or at once when it came since the last rest; after `ms`; when aborted. */
    async rest(ms: number, signal: AbortSignal): Promise<void> {
      signal.addEventListener('abort', wake);
      if (!signal.aborted) await pause(ms, waking.signal);
      signal.removeEventListener('abort', wake);
      waking = new AbortController();
    },
  };
}

/** The loops of a leadership. Each runs until it is aborted, and rejects with the error that ended it. */
export function createLoops(session: Session) {
  const { watch, client, announcements, addresses, leadership, status, wakes, signal } = session;
  const { logger, metrics } = session;
  const chain = session.chain.id;
  const pollMs = session.pollMs ?? pollMsOf(session.chain);

  /** After an error of the node it backs off and verifies the chain again; any other error ends the watch. */
  async function follow(): Promise<void> {
    let isVerified = false;
    let failures = 0;
    while (!signal.aborted) {
      if (leadership.isLost()) throw new LostLeadership(chain);
      let isMore = false;
      const endTimer = metrics.passSeconds.startTimer({ chain });
      try {
        const isPaused = watch.isPaused();
        announcements.listenIf(!isPaused);
        if (!isPaused && !isVerified) await client.verify();
        // A chain that was paused is verified again.
        isVerified = !isPaused;
        isMore = await watch.pass();
        status.trouble = null;
        status.interruption = null;
        failures = 0;
      } catch (error) {
        const kind = nodeFaultOf(error);
        if (kind === null) throw error;
        metrics.nodeFaults.inc({ chain, kind });
        isVerified = kind === 'invalid-block' && isVerified;
        const since = status.trouble?.since ?? Date.now();
        status.trouble = {
          message: messageOf(error),
          publicMessage: publicMessageOf(error),
          since,
        };
        failures += 1;
      }
      endTimer();
      judge();
      if (isMore) await letOthersRun();
      else await wakes.follow.rest(Math.max(pollMs, backOffMs(failures, BACK_OFF)), signal);
    }
  }

  /** Publishes the outbox, and retries while the durable log is unavailable. The outbox keeps everything meanwhile. */
  async function publish(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      let isMore = false;
      try {
        isMore = await whilePublishing('transfers', () => watch.publish());
        if (failures > 0) logger.info({ chain }, 'publishing again');
        failures = 0;
      } catch (error) {
        failures += 1;
        // Once per outage.
        if (failures === 1) logger.warn({ chain, err: error }, 'transfers are not published');
      }
      if (isMore) continue;
      await wakes.publish.rest(Math.max(PUBLISH_MS, backOffMs(failures, BACK_OFF)), signal);
    }
  }

  /** The last attempts to publish, each by what it publishes: without transfers, one always succeeds. */
  const unpublished = new Map<'transfers' | 'heads', Trouble>();

  /** Notes since when nothing is published: an attempt may also be silent for long before it fails. */
  async function whilePublishing<T>(
    what: 'transfers' | 'heads',
    publish: () => Promise<T>,
  ): Promise<T> {
    const started = Date.now();
    function note(message: string | null): void {
      const since = unpublished.get(what)?.since ?? started;
      if (message === null) unpublished.delete(what);
      else unpublished.set(what, { message, since });
      status.publishing = [...unpublished.values()][0] ?? null;
      metrics.publishing.set({ chain }, status.publishing === null ? 1 : 0);
    }
    const waiting = setTimeout(note, PUBLISH_PATIENCE_MS, 'The durable log does not answer.');
    try {
      const answer = await publish();
      note(null);
      return answer;
    } catch (error) {
      note(messageOf(error));
      throw error;
    } finally {
      clearTimeout(waiting);
    }
  }

  /** Compares balances beside everything else, which never waits for it. */
  async function reconcile(): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await watch.reconcile()) continue;
      } catch (error) {
        if (error instanceof LostLeadership) throw error;
        logger.debug({ chain, err: error }, 'balances not compared');
      }
      await pause(RECONCILE_MS, signal);
    }
  }

  /** Publishes the state of the chain: soon after a change, and regularly without one. */
  async function report(): Promise<void> {
    let reported = { content: '', at: 0 };
    const sampler = createSampler(metrics, chain);
    while (!signal.aborted) {
      await pause(REPORT_MS, signal);
      // With time alone, errors and silence become a stall.
      judge();
      await acknowledge();
      const { memory, publishing: unpublished } = status;
      const details = watch.details({ recalled: memory.recalled(), unpublished });
      sampler.sample(details, Date.now());
      const content = JSON.stringify([watch.heights(), status.health, newsOf(details)]);
      const isOld = Date.now() - reported.at >= REPORT_UNCHANGED_MS;
      if (content === reported.content && !isOld) continue;
      try {
        await whilePublishing('heads', () => watch.reportHead(status.health, details));
        reported = { content, at: Date.now() };
      } catch (error) {
        // The next report repeats it.
        logger.debug({ chain, err: error }, 'chain head not published');
      }
    }
    sampler.clear();
  }

  /** Counts what waits to be published, also while the durable log is down. */
  async function countBacklog(): Promise<void> {
    while (!signal.aborted) {
      try {
        const { messages, since } = await session.store.backlog(chain);
        metrics.outboxMessages.set({ chain }, messages);
        const age = since === null ? 0 : Math.max(0, Date.now() - since) / 1_000;
        metrics.outboxAgeSeconds.set({ chain }, age);
      } catch (error) {
        logger.debug({ chain, err: error }, 'outbox not counted');
      }
      await pause(BACKLOG_MS, signal);
    }
    // A standby would show old figures as if they were of now.
    metrics.outboxMessages.remove({ chain });
    metrics.outboxAgeSeconds.remove({ chain });
  }

  /** Acknowledges addresses. While the durable log or the store is unavailable, nothing is acknowledged. */
  async function acknowledge(): Promise<void> {
    try {
      await watch.acknowledge(await addresses.complete());
    } catch (error) {
      logger.debug({ chain, err: error }, 'addresses not acknowledged');
    }
    const { addressesThrough } = watch.heights();
    if (addressesThrough === null) return;
    metrics.addressesThrough.set({ chain }, Number(addressesThrough));
  }

  /** Judges the watch, keeps its health, and logs when it changes. */
  function judge(): void {
    const before = status.health.state;
    const { interruption } = status;
    // A watch that is opened again is not well before a pass succeeds.
    status.health = interruption === null ? watch.health(status.trouble) : stalledBy(interruption);
    const { state, detail } = status.health;
    const { latest, matched, finalized } = watch.heights();
    metrics.head.set({ chain }, latest);
    metrics.matched.set({ chain }, matched);
    metrics.blocksToMatch.set({ chain }, Math.max(0, latest - matched));
    if (finalized !== null) metrics.finalized.set({ chain }, finalized);
    metrics.stalled.set({ chain }, state === 'stalled' ? 1 : 0);
    metrics.paused.set({ chain }, watch.isPaused() ? 1 : 0);
    if (state === before) return;
    const isAlarm = state === 'stalled' || state === 'paused';
    logger[isAlarm ? 'warn' : 'info']({ chain, detail, latest, matched }, state);
  }

  return [follow, publish, report, reconcile, countBacklog];
}

function pollMsOf({ blockTimeMs }: Chain): number {
  if (blockTimeMs === null) return POLL_MS_ON_DEMAND;
  return Math.min(Math.max(blockTimeMs / 4, POLL_MS_MIN), POLL_MS_MAX);
}

/** The kind of node fault that an error is; null when the node is not at fault. */
function nodeFaultOf(error: unknown): 'failure' | 'invalid-block' | 'wrong-chain' | null {
  if (error instanceof RpcFailure) return 'failure';
  if (error instanceof InvalidBlock) return 'invalid-block';
  if (error instanceof WrongChain) return 'wrong-chain';
  return null;
}
