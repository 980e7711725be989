import { setImmediate as letOthersRun } from 'node:timers/promises';
import { type ChainClient, InvalidBlock, RpcFailure, WrongChain } from '@daybook/chains';
import { type BackOff, backOffMs, messageOf, pause } from '@daybook/platform/plain';
import type { Logger } from 'pino';
import type { AddressSubscription } from '../addresses/purse-addresses.consumer';
import type { Health, Trouble } from '../monitoring/health';
import type { WatcherMetrics } from '../monitoring/watcher-metrics';
import { type Leadership, LostLeadership } from '../state/watcher-store';
import type { Watch } from '../watch/watch';
import type { WakeUp } from './wake-up';

/** How often the state of the chain is published when it changes, and when it does not. */
const REPORT_MS = 1_000;
const REPORT_UNCHANGED_MS = 10_000;
/** How often the outbox is read without a wake-up: an earlier process may have left messages. */
const RELAY_MS = 1_000;
const BACK_OFF: BackOff = { firstMs: 500, longestMs: 5_000 };

/** The last known health of a watch. */
export interface Progress {
  health: Health;
  trouble: Trouble | null;
}

/** What the loops of one leadership share. */
export interface Session {
  readonly chain: string;
  readonly watch: Watch;
  readonly client: ChainClient;
  readonly addresses: AddressSubscription;
  readonly leadership: Leadership;
  readonly progress: Progress;
  readonly logger: Logger;
  readonly metrics: WatcherMetrics;
  readonly pollMs: number;
}

/**
 * Follows the chain until it is aborted. After an error of the node it backs off and verifies again which
 * chain the node serves; any other error ends the watch.
 */
export async function followLoop(
  session: Session,
  wakeUp: WakeUp,
  signal: AbortSignal,
): Promise<void> {
  const { chain, watch, client, leadership, progress, metrics } = session;
  let isVerified = false;
  let failures = 0;
  while (!signal.aborted) {
    if (leadership.isLost()) throw new LostLeadership(chain);
    let isMore = false;
    const endTimer = metrics.passSeconds.startTimer({ chain });
    try {
      if (!isVerified) await client.verify();
      isVerified = true;
      isMore = await watch.pass();
      progress.trouble = null;
      failures = 0;
    } catch (error) {
      const kind = nodeFaultOf(error);
      if (kind === null) throw error;
      metrics.nodeFaults.inc({ chain, kind });
      isVerified = kind === 'invalid-block' && isVerified;
      const since = progress.trouble?.since ?? Date.now();
      progress.trouble = { message: messageOf(error), since };
      failures += 1;
    }
    endTimer();
    judgeNow(session);
    if (isMore) await letOthersRun();
    else await wakeUp.rest(Math.max(session.pollMs, backOffMs(failures, BACK_OFF)), signal);
  }
}

/** Publishes the outbox, and retries while the log is unavailable. The outbox keeps everything meanwhile. */
export async function relayLoop(
  { chain, watch, logger }: Session,
  wakeUp: WakeUp,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let isMore = false;
    try {
      isMore = await watch.relay();
      if (failures > 0) logger.info({ chain }, 'publishing again');
      failures = 0;
    } catch (error) {
      failures += 1;
      // Once per outage.
      if (failures === 1) logger.warn({ chain, err: error }, 'transfers are not published');
    }
    if (!isMore) await wakeUp.rest(Math.max(RELAY_MS, backOffMs(failures, BACK_OFF)), signal);
  }
}

/** Publishes the state of the chain: soon after a change, and regularly without one. */
export async function reportLoop(session: Session, signal: AbortSignal): Promise<void> {
  const { chain, watch, progress, logger } = session;
  let reported = { content: '', at: 0 };
  while (!signal.aborted) {
    await pause(REPORT_MS, signal);
    // With time alone, errors and silence become a stall.
    judgeNow(session);
    await acknowledgeNow(session);
    const content = JSON.stringify([watch.heights(), progress.health]);
    const isOld = Date.now() - reported.at >= REPORT_UNCHANGED_MS;
    if (content === reported.content && !isOld) continue;
    await watch.reportHead(progress.health).then(
      () => {
        reported = { content, at: Date.now() };
      },
      // The next report repeats it.
      (error) => logger.debug({ chain, err: error }, 'chain head not published'),
    );
  }
}

/** Acknowledges addresses. While the log or the store is unavailable, nothing is acknowledged. */
async function acknowledgeNow({
  chain,
  watch,
  addresses,
  logger,
  metrics,
}: Session): Promise<void> {
  try {
    await addresses.look();
    await watch.acknowledge(addresses.complete());
  } catch (error) {
    logger.debug({ chain, err: error }, 'addresses not acknowledged');
  }
  const { addressesThrough } = watch.heights();
  if (addressesThrough !== null) metrics.addressesThrough.set({ chain }, Number(addressesThrough));
}

/** Judges the watch, keeps its health, and logs when it changes. */
function judgeNow({ chain, watch, progress, logger, metrics }: Session): void {
  const before = progress.health;
  const health = watch.health(progress.trouble);
  progress.health = health;
  const { latest, matched, finalized } = watch.heights();
  metrics.head.set({ chain }, latest);
  metrics.matched.set({ chain }, matched);
  if (finalized !== null) metrics.finalized.set({ chain }, finalized);
  metrics.stalled.set({ chain }, health.state === 'stalled' ? 1 : 0);
  if (health.state === before.state) return;
  const fields = { chain, detail: health.detail, latest, matched };
  if (health.state === 'stalled') logger.warn(fields, 'stalled');
  else logger.info(fields, health.state);
}

/** The kind of node fault that an error is; null when the node is not at fault. */
function nodeFaultOf(error: unknown): 'failure' | 'invalid-block' | 'wrong-chain' | null {
  if (error instanceof RpcFailure) return 'failure';
  if (error instanceof InvalidBlock) return 'invalid-block';
  if (error instanceof WrongChain) return 'wrong-chain';
  return null;
}
