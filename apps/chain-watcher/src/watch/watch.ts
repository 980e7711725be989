import { once } from 'node:events';
import { type BlockHeader, InvalidBlock } from '@daybook/chains';
import { SANDBOX_KIND, TOPICS, type WatchDetailsV1, type WatchRequestV1 } from '@daybook/contracts';
import { type MintedAddress, storeAddresses } from '../addresses/late-addresses';
import { createFinality } from '../finality/finalise';
import { createMempool } from '../mempool/mempool';
import { type ChainHealth, judge, type Trouble } from '../monitoring/health';
import { type WatchFacts, watchDetails } from '../monitoring/watch-details';
import { createLookUps } from '../operator/look-ups';
import { isPauseOrEnd, takeRequest } from '../operator/watch-requests';
import { chainHeadMessage, createPublisher, reportedQuarantine } from '../publish/publisher';
import { createQuarantine } from '../quarantine/quarantine';
import { createReconciliation } from '../reconcile/reconcile';
import { createSupport } from '../reorg/support';
import { createRescans } from '../rescan/run-rescans';
import { createDeposits } from '../sandbox/send-deposits';
import { takeDeposit } from '../sandbox/take-deposit';
import { pauseSentence } from '../state/pause';
import type { Position } from '../state/position';
import { gapsOf } from '../state/quarantine';
import { scansBlocks } from '../state/rescan';
import { type Heights, unscannedHeights } from '../state/scanned';
import { openContext, tipOf, type WatchParts } from '../state/watch-state';
import type { WatchRecord } from '../state/watcher-store';
import { followChain } from './follow-chain';

/** How often the final block is stored when nothing else is. A restart may forget so much. */
const FINAL_STORED_MS = 10_000;

/** The leader's work on one chain, in steps. Its caller decides when: see `leader/loops`. */
export type Watch = ReturnType<typeof createWatch>;

