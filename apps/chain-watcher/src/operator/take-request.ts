import type { WatchRequestV1 } from '@daybook/contracts';
import { isForLateAddress, type OperatorRescan } from '../state/rescan';
import { startedChain, tipOf, type WatchContext } from '../state/watch-state';

/** Open requests for one chain; more are a mistake. */
const OPEN_REQUESTS_MAX = 20;

/**
 * Stores what an operator requested, as a rescan that waits, is refused or is cancelled. A request that is
 * stored already changes nothing, except when it was cancelled since. Throws before the chain's first start.
 */
export async function takeRequest(context: WatchContext, request: WatchRequestV1): Promise<void> {
  const { chain, store } = context;
  const { requestId, isCancelled } = request;
  // The leader alone adds rescans, one after the other, so nobody adds this one in between.
  if (await store.hasRescan(requestId)) {
    if (isCancelled) await context.commit({ cancelled: requestId });
    return;
  }
  const open = (await store.rescans(chain.id)).filter((rescan) => !isForLateAddress(rescan));
  await context.commit({ rescans: [rescanOf(context, request, open.length)] });
}

function rescanOf(context: WatchContext, request: WatchRequestV1, open: number): OperatorRescan {
  const { requestId: id, kind, from, blocksMax, isCancelled } = request;
  const isReset = kind === 'reset-ring';
  const to = isReset ? null : (request.to ?? tipOf(context.state).number);
  const reason = isCancelled ? null : refusalOf(context, { ...request, to }, open);
  return {
    ...{ id, origin: isReset ? 'ring-reset' : 'operator', from, to, blocksMax, reason },
    state: isCancelled ? 'cancelled' : reason === null ? 'waiting' : 'refused',
    ...{ next: null, hash: null, found: 0, versions: 0 },
  };
}

/** Why the request cannot be met, with what would be right; null when it can. */
function refusalOf(
  { chain: { id: chain }, state }: WatchContext,
  { kind, from, to, blocksMax }: WatchRequestV1,
  open: number,
): string | null {
  const { startNumber: start } = startedChain(state);
  const tip = tipOf(state).number;
  if (kind !== 'rescan' && kind !== 'reset-ring') {
    return `The watcher of ${chain} does not know requests of the kind ${kind}. Upgrade it.`;
  }
  if (open >= OPEN_REQUESTS_MAX) {
    return `${OPEN_REQUESTS_MAX} requests for ${chain} are open already. Wait for them, or cancel some.`;
  }
  if (from === null) return kind === 'rescan' ? 'A rescan needs its first block.' : null;
  if (from < start) {
    return `The watch of ${chain} begins at block ${start}, as it is configured; block ${from} lies before it.`;
  }
  const highest = Math.max(from, to ?? from);
  if (highest > tip) {
    return `${chain} is matched up to block ${tip}, and ${highest} lies beyond; what follows is matched as it comes.`;
  }
  if (to === null) return null;
  if (from > to) return `The first block, ${from}, lies above the last, ${to}.`;
  const blocks = to - from + 1;
  if (blocks <= blocksMax) return null;
  return `Blocks ${from} to ${to} are ${blocks} blocks, more than the ${blocksMax} that the request allows.`;
}
