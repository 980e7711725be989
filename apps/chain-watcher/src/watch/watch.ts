import { type ChainHeadV1, TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import type { DurableLog } from '@daybook/messaging';
import { createAddressIntake } from '../addresses/address-intake';
import type { HeadFeed } from '../blocks/head-feed';
import { createRecentBlocks } from '../blocks/recent-blocks';
import { createFinality } from '../finality/finalise';
import type { PolicyGroup } from '../finality/policy';
import { createMempool } from '../mempool/mempool';
import { type Health, judge, type Trouble } from '../monitoring/health';
import { takeRequest } from '../operator/take-request';
import { chainHeadMessage } from '../publish/messages';
import { createRelay } from '../publish/relay';
import { createRescans } from '../rescan/run-rescans';
import { openContext, tipOf, type WatchParts } from '../state/watch-state';
import type { WatchRecord } from '../state/watcher-store';
import { followChain } from './follow-chain';

export interface WatchOptions extends WatchParts {
  /**
   * The first block to match. Null: the head, and for an address that was minted earlier the blocks since
   * its mint.
   */
  readonly startBlock: number | null;
  readonly policies: readonly PolicyGroup[];
  /** Whether the registry lists the asset: sightings of others are ignored. */
  isKnownAsset(asset: string): boolean;
}

/** The leader's work on one chain, in steps. Its caller decides when: see `leader/loops`. */
export type Watch = ReturnType<typeof createWatch>;

/** The node's head, how far it is matched and published, and for which addresses. */
export type Heights = Pick<ChainHeadV1, 'latest' | 'matched' | 'finalized'> & {
  readonly addressesThrough: string | null;
};

/** Opens a watch that continues from `record`. */
export function createWatch(options: WatchOptions, record: WatchRecord, log: DurableLog) {
  const { chain, startBlock } = options;
  const context = openContext(options, record);
  const { state } = context;
  const head: HeadFeed = { latest: null, highestNumber: -1, advancedAt: options.now() };
  const recent = createRecentBlocks();
  const addresses = createAddressIntake(context);
  const finality = createFinality(context, options.policies);
  const mempool = createMempool(context, options.isKnownAsset);
  const rescans = createRescans(context, head, recent);
  const relay = createRelay(context, log);

  function heights(): Heights {
    return {
      latest: head.latest?.number ?? 0,
      matched: Math.max(relay.publishedBlock(), 0),
      finalized: finality.tags().finalized,
      addressesThrough: state.acknowledged?.toString() ?? null,
    };
  }

  return {
    /**
     * Does what is due and stores it; returns whether more is due at once. After an error of the node the
     * same watch may be tried again; after any other error it must be opened again from what is stored.
     */
    async pass(): Promise<boolean> {
      // Addresses come first, so that the next block is matched with them. Before the first start it is
      // unknown which blocks they are late for.
      if (state.chain.phase !== 'new' && addresses.hasOffers()) {
        await addresses.take();
        mempool.reconsider();
      }
      const { head: latest, isBehind } = await followChain(context, head, recent, startBlock);
      const isMoreFinal = await finality.step(latest);
      await mempool.step();
      // Last, because a node that has lost its past must not stop the watch of new blocks.
      const isRescanning = await rescans.step();
      return isBehind || isMoreFinal || isRescanning || addresses.hasOffers();
    },

    /** Publishes what is stored; returns whether more is stored. */
    relay: relay.publish,
    heights,

    /** Publishes the state of the chain. */
    async reportHead(health: Health): Promise<void> {
      const observedAt = new Date(options.now()).toISOString();
      const report = { chain: chain.id, ...heights(), ...health, observedAt };
      await log.publish(TOPICS.chainHead, [chainHeadMessage(report)]);
    },

    /**
     * Offers addresses that were minted in a stretch of the ledger's log that ends at `through`. Resolves
     * when they are stored and will be matched.
     */
    offerAddresses: addresses.offer,
    /**
     * Stores an acknowledgement: that addresses up to a position are matched in every block since their
     * mint, and what was found is published. Every address up to the position `complete` has been offered.
     */
    acknowledge: relay.acknowledge,
    /** Rejects offered addresses that are not stored yet, so that they are offered to the next watch. */
    close: addresses.close,
    offerPending: mempool.offer,
    /** Stores what an operator requested. Throws before the chain's first start. */
    takeRequest: (request: WatchRequestV1): Promise<void> => takeRequest(context, request),

    health: (trouble: Trouble | null): Health =>
      judge(
        chain,
        {
          head: head.latest,
          advancedAt: head.advancedAt,
          matched: state.chain.phase === 'new' ? -1 : tipOf(state).number,
          stalled: state.chain.phase === 'stalled' ? state.chain.reason : null,
          trouble,
          unsettledSince: finality.unknownSince(),
          blocksToRescan: rescans.blocksLeft(),
          missing: rescans.missing(),
        },
        options.now(),
      ),
  };
}
