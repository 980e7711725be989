import { type BlockHeader, type ChainClient, InvalidBlock } from '@daybook/chains';
import { changeVersions } from '../match/transfer-versions';
import { strandedTransfers } from '../quarantine/stranded';
import { firstRing } from '../reorg/next-blocks';
import { cutAtReorg, type Rescan } from '../state/rescan';
import { headerAt, type Ring } from '../state/ring';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** Works on the ring reset that an operator requested, if there is one; returns whether more is due. */
export async function serveRingReset(context: WatchContext): Promise<boolean> {
  const { state } = context;
  const reset = state.rescans.find(({ origin }) => origin === 'ring-reset');
  if (reset === undefined) return false;
  if (reset.next !== null) return trackReset(context, reset);
  // It would take over any chain that the node shows.
  await context.client.verify();
  const head = state.head ?? tipOf(state);
  const plan = await planReset(context, head, reset);
  if (typeof plan !== 'string') await resetRing(context, head, reset, plan.from, plan.agreed);
  else await context.commit({ rescans: [{ ...reset, state: 'refused', reason: plan }] });
  return true;
}

/**
 * Continues with the node's branch, which leaves ours below the ring. No header shows where, but the
 * blocks with transfers to our addresses are stored: the highest of them that the node has lies below
 * the fork. All transfers above it are reported as reverted, final or not, so the ledger reverses exactly
 * what it booked for them. A transfer that the new branch contains too is credited once.
 */
async function resetRing(
  context: WatchContext,
  head: BlockHeader,
  reset: Rescan,
  from: number,
  agreed: Agreed,
): Promise<void> {
  const { chain, client, store, state } = context;
  const { advance } = await firstRing(client, chain, from, head);
  const now = headerAt(advance.added, agreed.number) ?? (await client.header(agreed.number));
  if (agreed.hash !== null && now?.hash !== agreed.hash) {
    throw new InvalidBlock(`The node gave two different hashes for block ${agreed.number}.`);
  }
  const ancestor = advance.added.at(-1) as BlockHeader;
  const depth = Math.max(1, tipOf(state).number - ancestor.number);
  const replaced = state.quarantine.filter(({ number }) => number > ancestor.number);
  const above = await store.includedAbove(chain.id, ancestor.number);
  const ids = new Set(above.map(({ transfer }) => transfer.transferId));
  const stranded = await strandedTransfers(context, replaced);
  const lost = [...above, ...stranded.filter(({ transfer }) => !ids.has(transfer.transferId))];
  const versions = changeVersions(context, lost);
  for (const { transfer } of lost) versions.revert(transfer.transferId);
  const next = ancestor.number + 1;
  const begun = { ...reset, state: 'running', from: next, to: head.number, next } as const;
  // The hashes of running rescans may be of the old branch, so they are read again.
  const running = state.rescans
    .filter(({ origin, next }) => origin !== 'ring-reset' && next !== null)
    .map((rescan) => ({ ...cutAtReorg(rescan, ancestor), hash: null }));
  await context.commit({
    advance,
    scanned: { above: ancestor.number, ranges: [] },
    finalNumber: Math.min(state.finalNumber, ancestor.number),
    quarantine: replaced.map((block) => ({ ...block, state: 'replaced', stranded: {} })),
    transfers: versions.changes,
    rescans: [...running, { ...begun, versions: lost.length }],
  });
  client.forgetFinal?.();
  context.events.reset(ancestor, depth, lost.length);
  state.recent.clear();
  state.ahead.clear();
  state.missingSince.clear();
  [state.rival, state.knownHeight] = [null, { number: head.number, lowerSince: null }];
  // The new branch may be shorter than the old one.
  [state.highestTip, state.advancedAt] = [ancestor.number, context.now()];
}

/** A reset is done when the new branch is matched. */
async function trackReset({ commit, state }: WatchContext, reset: Rescan): Promise<boolean> {
  const to = reset.to as number;
  const next = tipOf(state).number + 1;
  const chain = startedChain(state);
  if (chain.phase === 'stalled') {
    // The chain changed that deep once more, so the operator has to decide again.
    await commit({ rescans: [{ ...reset, next, state: 'refused', reason: chain.reason }] });
    return true;
  }
  const isDone = next > Math.min(to, state.head?.number ?? to);
  if (!isDone && reset.next === next) return false;
  await commit({ rescans: [{ ...reset, next, state: isDone ? 'done' : 'running' }] });
  return true;
}

/** Up to here both branches are the same. No hash: no block with transfers is known to be on both. */
type Agreed = Pick<BlockHeader, 'number'> & { readonly hash: string | null };

/** The first block to match on the new branch, or why the reset is refused. */
async function planReset(
  context: WatchContext,
  head: BlockHeader,
  { from: requested, blocksMax }: Rescan,
) {
  const { chain, client, store, state } = context;
  const { ring, phase } = startedChain(state);
  const oldest = ring[0] as BlockHeader;
  const theirs = await client.header(oldest.number);
  if (theirs === null) {
    return `The node ends at block ${head.number}, below ${oldest.number}, the oldest block that is remembered. Request the ring reset again when the node has that block.`;
  }
  if (theirs.hash === oldest.hash) {
    // The node shows a branch that is no reorg by itself, such as one below the final block.
    if (phase === 'stalled' || state.rival !== null) {
      const agreed = await sharedInRing(client, ring);
      return { from: agreed.number + 1, agreed };
    }
    return `The node has block ${oldest.number}, the oldest that is remembered, so the watcher follows every reorg by itself. There is nothing to reset.`;
  }
  const agreed = await agreedUpTo(context, oldest.number - 1);
  // Below it nothing has to be reverted; for what was missed there, there are rescans.
  const from = Math.max(requested ?? 0, agreed.number + 1);
  if (from > oldest.number) {
    return `Block ${oldest.number} already differs on the node's chain: begin there or below.`;
  }
  const shown = await store.includedAtMost(chain.id, from - 1);
  if (shown && shown.number > agreed.number) {
    return `Block ${shown.number}, in which transfers were found, is not on the node's chain: begin there or below.`;
  }
  const blocks = head.number - from + 1;
  if (blocksMax !== null && blocks > blocksMax) {
    return (
      `No block above ${agreed.number} is known to be the same on the node's chain, so ${blocks} blocks would be matched, more than ${blocksMax}. ` +
      'Name the first block that differs with --from, or allow so many with --yes.'
    );
  }
  return { from, agreed };
}

/** The highest block of the ring that is on the node's chain too, as its oldest one is. */
async function sharedInRing(client: ChainClient, ring: Ring): Promise<Agreed> {
  let [low, high] = [0, ring.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const ours = ring[middle] as BlockHeader;
    if ((await client.header(ours.number))?.hash === ours.hash) low = middle;
    else high = middle - 1;
  }
  const { number, hash } = ring[low] as BlockHeader;
  return { number, hash };
}

/**
 * The highest block up to `limit` that has transfers to our addresses and is on the node's chain too, else
 * the block before the first matched one. All blocks below the fork are shared and none above it.
 */
async function agreedUpTo({ chain, client, store, state }: WatchContext, limit: number) {
  const { startNumber } = startedChain(state);
  let agreed: Agreed = { number: Math.max(startNumber - 1, 0), hash: null };
  let [low, high] = [agreed.number, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const shown = await store.includedAtMost(chain.id, middle);
    if (shown === null || shown.number <= agreed.number) {
      low = middle;
    } else if ((await client.header(shown.number))?.hash === shown.hash) {
      agreed = shown;
      low = middle;
    } else {
      high = shown.number - 1;
    }
  }
  return agreed;
}
