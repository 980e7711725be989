import {
  type BlockHeader,
  type Chain,
  type ChainBlock,
  disagreementAt,
  InvalidBlock,
  type ProviderPool,
  witnessesOf,
} from '@daybook/chains';
import { BLOCKS_AT_ONCE, linkedAfter } from '../blocks/blocks';
import { matchBlocks } from '../match/match-blocks';
import type { Quarantine } from '../quarantine/quarantine';
import { strand, strandedTransfers } from '../quarantine/stranded';
import { afterHead, type Branch, judgeBranch, seenAgainMsOf } from '../reorg/better-chain';
import { firstRing, type NextBlocks, nextBlocks } from '../reorg/next-blocks';
import type { createSupport } from '../reorg/support';
import type { QuarantinedBlock } from '../state/quarantine';
import { cutAtReorg } from '../state/rescan';
import { headerAt, type Ring } from '../state/ring';
import { rangesOf } from '../state/scanned';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** Headers that the ring keeps beyond its window while the providers do not agree on them. */
const RING_EXTRA_MAX = 2_048;

/** The next part of the chain: whole blocks, and perhaps one after them that joins as a gap. */
interface Step {
  readonly ancestor: BlockHeader;
  readonly removed: Ring;
  readonly blocks: readonly ChainBlock[];
  readonly gap: QuarantinedBlock | null;
}

/** What a watch follows its chain with. */
export interface Following {
  readonly quarantine: Quarantine;
  readonly supportOf: ReturnType<typeof createSupport>;
}

/** How far a pass came. */
export interface Followed {
  readonly head: BlockHeader;
  /** Whether there are more blocks to match. */
  readonly isBehind: boolean;
  /** Why the next block cannot be matched; null when nothing is in the way. */
  readonly obstacle: Error | null;
  /** The last block that is known to be on the node's chain now; -1 while the node shows another branch. */
  readonly shownUpTo: number;
}

/** Polls the head and matches the next blocks. */
export async function followChain(
  context: WatchContext,
  { quarantine, supportOf }: Following,
): Promise<Followed> {
  const { chain, client, state, events, now } = context;
  const head = await client.head();
  const seen = { now: now(), seenAgainMs: seenAgainMsOf(chain) };
  state.head = head;
  state.knownHeight = afterHead(state.knownHeight, head.number, seen);
  if (state.chain.phase === 'new') await begin(context, head);
  const started = startedChain(state);
  const { ahead } = state;
  const judge = async (branch: Branch) =>
    judgeBranch(branch, {
      ...seen,
      support: await supportOf(branch),
      // A branch that was found by number is only part of the node's chain when it reaches the head.
      height: Math.max(state.knownHeight.number, tipOf(state).number, head.number - 1),
      ...{ final: state.finalNumber, rival: state.rival },
    });
  const next = await nextBlocks({ client, ahead, judge }, started.ring, head);
  state.chain =
    next.kind === 'stalled'
      ? { ...started, phase: 'stalled', reason: next.reason }
      : { ...started, phase: 'following' };
  const isOurs = headerAt(started.ring, head.number)?.hash === head.hash;
  if (next.kind === 'rival') state.rival = next.rival;
  else if (isOurs || next.kind === 'advance') state.rival = null;
  const isWithheld = next.kind === 'none' && head.number > tipOf(state).number;
  state.withheldSince = isWithheld ? (state.withheldSince ?? now()) : null;
  const step = isFarFromAgreed(context, next) ? null : await stepOf(next, quarantine);
  if (step === null) {
    const obstacle = next.kind === 'refused' ? next.error : null;
    const shownUpTo = isReplacing(next) ? -1 : Math.min(head.number, tipOf(state).number);
    return { head, isBehind: false, obstacle, shownUpTo };
  }
  const tip = await commitStep(context, step);
  const known = step.removed.length > 0 ? tip : state.knownHeight.number;
  if (head.number >= known) state.knownHeight = { number: head.number, lowerSince: null };
  else if (step.removed.length > 0) state.knownHeight = { number: tip, lowerSince: null };
  if (tip > state.highestTip) [state.highestTip, state.advancedAt] = [tip, now()];
  state.recent.add(step.ancestor.number, step.blocks);
  if (step.removed.length > 0) events.reorganised(step.ancestor, step.removed);
  state.rate.note(step.blocks.length, now());
  events.matched(step.blocks, head.number - tip);
  return { head, isBehind: tip < head.number, obstacle: null, shownUpTo: tip };
}

/**
 * Whether the next blocks lie so far above what the providers agree on that the ring would lose the last block that
 * they share. Without it, the chain of the others could only be taken over by a ring reset.
 */
function isFarFromAgreed({ chain, state }: WatchContext, next: NextBlocks): boolean {
  const isReorg = 'removed' in next && next.removed.length > 0;
  const distance = tipOf(state).number - state.agreedNumber;
  return !isReorg && distance >= chain.reorgWindow + RING_EXTRA_MAX - BLOCKS_AT_ONCE;
}

/** Whether the node's branch replaces blocks of ours, now or when all of it is known. */
function isReplacing(next: NextBlocks): boolean {
  if (next.kind === 'refused') return next.removed.length > 0;
  return next.kind === 'rival' || next.kind === 'stalled';
}

/** The first start: nothing is matched yet. */
async function begin({ chain, client, startBlock, commit, now }: WatchContext, head: BlockHeader) {
  const last = await sharedHead(client, chain, head);
  const { number, advance } = await firstRing(client, chain, startBlock, last);
  const tip = advance.added.at(-1) as BlockHeader;
  await requireUndisputed(client, tip);
  await commit({ start: { number, at: now(), scannedFrom: tip.number + 1 }, advance });
}