/** Opens a watch that continues from `record`. */
export function createWatch(parts: WatchParts, record: WatchRecord) {
  const { chain, log } = parts;
  const context = openContext(parts, record);
  const { state } = context;
  let finality = createFinality(context);
  const mempool = createMempool(context);
  const rescans = createRescans(context);
  const deposits = createDeposits(context);
  const quarantine = createQuarantine(context);
  const following = { quarantine, supportOf: createSupport(parts.client, parts.now) };
  const publisher = createPublisher(context);
  const reconciliation = createReconciliation(
    context,
    { finalized: () => finality.finalized() },
    publisher.publishedBlock,
  );
  const lookUps = createLookUps(context);
  let finalStoredAt = 0;
  /** Aborts with the chain's first start. Before it, it is unknown what an address is late for. */
  const started = new AbortController();
  let lastTurn: Promise<unknown> = Promise.resolve();

  /** One at a time: a block that was fetched before an address was known is stored before the address. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = lastTurn.then(work, work);
    lastTurn = turn;
    return turn;
  }

  /** The node's head, or the tip while the node shows nothing above it; null before the first answer. */
  function shownHead(): number | null {
    if (state.head === null) return null;
    return state.withheldSince === null ? state.head.number : tipOf(state).number;
  }

  /** The node's head, how far it is matched and published, and for which addresses. */
  function heights() {
    return {
      latest: shownHead() ?? (state.chain.phase === 'new' ? 0 : tipOf(state).number),
      matched: Math.max(publisher.publishedBlock(), 0),
      finalized: finality.finalized(),
      addressesThrough: state.acknowledged?.toString() ?? null,
    };
  }

  /**
   * Remembers the final block, which no reorg may replace. While the watch catches up, the tip counts as final
   * when the final block lies above it; two nodes behind one address may have answered that, so it does not count
   * here. Nor does what one of several providers says alone.
   */
  async function noteFinal(): Promise<void> {
    const final = finality.finalized() ?? -1;
    if (final >= tipOf(state).number || final <= state.finalNumber) return;
    if (finality.isAlone()) return;
    state.finalNumber = final;
    // The next block stores it anyway.
    if (parts.now() - finalStoredAt < FINAL_STORED_MS) return;
    finalStoredAt = parts.now();
    await context.commit({ finalNumber: final });
  }

  /** A node that takes back what it called final is a fault that an operator may end: by a ring reset, for one. */
  async function stepFinality(head: BlockHeader, shownUpTo: number) {
    try {
      return { isMore: await finality.step(head, shownUpTo), fault: null };
    } catch (error) {
      if (!(error instanceof InvalidBlock)) throw error;
      return { isMore: false, fault: error };
    }
  }

  async function takePass(): Promise<boolean> {
    context.requireCertainty();
    if (state.paused !== null) return false;
    const { head, isBehind, obstacle, shownUpTo } = await followChain(context, following);
    started.abort();
    const final = await stepFinality(head, shownUpTo);
    await noteFinal();
    await mempool.step();
    const isDeciding = await quarantine.step();
    // Last, because a node that has lost its past must not stop the watch of new blocks.
    const isRescanning = await rescans.step();
    const isPaying = await deposits.step();
    const fault = obstacle ?? final.fault;
    if (fault !== null) throw fault;
    return isBehind || final.isMore || isDeciding || isRescanning || isPaying;
  }

  /** The heights that the gap check covers: up to the final block. Null while there are none. */
  function checked(): Heights | null {
    const { scannedFrom: from, finalNumber } = state;
    if (state.chain.phase === 'new' || from === null) return null;
    const to = Math.min(finalNumber, tipOf(state).number);
    return from > to ? null : { from, to };
  }

  /** The gap check: what nobody scanned, up to the final block. */
  function unscanned() {
    const { scannedFrom, scanned } = state;
    const listed = state.quarantine.map(({ number }) => number);
    return unscannedHeights({ scannedFrom, scanned, listed }, checked()?.to ?? -1);
  }

  /** About how long the blocks up to the node's head take; null while that is not known. */
  function secondsToMatch(): number | null {
    const perSecond = state.rate.perSecond(parts.now());
    const head = shownHead();
    if (state.chain.phase === 'new' || head === null || perSecond === null) return null;
    return Math.max(0, head - tipOf(state).number) / perSecond;
  }

  return {
    /**
     * Does what is due; returns whether more is due. After an error of the node it may be tried again; after
     * any other error the watch must be opened again from what is stored.
     */
    pass: () => inTurn(takePass),

    /** Reads and compares balances that are due; returns whether more are due at once. */
    reconcile: reconciliation.step,
    /** Publishes what is stored; returns whether more is stored. */
    publish: publisher.publish,
    heights,

    /** How the chain is watched, with what the process remembers of it. */
    details(process: Pick<WatchFacts, 'recalled' | 'unpublished'>): WatchDetailsV1 {
      const { head, quarantine: inQuarantine } = state;
      const open = state.rescans.filter(scansBlocks).length;
      return watchDetails({
        ...{ ...process, head, secondsLeft: secondsToMatch(), providers: parts.client.status() },
        rescans: { open, blocksLeft: rescans.blocksLeft() },
        ...{ checked: checked(), unscanned: unscanned() },
        reconciliation: reconciliation.facts(),
        ...{ blocksInQuarantine: inQuarantine.length, gaps: gapsOf(inQuarantine).length },
      });
    },

    /** Publishes the state of the chain. */
    async reportHead({ state: now, detail }: ChainHealth, watch: WatchDetailsV1): Promise<void> {
      const observedAt = new Date(parts.now()).toISOString();
      const { paused } = state;
      const report = {
        ...{ chain: chain.id, ...heights(), detail, observedAt, watch },
        // Older ledgers know no other word for it.
        state: now === 'paused' ? ('stalled' as const) : now,
        paused: paused && { ...paused, since: new Date(paused.since).toISOString() },
        quarantine: reportedQuarantine(state.quarantine),
      };
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
    /** Stores what an operator requested. Throws before the chain's first start when blocks are to be matched. */
    takeRequest(request: WatchRequestV1): Promise<void> {
      // A step of the same deposit would undo what it stores.
      if (request.kind === SANDBOX_KIND) return inTurn(() => takeDeposit(context, request));
      const isPaused = () => state.paused !== null;
      async function take(): Promise<void> {
        const wasPaused = isPaused();
        await takeRequest(context, request);
        // Providers that did not answer before a pause were not silent during it.
        if (wasPaused && !isPaused()) finality = createFinality(context);
      }
      // When a pause is done, no pass is in progress that matches more.
      return isPauseOrEnd(request.kind) ? inTurn(take) : take();
    },
    /** Answers what the chain shows of a transaction. See `createLookUps`. */
    lookUp: lookUps.take,
    /** Whether an operator has paused the chain. Nothing is to be asked of its node then. */
    isPaused: () => state.paused !== null,

    /** The blocks that joined the chain without their content. */
    gaps: () => gapsOf(state.quarantine).map(({ number }) => number),
    unscanned,

    health(trouble: Trouble | null): ChainHealth {
      if (state.paused !== null) {
        return { state: 'paused', detail: pauseSentence(chain.id, state.paused) };
      }
      const seen = {
        ...{ head: state.head, advancedAt: state.advancedAt, trouble },
        withheldSince: state.withheldSince,
        matched: state.chain.phase === 'new' ? -1 : tipOf(state).number,
        stalled: state.chain.phase === 'stalled' ? state.chain.reason : null,
        quarantined: state.quarantine.find((block) => block.state === 'waiting') ?? null,
        unscanned: unscanned(),
        blocksPerSecond: state.rate.perSecond(parts.now()),
        ...{ tagUnknownSince: finality.tagUnknownSince(), tagStanding: finality.tagStanding() },
        ...{ blocksToRescan: rescans.blocksLeft(), missing: rescans.missing() },
        disagreement: finality.obstacle(),
        isAlone: finality.isAlone(),
      };
      return judge(chain, seen, parts.now());
    },
  };
}
