import { fetchRange } from '../blocks/fetch-blocks';
import type { HeadFeed } from '../blocks/head-feed';
import type { RecentBlocks } from '../blocks/recent-blocks';
import { type Matched, matchBlocks } from '../match/match-blocks';
import type { Observation } from '../monitoring/health';
import { blocksLeft, isForLateAddress, type Rescan } from '../state/rescan';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';
import { firstBlockSince, firstInRing, hashOnOurChain } from './find-blocks';
import { beginLate, nextSlice, type Range, rangeBelow, rescanInTurn, runningLate } from './ranges';
import { serveRingReset } from './reset-ring';

/** Blocks scanned in one step, between two polls of the head. */
const BLOCKS_A_STEP = 32;
/** Nodes behind one address agree again within seconds. */
const MISSING_MS_MAX = 60_000;

/** Scans blocks again: for late addresses, and when an operator requests it. See `Rescan`. */
export function createRescans(context: WatchContext, head: HeadFeed, recent: RecentBlocks) {
  const { chain, client, store, state } = context;
  let turn = 0;
  /** Rescans by id whose next blocks the node does not show, and since when. */
  const missingSince = new Map<string, number>();

  /** Turns the time that a rescan for late addresses begins at into a block number. */
  async function locate(): Promise<void> {
    const waiting = state.rescans
      .filter(isForLateAddress)
      .find((rescan) => rescan.state === 'waiting');
    if (waiting === undefined) return;
    const { ring, startNumber } = startedChain(state);
    const running = runningLate(state.rescans);
    const first = firstInRing(ring, waiting.since);
    const newest = running[0];
    // Merging would restart the newest rescan, so a steady stream of addresses could starve it. Finish
    // it first.
    if (first && newest && newest.next + 1 >= first.number) return;
    const tip = tipOf(state);
    const from = first && (await firstBlockSince(client, ring, startNumber, waiting.since));
    // After a reorg all blocks since then may be still to come.
    const isMatched = from !== undefined && from <= tip.number;
    await context.commit({
      rescans: isMatched
        ? beginLate(waiting, from, tip, running)
        : [{ ...waiting, state: 'done' as const }],
    });
  }

  async function scan(): Promise<boolean> {
    const rescan = rescanInTurn(state.rescans, turn++);
    if (rescan === undefined) return false;
    const { from, next, hash } = rescan;
    if (from === null) throw new Error(`Rescan ${rescan.id} has no first block.`);
    if (next === null || hash === null) return anchor(rescan, from);
    const range = { from, to: next, hash };
    const slice = nextSlice(range, BLOCKS_A_STEP);
    // An operator may not trust what the node showed the last time, so nothing is taken from memory.
    const kept = isForLateAddress(rescan) ? recent.range(slice.from, slice.to) : null;
    const blocks = kept ?? (await fetchRange(client, slice.from, slice.to));
    const left = rangeBelow(range, blocks);
    if (left === 'not-our-chain') return reanchor(rescan, range);
    missingSince.delete(rescan.id);
    const matched = await matchBlocks(context, blocks);
    const rescans = [afterScan(rescan, left, matched)];
    await context.commit({ transfers: matched.versions, rescans });
    context.events.rescanned(blocks.length, allBlocksLeft());
    return true;
  }

  /** Finds the hash of the highest block left: at the beginning, and after a ring reset. */
  async function anchor(rescan: Rescan, from: number): Promise<boolean> {
    // Blocks above the tip were replaced by a reorg, and are matched as they arrive.
    const next = Math.min(rescan.next ?? (rescan.to as number), tipOf(state).number);
    if (next < from) {
      await context.commit({ rescans: [{ ...rescan, state: 'done' }] });
      return true;
    }
    const hash = await hashOnOurChain(client, startedChain(state).ring, next);
    if (hash !== null) {
      const to = rescan.next === null ? next : rescan.to;
      await context.commit({ rescans: [{ ...rescan, state: 'running', to, next, hash }] });
    } else if (isForLateAddress(rescan)) {
      noteMissing(rescan.id);
      return false;
    } else {
      const reason = `The node does not show block ${next} of the chain that was matched. Ask again when it does.`;
      await context.commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
    }
    return true;
  }

  /** The node does not show the blocks of the range. A rescan for late addresses waits until it does. */
  async function reanchor(rescan: Rescan, { from, to }: Range): Promise<false> {
    const missingMs = context.now() - noteMissing(rescan.id);
    if (!isForLateAddress(rescan) && missingMs >= MISSING_MS_MAX) {
      const reason =
        `For ${MISSING_MS_MAX / 1000} s the node has not shown what follows downwards from block ${to} of the chain that was matched; ` +
        `blocks ${from} to ${to} are left.`;
      await context.commit({ rescans: [{ ...rescan, state: 'refused', reason }] });
      return false;
    }
    // The anchor hash may come from a node that was on a fork. Read it again.
    const hash = await hashOnOurChain(client, startedChain(state).ring, to);
    if (hash !== null && hash !== rescan.hash) {
      await context.commit({ rescans: [{ ...rescan, hash }] });
    }
    return false;
  }

  function noteMissing(id: string): number {
    const since = missingSince.get(id) ?? context.now();
    missingSince.set(id, since);
    return since;
  }

  function allBlocksLeft(): number {
    const scanned = state.rescans.filter(({ origin }) => origin !== 'ring-reset');
    return scanned.reduce((sum, rescan) => sum + (blocksLeft(rescan) ?? 0), 0);
  }

  return {
    /** Does a part of the work that is due; returns whether there may be more. */
    async step(): Promise<boolean> {
      await locate();
      // Operators add and cancel rescans in the store.
      state.rescans = await store.rescans(chain.id);
      const isResetting = await serveRingReset(context, head, () => {
        recent.clear();
        missingSince.clear();
      });
      const isScanning = await scan();
      return isResetting || isScanning;
    },
    blocksLeft: allBlocksLeft,
    /** The blocks that the node has not shown for the longest time, and since when. */
    missing(): Observation['missing'] {
      const missing = state.rescans.flatMap(({ id, from, next }) => {
        const since = missingSince.get(id);
        if (since === undefined || from === null || next === null) return [];
        return [{ range: { from, to: next }, since }];
      });
      return missing.sort((a, b) => a.since - b.since)[0] ?? null;
    },
  };
}

/** The rescan when only `left` is left of it. */
function afterScan(rescan: Rescan, left: Range | null, matched: Matched): Rescan {
  const moved = {
    state: left === null ? ('done' as const) : ('running' as const),
    next: left?.to ?? rescan.from,
    hash: left?.hash ?? null,
  };
  if (isForLateAddress(rescan)) return { ...rescan, ...moved };
  const found = rescan.found + matched.found;
  return { ...rescan, ...moved, found, versions: rescan.versions + matched.versions.length };
}
