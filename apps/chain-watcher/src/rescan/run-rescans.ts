import type { BlockHeader, ChainBlock } from '@daybook/chains';
import { fetchRange } from '../blocks/blocks';
import { matchBlocks } from '../match/match-blocks';
import type { Observation } from '../monitoring/health';
import { gapsOf } from '../state/quarantine';
import {
  blocksLeft,
  endedByReorg,
  isOperatorsRescan,
  lateRescans,
  type Rescan,
  scansBlocks,
} from '../state/rescan';
import { type Heights, heightsOutside } from '../state/scanned';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { locateTransaction } from './locate-transaction';
import {
  beginLate,
  firstBlockSince,
  firstInRing,
  hashOnOurChain,
  nextSlice,
  type Range,
  rangeBelow,
  rescanInTurn,
  runningLate,
} from './ranges';
import { serveRingReset } from './reset-ring';

/** Blocks scanned in one step, between two polls of the head. */
const BLOCKS_A_STEP = 32;
/** Nodes behind one address agree again within seconds. */
const MISSING_MS_MAX = 60_000;

/** Scans blocks again: for late addresses, and when an operator requests it. See `Rescan`. */
export function createRescans(context: WatchContext) {
  const { chain, client, store, state, commit } = context;
  let turn = 0;

  /** Turns the time that a rescan for late addresses begins at into a block number. */
  async function locate(): Promise<void> {
    const [waiting] = lateRescans(state.rescans, 'waiting');
    if (waiting === undefined) return;
    const { ring, startNumber } = startedChain(state);
    const running = runningLate(state.rescans);
    const first = firstInRing(ring, waiting.since);
    const newest = running[0];
    // Merging would restart the newest rescan, so a steady stream of addresses could starve it.
    if (first && newest && newest.next + 1 >= first.number) return;
    const tip = tipOf(state);
    const from = first && (await firstBlockSince(client, ring, startNumber, waiting.since));
    // After a reorg all blocks since then may be still to come.
    const isMatched = from !== undefined && from <= tip.number;
    const done: Rescan = { ...waiting, state: 'done' };
    await commit({ rescans: isMatched ? beginLate(waiting, from, tip, running) : [done] });
  }

  async function scan(): Promise<boolean> {
    const rescan = rescanInTurn(state.rescans, turn++);
    if (rescan === undefined) return false;
    const from = rescan.from as number;
    // Blocks above the tip were replaced by a reorg, and are matched as they arrive.
    const to = Math.min(rescan.next ?? (rescan.to as number), tipOf(state).number);
    if (to < from) {
      await commit({ rescans: [endedByReorg(rescan)] });
      return true;
    }
    // The hash is unknown at the beginning and after a ring reset.
    const hash = rescan.hash ?? (await hashOnOurChain(client, startedChain(state).ring, to));
    // The content of a gap is matched when it is known.
    const gap = gapsOf(state.quarantine).findLast(({ number }) => number <= to && number >= from);
    if (gap !== undefined && gap.hash === hash) return passGap(rescan, gap);
    const range = { from, to, hash };
    const top = { ...range, from: gap === undefined ? from : gap.number + 1 };
    const blocks = hash === null ? [] : await fetchTop(rescan, top);
    const left = rangeBelow(range, blocks);
    if (left === 'not-our-chain') return waitFor(rescan, range);
    state.missingSince.delete(rescan.id);
    if (lacksTransaction(rescan, blocks)) {
      const reason = `Block ${to} does not include transaction ${rescan.transaction}, although a provider said so. Request the rescan again: a reorg may have moved it.`;
      await commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
      return true;
    }
    const matched = await matchBlocks(context, blocks);
    const scanned = { from: blocks[0]?.number ?? to, to };
    const again = await reportAgain(rescan, scanned, matched.versions);
    const moved: Rescan = {
      ...rescan,
      state: left === null ? 'done' : 'running',
      to: rescan.next === null ? to : rescan.to,
      ...{ next: left?.to ?? from, hash: left?.hash ?? null },
      found: rescan.found + matched.found,
      versions: rescan.versions + matched.versions.length + again.length,
    };
    await commit({
      ...{ transfers: matched.versions, again, rescans: [moved] },
      ...(isNewlyScanned(scanned) && { scanned: { above: null, ranges: [scanned] } }),
    });
    context.events.rescanned(blocks.length, allBlocksLeft());
    return true;
  }

  async function passGap(rescan: Rescan, gap: BlockHeader): Promise<true> {
    const isDone = gap.number <= (rescan.from as number);
    const next = { next: gap.number - 1, hash: gap.parentHash };
    const moved: Rescan = {
      ...rescan,
      ...(isDone ? {} : next),
      state: isDone ? 'done' : 'running',
    };
    await commit({ rescans: [moved] });
    return true;
  }

  /** What an operator wants to be published again of these blocks: reverted transfers, too. */
  async function reportAgain(
    { origin }: Rescan,
    blocks: Heights,
    versions: readonly TrackedTransfer[],
  ): Promise<readonly TrackedTransfer[]> {
    if (origin !== 'report-again') return [];
    const published = new Set(versions.map(({ transfer }) => transfer.transferId));
    const known = await store.inBlocks(chain.id, blocks);
    return known.filter(({ transfer }) => !published.has(transfer.transferId));
  }

  /** Whether the rescan closes a gap of the scan itself. */
  function isNewlyScanned({ from, to }: Heights): boolean {
    const lowest = Math.max(from, state.scannedFrom ?? from);
    return heightsOutside({ from: lowest, to }, state.scanned).length > 0;
  }

  async function fetchTop(rescan: Rescan, range: Range): Promise<readonly ChainBlock[]> {
    const { from, to } = nextSlice(range, BLOCKS_A_STEP);
    // An operator may not trust what the node showed the last time, so nothing is taken from memory.
    const kept = rescan.origin === 'late-address' ? state.recent.range(from, to) : null;
    return kept ?? fetchRange(client, from, to);
  }

  /** The node does not show the blocks of the range. A rescan for late addresses waits until it does. */
  async function waitFor(rescan: Rescan, { from, to }: Range): Promise<false> {
    const since = state.missingSince.get(rescan.id) ?? context.now();
    state.missingSince.set(rescan.id, since);
    if (isOperatorsRescan(rescan) && context.now() - since >= MISSING_MS_MAX) {
      const reason =
        `For ${MISSING_MS_MAX / 1000} s the node has not shown block ${to} and those below it on the chain that was matched; ` +
        `blocks ${from} to ${to} were not matched. Request the rescan again when the node has them.`;
      await commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
      return false;
    }
    // The anchor hash may come from a node that was on a fork. Read it again.
    const hash = await hashOnOurChain(client, startedChain(state).ring, to);
    if (hash !== null && hash !== rescan.hash) {
      await commit({ rescans: [{ ...rescan, next: to, hash }] });
    }
    return false;
  }

  function allBlocksLeft(): number {
    return state.rescans
      .filter(scansBlocks)
      .reduce((sum, rescan) => sum + (blocksLeft(rescan) ?? 0), 0);
  }

  return {
    /** Does a part of the work that is due; returns whether there may be more. */
    async step(): Promise<boolean> {
      await locate();
      // A request may have been stored by a write whose outcome was unknown.
      state.rescans = await store.rescans(chain.id);
      const isResetting = await serveRingReset(context);
      await locateTransaction(context);
      const isScanning = await scan();
      return isResetting || isScanning;
    },
    blocksLeft: allBlocksLeft,
    /** The blocks that the node has not shown for the longest time, and since when. */
    missing(): Observation['missing'] {
      const missing = state.rescans.flatMap(({ id, from, next }) => {
        const since = state.missingSince.get(id);
        if (since === undefined || from === null || next === null) return [];
        return [{ from, to: next, since }];
      });
      return missing.sort((a, b) => a.since - b.since)[0] ?? null;
    },
  };
}

/** What a provider said about a transaction counts when the block proves it. */
function lacksTransaction({ transaction }: Rescan, blocks: readonly ChainBlock[]): boolean {
  if (transaction === null) return false;
  return !blocks.some((block) => block.transactions.some(({ hash }) => hash === transaction));
}
