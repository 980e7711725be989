import type { BlockHeader } from '@daybook/chains';
import { type HeadFeed, pollHead } from '../blocks/head-feed';
import type { RecentBlocks } from '../blocks/recent-blocks';
import { matchBlocks } from '../match/match-blocks';
import { firstRing } from '../reorg/first-ring';
import { type NextBlocks, nextBlocks } from '../reorg/next-blocks';
import { cutAtReorg } from '../state/rescan';
import { startedChain, type WatchContext } from '../state/watch-state';

/**
 * Follows the chain by one step: polls the head, decides about reorgs, fetches and validates the next
 * blocks, matches them, and commits. Returns the head, and whether there are more blocks to match.
 */
export async function followChain(
  context: WatchContext,
  feed: HeadFeed,
  recent: RecentBlocks,
  startBlock: number | null,
): Promise<{ readonly head: BlockHeader; readonly isBehind: boolean }> {
  const { chain, client, state } = context;
  const head = await pollHead(client, feed, context.now);
  if (state.chain.phase === 'new') {
    const start = await firstRing(client, chain, startBlock, head);
    await context.commit({ start: { ...start, at: context.now() } });
  }
  const started = startedChain(state);
  const next = await nextBlocks(client, started.ring, head);
  state.chain =
    next.kind === 'stalled'
      ? { ...started, phase: 'stalled', reason: next.reason }
      : { ...started, phase: 'following' };
  if (next.kind !== 'advance') return { head, isBehind: false };
  const tip = await commitBlocks(context, next);
  recent.add(next.ancestor.number, next.blocks);
  if (next.removed.length > 0) context.events.reorganised(next.ancestor, next.removed);
  context.events.matched(next.blocks);
  return { head, isBehind: tip < head.number };
}

/** Matches the blocks and stores all that follows in one transaction. Returns the new tip's number. */
async function commitBlocks(
  context: WatchContext,
  { ancestor, removed, blocks }: Extract<NextBlocks, { kind: 'advance' }>,
): Promise<number> {
  const { chain, store, state } = context;
  const lost = removed.length === 0 ? [] : await store.includedAbove(chain.id, ancestor.number);
  const ended = state.sightings.endedBy(blocks.flatMap(({ transactions }) => transactions));
  const { versions } = await matchBlocks(context, blocks, lost, ended);
  const last = blocks.at(-1) as BlockHeader;
  await context.commit({
    advance: {
      ancestor: ancestor.number,
      added: blocks.map(headerOf),
      oldest: last.number - chain.reorgWindow + 1,
    },
    ...(removed.length > 0 && {
      rescans: state.rescans
        .map((rescan) => ({ rescan, cut: cutAtReorg(rescan, ancestor) }))
        .flatMap(({ rescan, cut }) => (cut === rescan ? [] : [cut])),
    }),
    transfers: versions,
  });
  return last.number;
}

function headerOf({ number, hash, parentHash, time }: BlockHeader): BlockHeader {
  return { number, hash, parentHash, time };
}
