import { type ChainBlock, InvalidBlock, RpcFailure } from '@daybook/chains';
import {
  type LookUpV1,
  MalformedMessage,
  parseWatchReport,
  TOPICS,
  type WatchRequestV1,
} from '@daybook/contracts';
import { limiter, pause } from '@daybook/platform/plain';
import { LRUCache } from 'lru-cache';
import { lookUpMessage } from '../publish/publisher';
import { headerAt } from '../state/ring';
import { CLOCK_MARGIN_MS, tipOf, type WatchContext, type WatchState } from '../state/watch-state';

/** The ledger waits 5 s. A caller that asked longer ago asks again, and a log that is read late is full of such questions. */
const ASKED_MS_MAX = 5_000 + CLOCK_MARGIN_MS;
/** Each fetches a block at most, so that the watch keeps nearly all of the provider. */
const LOOK_UPS_AT_ONCE = 2;
const LOOK_UPS_WAITING_MAX = 100;
/** Questions that reach a provider in a minute, of all accounts together: some calls each, of the budget of a day. */
const LOOK_UPS_A_MINUTE = 120;
const MINUTE_MS = 60_000;
/** Answers that are kept, by the movements in them: some megabytes, whatever is looked up. */
const KEPT_MOVEMENTS_MAX = 20_000;
/** As the contract allows. Nearly every transaction has a few. */
const MOVEMENTS_MAX = 1_000;
/** A reorg may move a transaction to another block between two answers. */
const ATTEMPTS = 2;

interface Kept {
  readonly lookUp: LookUpV1;
  readonly head: string;
  /** Whether the block was final when it was asked for. */
  readonly isFinal: boolean;
  readonly tookMs: number;
}

/** More wait already, or were asked in this minute. */
class Busy extends Error {
  override readonly name = 'Busy';
}

/**
 * Answers the look-ups of ledgers: what the chain shows of a transaction. Nothing in an answer depends on which
 * addresses are known. One that cannot be published is not repeated: the caller asks again.
 */
export function createLookUps(context: WatchContext) {
  const { chain, client, log, state, now } = context;
  const kept = new LRUCache<string, Kept>({
    maxSize: KEPT_MOVEMENTS_MAX,
    sizeCalculation: ({ lookUp }) => lookUp.movements.length + 1,
  });
  const running = new Map<string, Promise<LookUpV1>>();
  const queue = limiter({
    runningMax: LOOK_UPS_AT_ONCE,
    waitingMax: LOOK_UPS_WAITING_MAX,
    tooMany: (waiting) => new Busy(`${waiting} look-ups wait already.`),
  });
  let minute = { begins: 0, asked: 0 };

  function countQuestion(): void {
    if (now() - minute.begins >= MINUTE_MS) minute = { begins: now(), asked: 0 };
    minute.asked += 1;
    if (minute.asked > LOOK_UPS_A_MINUTE) throw new Busy('Too many look-ups in a minute.');
  }

  function without(transaction: string, status: string): LookUpV1 {
    const { head, finalized } = seenBy(state);
    return {
      ...{ transaction, status, block: null, watch: null, head, finalized },
      ...{ movements: [], movementsLeft: 0 },
    };
  }

  /**
   * The answer is valid until the head moves; that about a final block for ever. A block is that one only if it was
   * final already or is part of our chain: another one may have become final at its height.
   */
  function keptFor(transaction: string): Kept | null {
    const known = kept.get(transaction);
    if (known === undefined) return null;
    const { lookUp, head } = known;
    const isFinal = known.isFinal || isOurFinal(state, lookUp.block);
    if (!isFinal && head !== headOf(state)) return null;
    const watch = lookUp.block && watchOf(state, lookUp.block);
    return { ...known, isFinal, lookUp: { ...lookUp, watch, ...seenBy(state) } };
  }

  async function ask(transaction: string): Promise<LookUpV1> {
    const [head, begun] = [headOf(state), now()];
    for (let attempt = 1; ; attempt++) {
      const at = await client.blockOf(transaction);
      if (at === null) return without(transaction, 'unknown');
      if (at === 'pending') return without(transaction, 'pending');
      const held = state.quarantine.find(({ number }) => number === at);
      if (held !== undefined) return inQuarantine(transaction, at);
      const block = recentBlock(state, at) ?? (await client.block(at));
      const included = block?.transactions.find(({ hash }) => hash === transaction);
      if (block !== null && included !== undefined) {
        const lookUp = {
          ...without(transaction, included.failed ? 'failed' : 'included'),
          ...shownBy(block, transaction),
          watch: watchOf(state, block),
        };
        const isFinal = block.number <= state.finalNumber;
        kept.set(transaction, { lookUp, head, isFinal, tookMs: now() - begun });
        return lookUp;
      }
      if (attempt === ATTEMPTS) return without(transaction, 'unanswered');
    }
  }

  function inQuarantine(transaction: string, number: number): LookUpV1 {
    const block = { number, hash: null, time: null };
    return { ...without(transaction, 'included'), block, watch: 'quarantined' };
  }

  async function answer(transaction: string): Promise<LookUpV1> {
    if (state.paused !== null) return without(transaction, 'paused');
    const known = keptFor(transaction);
    if (known !== null) {
      // Nobody can tell by the time that somebody else asked before.
      await pause(known.tookMs);
      return known.lookUp;
    }
    try {
      countQuestion();
      return await queue.run(() => ask(transaction));
    } catch (error) {
      if (error instanceof Busy) return without(transaction, 'busy');
      if (error instanceof InvalidBlock || error instanceof RpcFailure) {
        return without(transaction, 'unanswered');
      }
      throw error;
    }
  }

  /** One question to the node for all who ask for the same at once. */
  function shared(transaction: string): Promise<LookUpV1> {
    const underWay = running.get(transaction);
    if (underWay !== undefined) return underWay;
    const begun = answer(transaction).finally(() => running.delete(transaction));
    running.set(transaction, begun);
    return begun;
  }

  async function publish(requestId: string, lookUp: LookUpV1): Promise<void> {
    const observedAt = new Date(now()).toISOString();
    const message = lookUpMessage(chain.id, { requestId, lookUp, observedAt });
    try {
      // A malformed report would park the reports of the chain, and anybody can send a strange transaction.
      parseWatchReport(message.value);
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error;
      const bare = without(lookUp.transaction, 'unanswered');
      const instead = lookUpMessage(chain.id, { requestId, lookUp: bare, observedAt });
      return log.publish(TOPICS.watchReport, [instead]);
    }
    return log.publish(TOPICS.watchReport, [message]);
  }

  return {
    /** Answers a look-up, unless it is old. Rejects with an error that is neither the node's nor the caller's. */
    async take({ requestId, transaction, requestedAt }: WatchRequestV1): Promise<void> {
      if (transaction === undefined || now() - Date.parse(requestedAt) > ASKED_MS_MAX) return;
      await publish(requestId, await shared(transaction));
    },
  };
}

