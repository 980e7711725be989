import { type BlockHeader, type ChainClient, InvalidBlock } from '@daybook/chains';
import { openChronicle } from './chronicle';
import { firstRing } from './first-start';
import { headerAt, type Ring } from './reconcile';
import type { WatchRequest } from './requests';
import { cutRescans, type Rescan } from './rescans';
import { commit, tipOf, versionTime, type WatchParts, type WatchState } from './watch-state';

/**
 * Lets a chain go on whose node shows another branch from below the ring on, as an operator says that
 * the node is right. Where the branches part nobody remembers, but the blocks that showed transfers to
 * our addresses are known: the highest of them that the node has lies below the fork. All transfers
 * above it were on the old branch and are reported as reverted, final or not, so that the ledger
 * takes back exactly what it booked from them. The new branch is matched from there as it comes, and
 * a transfer that it shows too is one credit again.
 */
export async function resetRing(
  parts: WatchParts,
  state: WatchState,
  request: WatchRequest,
): Promise<void> {
  const { chain, client, store } = parts;
  const plan = await planReset(parts, state, request);
  if ('reason' in plan) {
    await commit(parts, state, { requests: [{ ...request, ...plan, state: 'refused' }] });
    return;
  }
  const { from, agreed, head } = plan;
  const { ring } = await firstRing(client, chain, from, head);
  await requireSame(client, ring, agreed);
  const ancestor = ring.at(-1) as BlockHeader;
  const lost = await store.includedAbove(chain.id, ancestor.number);
  const chronicle = openChronicle(chain.id, lost, versionTime(parts, state));
  for (const { transfer } of lost) chronicle.revert(transfer.transferId);
  const next = ancestor.number + 1;
  const begun = { ...request, state: 'running', from: next, to: head.number, next } as const;
  await commit(parts, state, {
    ring,
    transfers: chronicle.changes,
    rescans: await rehang(client, cutRescans(state.rescans, ancestor)),
    requests: [
      { ...begun, told: lost.length },
      // Their hashes may be of the old branch: they begin again where they are.
      ...state.requests
        .filter(({ kind, hash }) => kind === 'rescan' && hash !== null)
        .map((rescan) => ({ ...rescan, hash: null })),
    ],
  });
  state.recent.clear();
  state.missing = null;
  // The new branch may be shorter: only its own silence counts.
  state.highest = { number: head.number, at: parts.now() };
  parts.events.reset(ancestor, lost.length);
}

/** Up to here both branches are one. Without a hash nothing is known but that nobody matched before. */
interface Agreed {
  readonly number: number;
  readonly hash: string | null;
}

interface Plan {
  /** The first block to match on the new branch. */
  readonly from: number;
  readonly agreed: Agreed;
  readonly head: BlockHeader;
}

/** Where to go on, or why there is no going on. */
async function planReset(
  parts: WatchParts,
  state: WatchState,
  { from: asked, blocksMax }: WatchRequest,
): Promise<Plan | { readonly reason: string }> {
  const { chain, client, store } = parts;
  const oldest = state.ring[0] as BlockHeader;
  const head = state.head ?? tipOf(state);
  const theirs = await client.header(oldest.number);
  if (theirs === null) {
    return {
      reason: `The node ends at block ${head.number}, below ${oldest.number}, the oldest block that is remembered. Ask again when it has that block.`,
    };
  }
  if (theirs.hash === oldest.hash) {
    return {
      reason: `The node has block ${oldest.number}, the oldest that is remembered, so the watcher follows every reorg by itself. There is nothing to reset.`,
    };
  }
  const agreed = await agreedUpTo(parts, state, oldest.number - 1);
  // Nothing below has to be taken back, and what was missed there is what a rescan is for.
  const from = Math.max(asked ?? 0, agreed.number + 1);
  if (from > oldest.number) {
    return {
      reason: `Block ${oldest.number} already differs on the node's chain: begin there or below.`,
    };
  }
  const shown = await store.includedAtMost(chain.id, from - 1);
  if (shown && shown.number > agreed.number) {
    return {
      reason: `Block ${shown.number}, in which transfers were found, is not on the node's chain: begin there or below.`,
    };
  }
  const blocks = head.number - from + 1;
  if (blocksMax !== null && blocks > blocksMax) {
    return {
      reason:
        `No block above ${agreed.number} is known to be the same on the node's chain, so ${blocks} blocks would be matched, more than ${blocksMax}. ` +
        'Name the first block that differs with --from, or allow so many with --yes.',
    };
  }
  return { from, agreed, head };
}

/**
 * The highest block up to `limit` that showed a transfer and that the node's chain has; where there is
 * none, the block before the first that was ever matched. Above the fork no block is shared, below it
 * every one, so it is searched for by halves.
 */
async function agreedUpTo(
  { chain, client, store }: WatchParts,
  { startNumber }: WatchState,
  limit: number,
): Promise<Agreed> {
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

/** Throws when the node, asked again, is not of the chain that the plan was made for. */
async function requireSame(client: ChainClient, ring: Ring, agreed: Agreed): Promise<void> {
  if (agreed.hash === null) return;
  const now = headerAt(ring, agreed.number) ?? (await client.header(agreed.number));
  if (now?.hash === agreed.hash) return;
  throw new InvalidBlock(`The node shows block ${agreed.number} once so, once otherwise.`);
}

/** The ranges with the hashes of the node's chain; those it does not have are kept, and missed. */
function rehang(client: ChainClient, rescans: readonly Rescan[]): Promise<readonly Rescan[]> {
  return Promise.all(
    rescans.map(async (it) => ({ ...it, hash: (await client.header(it.to))?.hash ?? it.hash })),
  );
}
