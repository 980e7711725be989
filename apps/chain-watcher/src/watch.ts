import type { PendingTransaction } from '@daybook/chains';
import { type ChainHeadV1, TOPICS } from '@daybook/contracts';
import type { DurableLog } from '@daybook/messaging';
import { type Health, judge, type Trouble } from './health';
import type { MintedAddress } from './late-addresses';
import { blocksToRescan, matchAgain, takeAddresses } from './match-again';
import { chainHeadMessage } from './messages';
import { highest, isAbove, lowest, type Position } from './positions';
import { rangeLeft } from './requests';
import { advance, finalise, sight } from './steps';
import type { WatchRecord } from './store/watcher-store';
import { commit, matchedThrough, openState, tipOf, type WatchParts } from './watch-state';

/** Pending transactions that wait to be looked at; the rest of a flood is not worth memory. */
const PENDING_QUEUE_MAX = 1_000;
/** Pending transactions to strangers that are remembered: a stranger's address may be ours in a moment. */
const STRANGERS_MAX = 1_000;
/** Messages that are published with one acknowledgement. */
const PUBLISH_AT_ONCE = 500;

/** The leader's work on one chain, in steps that somebody else times. See `run-chain`. */
export interface Watch {
  /**
   * Does what is due and stores it; tells whether more is due at once. When the node fails, another
   * pass may do better; after any other error the watch must be made anew from what is stored.
   */
  pass(): Promise<boolean>;
  /** Publishes what is stored; tells whether more is stored. */
  relay(): Promise<boolean>;
  heights(): Heights;
  /** Publishes the state of the chain. */
  reportHead(health: Health): Promise<void>;
  /**
   * Offers addresses, those of a stretch of the ledger's log that ends at `through`. Resolves when they
   * are stored and will be matched.
   */
  offerAddresses(addresses: readonly MintedAddress[], through: Position): Promise<void>;
  /**
   * Acknowledges, and stores so, what is true of the addresses that have been read with none missing up
   * to the position `complete`: that they are matched in every block since their mint, and that what
   * was found is published.
   */
  acknowledge(complete: Position): Promise<void>;
  offerPending(transaction: PendingTransaction): void;
  /** Rejects what was offered and not taken, so that it is offered to the next watch. */
  close(): void;
  health(trouble: Trouble | null): Health;
}

/** What the node shows, how far it was matched and published, and for which addresses. */
export type Heights = Pick<ChainHeadV1, 'latest' | 'matched' | 'finalized'> & {
  readonly addressesThrough: string | null;
};

interface Offer {
  readonly addresses: readonly MintedAddress[];
  readonly through: Position;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A watch that goes on from `record`. */
export function createWatch(parts: WatchParts, record: WatchRecord, log: DurableLog): Watch {
  const state = openState(record, parts.now());
  const { chain, store } = parts;
  const offers: Offer[] = [];
  let pending: PendingTransaction[] = [];
  /** The latest pending transactions that pay nobody of ours yet. */
  let strangers: PendingTransaction[] = [];
  /** The last block whose transfers have all been published. */
  let published = -1;
  let isClosed = false;

  async function takeOffers(): Promise<void> {
    // What was offered together is stored together, and told so; an error leaves all to be offered again.
    const taken = offers.splice(0);
    try {
      const addresses = taken.flatMap((offer) => offer.addresses);
      const through = highest(null, ...taken.map((offer) => offer.through));
      await takeAddresses(parts, state, addresses, through);
      for (const { resolve } of taken) resolve();
    } catch (error) {
      for (const { reject } of taken) reject(error);
      throw error;
    }
  }

  function isOurs({ transfers }: PendingTransaction): boolean {
    return transfers.some(({ to }) => parts.table.has(to));
  }

  /** Whoever is given an address may pay to it before this watch has heard of it. */
  function lookAtStrangersAgain(): void {
    pending.push(...strangers.filter(isOurs));
    strangers = strangers.filter((transaction) => !isOurs(transaction));
  }

  function heights(): Heights {
    const latest = state.head?.number ?? 0;
    return {
      latest,
      matched: Math.max(published, 0),
      finalized: state.tags.finalized,
      addressesThrough: state.acknowledged?.toString() ?? null,
    };
  }

  return {
    async pass() {
      // Addresses come first, so that whoever was just given one is matched by the next block; not
      // before the first start, which says what there is to match again.
      if (state.ring.length > 0 && offers.length > 0) {
        await takeOffers();
        lookAtStrangersAgain();
      }
      const isBehind = await advance(parts, state);
      const isMoreFinal = await finalise(parts, state);
      const looked = pending;
      pending = [];
      await sight(parts, state, looked);
      // Last, as a node that has lost its past must not keep the present from being followed.
      const isMatchingAgain = await matchAgain(parts, state);
      return isBehind || isMoreFinal || isMatchingAgain || offers.length > 0;
    },

    async relay() {
      const tip = state.ring.at(-1)?.number ?? -1;
      const { wants } = state;
      const through = matchedThrough(state);
      const messages = await store.outbox(chain.id, PUBLISH_AT_ONCE);
      const last = messages.at(-1);
      if (last) {
        await log.publish(
          TOPICS.transfer,
          messages.map(({ position: _, ...message }) => message),
        );
        await store.published(chain.id, last.position);
      }
      if (messages.length === PUBLISH_AT_ONCE) return true;
      published = tip;
      // What was wanted meanwhile may have been found, and waits to be published.
      if (wants === state.wants) state.publishedThrough = through;
      return false;
    },

    heights,

    async reportHead(health) {
      const observedAt = new Date(parts.now()).toISOString();
      const head = { chain: chain.id, ...heights(), ...health, observedAt };
      await log.publish(TOPICS.chainHead, [chainHeadMessage(head)]);
    },

    offerAddresses: (addresses, through) =>
      new Promise((resolve, reject) => {
        if (isClosed) reject(new Error('The watch has ended.'));
        else offers.push({ addresses, through, resolve, reject });
      }),

    async acknowledge(complete) {
      const acknowledged = lowest(complete, state.publishedThrough, matchedThrough(state));
      if (acknowledged === null || !isAbove(acknowledged, state.acknowledged)) return;
      await commit(parts, state, { acknowledged });
    },

    close() {
      isClosed = true;
      for (const { reject } of offers.splice(0)) reject(new Error('The watch has ended.'));
    },

    offerPending(transaction) {
      if (!isOurs(transaction)) {
        strangers.push(transaction);
        if (strangers.length > 2 * STRANGERS_MAX) strangers = strangers.slice(-STRANGERS_MAX);
      } else if (pending.length < PENDING_QUEUE_MAX) pending.push(transaction);
    },

    health: (trouble) =>
      judge(
        chain,
        {
          head: state.head,
          advancedAt: state.highest.at,
          matched: state.ring.length === 0 ? -1 : tipOf(state).number,
          stalled: state.stalled,
          trouble,
          unsettledSince: state.unsettledSince,
          blocksToRescan: blocksToRescan(state),
          missing: [...state.rescans, ...state.requests.map(rangeLeft)].some(
            (range) => range?.hash === state.missing?.range.hash,
          )
            ? state.missing
            : null,
        },
        parts.now(),
      ),
  };
}