function seenBy({ head, finalNumber }: WatchState): Pick<LookUpV1, 'head' | 'finalized'> {
  return { head: head?.number ?? null, finalized: finalNumber < 0 ? null : finalNumber };
}

/** What an answer depends on: the newest block, and how far the chain is matched. */
function headOf(state: WatchState): string {
  const tip = state.chain.phase === 'new' ? null : tipOf(state);
  return `${state.head?.hash} ${tip?.hash}`;
}

/** A block that was matched a moment ago, and that no reorg has replaced. */
function recentBlock(state: WatchState, number: number): ChainBlock | null {
  if (state.chain.phase === 'new') return null;
  const [block = null] = state.recent.range(number, number) ?? [];
  return block !== null && headerAt(state.chain.ring, number)?.hash === block.hash ? block : null;
}

/** What the watch has done with a block. */
function watchOf(
  state: WatchState,
  block: Pick<NonNullable<LookUpV1['block']>, 'number' | 'hash'>,
): LookUpV1['watch'] {
  const { chain, quarantine } = state;
  if (chain.phase === 'new') return 'not-yet';
  const { number, hash } = block;
  if (number < chain.startNumber) return 'before-start';
  if (quarantine.some((each) => each.number === number)) return 'quarantined';
  const matched = headerAt(chain.ring, number);
  const isOurs = matched === undefined ? number < tipOf(state).number : matched.hash === hash;
  return isOurs ? 'matched' : 'not-yet';
}

/** Whether a block of the chain that is followed is final. Of old ones the ring has nothing left. */
function isOurFinal({ chain, finalNumber }: WatchState, block: LookUpV1['block']): boolean {
  if (block === null || chain.phase === 'new' || block.number > finalNumber) return false;
  return headerAt(chain.ring, block.number)?.hash === block.hash;
}

/** The movements of a transaction, each once. */
function shownBy(block: ChainBlock, transaction: string) {
  const all = block.transfers.filter(({ txHash }) => txHash === transaction);
  const movements = all.slice(0, MOVEMENTS_MAX);
  const { number, hash, time } = block;
  return {
    block: { number, hash, time: new Date(time * 1_000).toISOString() },
    movements: movements.map(({ ordinal, asset, amount, from, to, unreadable }) => ({
      ...{ ordinal, asset, amount: amount.toString(), from, to },
      ...(unreadable && { unreadable }),
    })),
    movementsLeft: all.length - movements.length,
  };
}
