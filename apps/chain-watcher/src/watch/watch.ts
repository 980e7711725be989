import { once } from 'node:events';
import { TOPICS, type WatchRequestV1 } from '@daybook/contracts';
import { type MintedAddress, storeAddresses } from '../addresses/late-addresses';
import { createFinality } from '../finality/finalise';
import { matchBlocks } from '../match/transfer-versions';
import { createMempool } from '../mempool/mempool';
import { type ChainHealth, judge, type Trouble } from '../monitoring/health';
import { takeRequest } from '../operator/watch-requests';
import { chainHeadMessage, createPublisher } from '../publish/publisher';
import { firstRing, type NextBlocks, nextBlocks } from '../reorg/next-blocks';
import { createRescans } from '../rescan/run-rescans';
import type { Position } from '../state/position';
import { cutAtReorg } from '../state/rescan';
import {
  openContext,
  startedChain,
  tipOf,
  type WatchContext,
  type WatchParts,
} from '../state/watch-state';
import type { WatchRecord } from '../state/watcher-store';

/** The leader's work on one chain, in steps. Its caller decides when: see `leader/loops`. */
export type Watch = ReturnType<typeof createWatch>;

/** Opens a watch that continues from `record`. */
export function createWatch(parts: WatchParts, record: WatchRecord) {
  const { chain, log } = parts;
  const context = openContext(parts, record);
  const { state } = context;
  const finality = createFinality(context);
  const mempool = createMempool(context);
  const rescans = createRescans(context);
  const publisher = createPublisher(context);
  /** Aborts with the chain's first start. Before it, it is unknown what an address is late for. */
  const started = new AbortController();
  let lastTurn: Promise<unknown> = Promise.resolve();

  /** One at a time: a block that was fetched before an address was known is stored before the address. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  }

  /** The node's head, how far it is matched and published, and for which addresses. */
  function heights() {
    return {
      latest: state.head?.number ?? 0,
      matched: Math.max(publisher.publishedBlock(), 0),
      finalized: finality.finalized(),
      addressesThrough: state.acknowledged?.toString() ?? null,
    };
  }

  async function takePass(): Promise<boolean> {
    const { head, isBehind } = await followChain(context);
    started.abort();
    const isMoreFinal = await finality.step(head);
    await mempool.step();
    // Last, because a node that has lost its past must not stop the watch of new blocks.
    const isRescanning = await rescans.step();
    return isBehind || isMoreFinal || isRescanning;
  }

  return {
    /**
     * Does what is due; returns whether more is due. After an error of the node it may be tried again; after
     * any other error the watch must be opened again from what is stored.
     */
    pass: () => inTurn(takePass),

    /** Publishes what is stored; returns whether more is stored. */
    publish: publisher.publish,
    heights,

    /** Publishes the state of the chain. */
    async reportHead(health: ChainHealth): Promise<void> {
      const observedAt = new Date(parts.now()).toISOString();
      const report = { chain: chain.id, ...heights(), ...health, observedAt };
      await log.publish(TOPICS.chainHead, [chainHeadMessage(report)]);
    },

    /**
     * Resolves when the addresses, minted in a stretch of the event log that ends at `through`, are stored.
     * Rejects when the watch is closed before the chain's first start.
     */
    async offerAddresses(addresses: readonly MintedAddress[], through: Position): Promise<void> {
      const { signal } = started;
      if (state.chain.phase === 'new' && !signal.aborted) await once(signal, 'abort');
      await inTurn(() => storeAddresses(context, addresses, through));
    },
    /** Stores how far addresses are matched and published. All up to `complete` were offered before. */
    acknowledge: publisher.acknowledge,
    close: () => started.abort(),
    offerPending: mempool.offer,
    /** Stores what an operator requested. Throws before the chain's first start. */
    takeRequest: (request: WatchRequestV1): Promise<void> => takeRequest(context, request),

    health(trouble: Trouble | null): ChainHealth {
      const seen = {
        ...{ head: state.head, advancedAt: state.headAdvancedAt, trouble },
        matched: state.chain.phase === 'new' ? -1 : tipOf(state).number,
        stalled: state.chain.phase === 'stalled' ? state.chain.reason : null,
        tagUnknownSince: finality.tagUnknownSince(),
        ...{ blocksToRescan: rescans.blocksLeft(), missing: rescans.missing() },
        disagreement: parts.client.disagreement(),
      };
      return judge(chain, seen, parts.now());
    },
  };
}

/** Polls the head and matches the next blocks. Returns whether there are more. */
async function followChain(context: WatchContext) {
  const { chain, client, startBlock, state, commit, events } = context;
  const head = await client.head();
  state.head = head;
  if (head.number > state.highestHead) {
    state.highestHead = head.number;
    state.headAdvancedAt = context.now();
  }
  if (state.chain.phase === 'new') {
    const { number, advance } = await firstRing(client, chain, startBlock, head);
    await commit({ start: { number, at: context.now() }, advance });
  }
  const started = startedChain(state);
  const next = await nextBlocks(client, started.ring, head);
  state.chain =
    next.kind === 'stalled'
      ? { ...started, phase: 'stalled', reason: next.reason }
      : { ...started, phase: 'following' };
  if (next.kind !== 'advance') return { head, isBehind: false };
  const tip = await commitBlocks(context, next);
  state.recent.add(next.ancestor.number, next.blocks);
  if (next.removed.length > 0) events.reorganised(next.ancestor, next.removed);
  events.matched(next.blocks);
  return { head, isBehind: tip < head.number };
}

/** Matches the blocks and stores all that follows in one transaction. Returns the new tip's number. */
async function commitBlocks(
  context: WatchContext,
  { ancestor, removed, blocks }: Extract<NextBlocks, { kind: 'advance' }>,
): Promise<number> {
  const { chain, store, state } = context;
  const isReorg = removed.length > 0;
  const lost = isReorg ? await store.includedAbove(chain.id, ancestor.number) : [];
  const ended = state.sightings.endedBy(blocks.flatMap(({ transactions }) => transactions));
  const { versions } = await matchBlocks(context, blocks, lost, ended);
  const added = blocks.map(({ transactions: _, transfers: __, ...header }) => header);
  const tip = ancestor.number + blocks.length;
  const oldest = tip - chain.reorgWindow + 1;
  const cut = isReorg ? state.rescans.map((rescan) => cutAtReorg(rescan, ancestor)) : [];
  await context.commit({
    advance: { ancestor: ancestor.number, added, oldest },
    rescans: cut.filter((rescan) => !state.rescans.includes(rescan)),
    transfers: versions,
  });
  return tip;
}