/** The head, or the lower one of another provider that is at most a ring behind. */
async function sharedHead(client: ProviderPool, { reorgWindow }: Chain, head: BlockHeader) {
  if (client.size === 1) return head;
  const live = client.status().filter(({ state }) => state === 'ok' || state === 'unverified');
  const lowest = Math.min(head.number, ...live.flatMap(({ lastHead }) => lastHead ?? []));
  if (lowest === head.number || lowest < head.number - reorgWindow) return head;
  return (await client.header(lowest)) ?? head;
}

/**
 * Throws `InvalidBlock` unless all providers that answer show the block that the watch begins at: what lies far below it
 * is not remembered, so which of their chains is watched cannot change later.
 */
async function requireUndisputed(client: ProviderPool, { number, hash }: BlockHeader) {
  if (client.size === 1) return;
  const { showing, denying, behind } = witnessesOf(await client.askHeaders(number), hash);
  const [by, other, late] = [showing[0], denying[0], behind[0]];
  if (by !== undefined && other !== undefined) {
    throw new InvalidBlock(disagreementAt(`block ${number}`, { by, hash }, other));
  }
  if (showing.length > 1 || (by !== undefined && late === undefined)) return;
  const who =
    by === undefined ? 'no provider shows' : `the provider ${late} answers, but does not show`;
  throw new InvalidBlock(
    `The first start waits: ${who} block ${number} (${hash}). A provider that stays behind can be removed from the chains file.`,
  );
}

async function stepOf(next: NextBlocks, quarantine: Quarantine): Promise<Step | null> {
  if (next.kind === 'advance') return { ...next, gap: null };
  if (next.kind !== 'refused') return null;
  const { ancestor, removed, before } = next;
  const resolution = await quarantine.resolve(next);
  if (resolution === null) return null;
  if (resolution.kind === 'gap')
    return { ancestor, removed, blocks: before, gap: resolution.entry };
  const blocks = linkedAfter(ancestor, [...before, resolution.block]);
  return blocks.length === 0 ? null : { ancestor, removed, blocks, gap: null };
}

/** Matches the blocks and stores all that follows in one transaction. Returns the new tip's number. */
async function commitStep(
  context: WatchContext,
  { ancestor, removed, blocks, gap }: Step,
): Promise<number> {
  const { chain, store, state } = context;
  const isReorg = removed.length > 0;
  const replaced = state.quarantine.filter(({ number }) => number > ancestor.number);
  const above = isReorg ? await store.includedAbove(chain.id, ancestor.number) : [];
  const stranded = isReorg ? await strandedTransfers(context, replaced) : [];
  const ids = new Set(above.map(({ transfer }) => transfer.transferId));
  const lost = [...above, ...stranded.filter(({ transfer }) => !ids.has(transfer.transferId))];
  const ended = state.sightings.endedBy(blocks);
  // What a reorg replaced may be in the gap: it is not taken back before the gap is scanned.
  const { versions } = await matchBlocks(context, blocks, gap === null ? lost : [], ended);
  const added: Ring = [...blocks.map(headerOf), ...(gap === null ? [] : [headerOf(gap)])];
  const tip = ancestor.number + added.length;
  // What was agreed on above the last common block was replaced.
  if (isReorg && context.client.size > 1)
    state.agreedNumber = Math.min(state.agreedNumber, ancestor.number);
  // The window is counted from what providers agree on: only that is known to be the chain.
  const farthest = tip - chain.reorgWindow - RING_EXTRA_MAX;
  const oldest = Math.max(farthest, Math.min(tip, state.agreedNumber) - chain.reorgWindow + 1);
  const cut = isReorg ? state.rescans.map((rescan) => cutAtReorg(rescan, ancestor)) : [];
  const joined = gap && { ...gap, state: 'gap' as const, stranded: strand(lost) };
  const settled = state.quarantine
    .filter((entry) => entry.id !== gap?.id && isSettled(entry, ancestor.number, tip))
    .map((entry) => settle(entry, blocks));
  await context.commit({
    advance: { ancestor: ancestor.number, added, oldest },
    scanned: {
      above: isReorg ? ancestor.number : null,
      ranges: rangesOf(blocks.map(({ number }) => number)),
    },
    finalNumber: state.finalNumber,
    rescans: cut.filter((rescan) => !state.rescans.includes(rescan)),
    quarantine: [...settled, ...(joined ? [joined] : [])],
    transfers: versions,
  });
  return tip;
}

/**
 * Whether the place of a block in quarantine is taken when the chain goes on from `ancestor` to `tip`. One that
 * waits may lie on a branch that is not followed any more.
 */
function isSettled({ number, state }: QuarantinedBlock, ancestor: number, tip: number): boolean {
  return state === 'gap' ? number > ancestor : number <= tip;
}

/** What becomes of a block in quarantine when these blocks take its place. */
function settle(entry: QuarantinedBlock, blocks: readonly ChainBlock[]): QuarantinedBlock {
  const isSame = blocks.some(({ hash }) => hash === entry.hash);
  const outcome = entry.decision === 'accept' ? 'accepted' : 'scanned';
  return { ...entry, state: isSame ? outcome : 'replaced', stranded: {} };
}

function headerOf({ number, hash, parentHash, time }: BlockHeader): BlockHeader {
  return { number, hash, parentHash, time };
}
