import type { ChainClient } from '@daybook/chains';
import { headerAt, type Ring } from './reconcile';
import type { WatchRequest } from './requests';
import { resetRing } from './reset-ring';
import { commit, tipOf, type WatchParts, type WatchState } from './watch-state';

/**
 * Looks what operators ask for, and begins what has not begun; tells whether there is more to do at once.
 * Matching itself is one for all ranges.
 */
export async function serveRequests(parts: WatchParts, state: WatchState): Promise<boolean> {
  state.requests = await parts.store.requests(parts.chain.id);
  // A chain that stands still can do nothing else before.
  const reset = state.requests.find(({ kind }) => kind === 'reset-ring');
  const fresh = state.requests.find(({ kind, hash }) => kind === 'rescan' && hash === null);
  if (reset && reset.next !== null) return watchReset(parts, state, reset);
  if (reset) await resetRing(parts, state, reset);
  else if (fresh) await beginRescan(parts, state, fresh);
  return reset !== undefined || fresh !== undefined;
}

async function beginRescan(
  parts: WatchParts,
  state: WatchState,
  request: WatchRequest,
): Promise<void> {
  const { from, to, next } = request as WatchRequest & { from: number; to: number };
  // What a reorg replaced since it was asked for is matched as it comes.
  const top = Math.min(next ?? to, tipOf(state).number);
  const begun: WatchRequest =
    top < from ? { ...request, state: 'done' } : await begunAt(parts, state, request, top);
  await commit(parts, state, { requests: [begun] });
}

async function begunAt(
  { client }: WatchParts,
  { ring }: WatchState,
  request: WatchRequest,
  top: number,
): Promise<WatchRequest> {
  const hash = await hashOf(client, ring, top);
  if (hash !== null) return { ...request, state: 'running', to: top, next: top, hash };
  const reason = `The node does not show block ${top} of the chain that was matched. Ask again when it does.`;
  return { ...request, state: 'refused', reason };
}

/**
 * The hash of a block of our chain, up to the tip. Below the ring it is the node's word, which counts
 * when the node follows our chain.
 */
export async function hashOf(
  client: ChainClient,
  ring: Ring,
  number: number,
): Promise<string | null> {
  const known = headerAt(ring, number);
  if (known) return known.hash;
  const header = await client.header(number);
  const oldest = ring[0];
  const same = oldest && (await client.header(oldest.number));
  return header?.number === number && same?.hash === oldest?.hash ? header.hash : null;
}

/** A reset is done when the new branch is matched. */
async function watchReset(
  parts: WatchParts,
  state: WatchState,
  request: WatchRequest,
): Promise<boolean> {
  const { to } = request as { to: number };
  const next = tipOf(state).number + 1;
  if (state.stalled !== null) {
    // The chain changed that deep once more. Whoever asked decides anew.
    const ended: WatchRequest = { ...request, next, state: 'refused', reason: state.stalled };
    await commit(parts, state, { requests: [ended] });
    return true;
  }
  const isDone = next > Math.min(to, state.head?.number ?? to);
  if (!isDone && request.next === next) return false;
  const moved: WatchRequest = { ...request, next, state: isDone ? 'done' : 'running' };
  await commit(parts, state, { requests: [moved] });
  return true;
}
