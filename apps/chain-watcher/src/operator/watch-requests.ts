import { type Chain, canonicalTransaction, transactionForm } from '@daybook/chains';
import {
  LOOK_UP_KIND,
  MalformedMessage,
  parseWatchRequest,
  TOPICS,
  type WatchRequestV1,
} from '@daybook/contracts';
import type { RunningSubscription } from '@daybook/messaging';
import { type Pause, pauseSentence } from '../state/pause';
import { isOperatorsRescan, NOT_BEGUN, type Rescan } from '../state/rescan';
import { type ChainRun, startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** Requests come one at a time from operators. */
const REQUESTS_AT_ONCE = 20;
/** Open requests for one chain; more are a mistake. */
const OPEN_REQUESTS_MAX = 20;
/** Accounts may fill this many of them, so that an operator's request always has a place. */
const OPEN_OF_ACCOUNTS_MAX = 10;

/** The kinds of requests, and how a rescan says what it is for. */
const ORIGINS: ReadonlyMap<string, Rescan['origin']> = new Map([
  ['rescan', 'operator'],
  ['report-again', 'report-again'],
  ['reset-ring', 'ring-reset'],
  ['ask-block', 'ask-block'],
  ['accept-block', 'accept-block'],
  ['skip-block', 'skip-block'],
  ['pause', 'pause'],
  ['resume', 'resume'],
]);

/** Whether a request takes effect as soon as it is stored. */
export function isPauseOrEnd(kind: string): boolean {
  return kind === 'pause' || kind === 'resume';
}

/** Whether it is a question, which is answered and not stored. */
export function isLookUp({ kind }: WatchRequestV1): boolean {
  return kind === LOOK_UP_KIND;
}

/**
 * Passes the requests of operators for a chain to the watch of its leader. The group does not depend on the
 * stored state, so a watcher with new state does not repeat old requests.
 */
export function subscribeRequests(
  { chain, log, logger }: ChainRun,
  takeRequest: (request: WatchRequestV1) => Promise<void>,
): Promise<RunningSubscription> {
  const topic = TOPICS.watchRequest;
  const group = `watcher-${chain.id}`;
  return log.subscribe({
    topic,
    group,
    limit: REQUESTS_AT_ONCE,
    async handle(messages) {
      for (const message of messages) {
        const { key, id: messageId } = message;
        // The key is the chain, and one poison message ends its batch for the key.
        if (key !== chain.id) continue;
        let request: WatchRequestV1;
        try {
          request = parseWatchRequest(message.value);
        } catch (error) {
          if (!(error instanceof MalformedMessage)) throw error;
          const reason = error.message;
          logger.error({ topic, group, key, messageId, reason }, 'key parked');
          return [{ message, reason }];
        }
        await takeRequest(request);
        if (isLookUp(request)) continue;
        const { requestId, kind, isCancelled, requestedBy } = request;
        const fields = { chain: chain.id, requestId, kind, isCancelled, requestedBy };
        logger.info(fields, 'request of an operator stored');
      }
      return [];
    },
    onError(error, attempt) {
      logger.warn({ chain: chain.id, attempt, err: error }, 'requests are not stored');
    },
  });
}

/**
 * Stores a request as a rescan that waits, is refused or is cancelled; a pause and its end are done at once. A
 * stored one changes only when it is cancelled. Throws before the chain's first start when blocks are to be matched.
 */
export async function takeRequest(context: WatchContext, request: WatchRequestV1): Promise<void> {
  const { chain, state, store } = context;
  const { requestId: id, kind, from, blocksMax, isCancelled } = request;
  const transaction = transactionOf(chain, request);
  // The leader alone adds rescans, one after the other, so nobody adds this one in between.
  if (await store.hasRescan(id)) {
    if (isCancelled) await context.commit({ cancelled: id });
    return;
  }
  const open = (await store.rescans(chain.id)).filter(isOfOperators);
  const origin = ORIGINS.get(kind);
  const isScan = origin !== undefined && isOperatorsRescan({ origin });
  const last = from === null ? null : tipOf(state).number;
  const to = isScan ? (request.to ?? last) : null;
  const reason = isCancelled ? null : refusalOf(context, { ...request, to }, open.length);
  const rescan: Rescan = {
    ...{
      ...NOT_BEGUN,
      id,
      origin: origin ?? 'operator',
      from,
      to,
      blocksMax,
      reason,
      transaction,
    },
    state: isCancelled ? 'cancelled' : reason !== null ? 'refused' : acceptedState(kind),
  };
  await context.commit({
    rescans: [rescan],
    ...(rescan.state === 'done' && { paused: pauseAfter(request, context.now()) }),
  });
}

/** Whether it takes one of the places for operators' requests and rescans of accounts. */
function isOfOperators({ origin }: Rescan): boolean {
  return origin !== 'late-address' && origin !== 'sandbox-deposit';
}

function acceptedState(kind: string): Rescan['state'] {
  return isPauseOrEnd(kind) ? 'done' : 'waiting';
}

function pauseAfter({ kind, requestedBy, reason }: WatchRequestV1, now: number): Pause | null {
  if (kind === 'resume') return null;
  return { by: requestedBy, since: now, reason: reason ?? 'no reason was given' };
}

/** The canonical hash; null if the request names no transaction, or none that the chain can have. */
function transactionOf({ family }: Chain, { transaction }: WatchRequestV1): string | null {
  return transaction === undefined ? null : canonicalTransaction(family, transaction);
}

/** Why the request cannot be met, with what would be right; null when it can. */
function refusalOf(context: WatchContext, request: WatchRequestV1, open: number): string | null {
  const { id: chain } = context.chain;
  const { kind, from, transaction } = request;
  const origin = ORIGINS.get(kind);
  if (origin === undefined) {
    return `The watcher of ${chain} does not know requests of the kind ${kind}. Upgrade it.`;
  }
  // A chain can be paused whatever waits for it.
  if (origin === 'pause' || origin === 'resume') return refusalOfPause(context, origin);
  const most = isOfAccount(request) ? OPEN_OF_ACCOUNTS_MAX : OPEN_REQUESTS_MAX;
  if (open >= most) {
    return `${most} requests for ${chain} are open already. Wait for them, or cancel some.`;
  }
  if (transaction !== undefined) {
    if (!isOperatorsRescan({ origin })) return 'Only a rescan names a transaction: leave it out.';
    return refusalOfTransaction(context, request, transaction);
  }
  if (from === null) {
    if (isOperatorsRescan({ origin })) return 'A rescan needs its first block.';
    return origin === 'ring-reset' ? null : 'Name the block that is in quarantine.';
  }
  // A block in quarantine may be the next one.
  if (origin !== 'ring-reset' && !isOperatorsRescan({ origin })) return null;
  return refusalOfBlocks(context, { ...request, from });
}

/** Whether an account asks for it, by one of its keys. */
function isOfAccount({ requestedBy }: WatchRequestV1): boolean {
  return requestedBy.startsWith('key:');
}

function refusalOfPause(
  { chain: { id: chain }, state: { paused } }: WatchContext,
  origin: 'pause' | 'resume',
): string | null {
  if (origin === 'pause') {
    return paused && `There is nothing to pause: ${pauseSentence(chain, paused)}`;
  }
  return paused === null ? `${chain} is not paused. There is nothing to resume.` : null;
}

function refusalOfTransaction(
  { chain: { id, family } }: WatchContext,
  { from, to }: WatchRequestV1,
  transaction: string,
): string | null {
  if (from !== null || to !== null) return 'Name the blocks or the transaction, not both.';
  if (canonicalTransaction(family, transaction) !== null) return null;
  return `${transaction} is no hash of a transaction of ${id}: it has ${transactionForm(family)}.`;
}

function refusalOfBlocks(
  { chain: { id: chain }, state }: WatchContext,
  { from, to, blocksMax }: WatchRequestV1 & { readonly from: number },
): string | null {
  const { startNumber: start } = startedChain(state);
  const tip = tipOf(state).number;
  if (from < start) {
    return `The watch of ${chain} begins at block ${start}, as it is configured; block ${from} lies before it.`;
  }
  const highest = Math.max(from, to ?? from);
  if (highest > tip) {
    return `${chain} is matched up to block ${tip}, and ${highest} lies beyond; what follows is matched as it comes.`;
  }
  if (to === null) return null;
  if (from > to) return `The first block, ${from}, lies above the last, ${to}.`;
  const blocks = to - from + 1;
  if (blocks <= blocksMax) return null;
  return `Blocks ${from} to ${to} are ${blocks} blocks, more than the ${blocksMax} that the request allows.`;
}
