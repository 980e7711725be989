import { requireReason } from './customer';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';

export const WATCH_REQUEST_KINDS = [
  ...(['rescan', 'report-again', 'reset-ring'] as const),
  ...(['ask-block', 'accept-block', 'skip-block'] as const),
  ...(['pause', 'resume'] as const),
] as const;
export type WatchRequestKind = (typeof WATCH_REQUEST_KINDS)[number];

/** What an operator requests from the watcher of a chain. */
export interface WatchOrder {
  /** CAIP-2. */
  readonly chain: string;
  /**
   * To match blocks again, perhaps to report every transfer in them once more; to take over the node's chain
   * after a reorg that was too deep; what to do about a block in quarantine, which is `from`; to pause the watch
   * of the whole chain, or to resume it.
   */
  readonly kind: WatchRequestKind;
  /**
   * The first block, or the one in quarantine. Null lets the watcher find it, for a reset and for a transaction;
   * a pause has none.
   */
  readonly from: number | null;
  /** The last block; null for the last one that is matched. Always null for a reset. */
  readonly to: number | null;
  /** The hash of a transaction whose block is to be matched again, in place of blocks. */
  readonly transaction: string | null;
  /** The watcher refuses to match more blocks than this. */
  readonly blocksMax: number;
  /** Kept as evidence. */
  readonly reason: string;
}

export type WatchRequestCommand = CommandIn<{
  /** `latest`: the highest block that the chain's watcher reported; null when it never did. */
  RequestWatch: WatchOrder & { facts: { readonly latest: number | null } };
  /** `ended`: the final state by the watcher's last report; null while the request is open. */
  CancelWatchRequest: { reason: string; facts: { readonly ended: string | null } };
}>;

export type WatchRequestEvent = EventIn<{
  WatchRequested: WatchOrder;
  WatchRequestCancelled: { reason: string };
}>;

export interface WatchRequestState {
  readonly status: 'absent' | 'requested' | 'cancelled';
}

/**
 * A request to the watcher of a chain. The watcher decides: it knows which blocks it can match. Only
 * what no watcher could do is refused here.
 */
export const watchRequest: Decider<WatchRequestCommand, WatchRequestEvent, WatchRequestState> = {
  initialState: { status: 'absent' },

  decide(command, { status }) {
    switch (command.type) {
      case 'RequestWatch': {
        if (status !== 'absent') return [];
        const { chain, kind, from, to, transaction, blocksMax, reason, facts } = command;
        const order = { chain, kind, from, to, transaction, blocksMax, reason };
        requireReason(reason);
        requireBlocks(order, facts.latest);
        return [{ type: 'WatchRequested', data: order }];
      }
      case 'CancelWatchRequest': {
        const { reason, facts } = command;
        requireReason(reason);
        if (status === 'absent') {
          throw new DomainError('watch-request-not-found', 'There is no request with this id.');
        }
        if (status === 'cancelled') return [];
        // Cancelling a request that ends at this moment has no effect: the watcher ignores it.
        if (facts.ended !== null) {
          throw new DomainError(
            'watch-request-ended',
            `The request has ended already: it is ${facts.ended}.`,
          );
        }
        return [{ type: 'WatchRequestCancelled', data: { reason } }];
      }
    }
  },

  evolve(_state, event) {
    switch (event.type) {
      case 'WatchRequested':
        return { status: 'requested' };
      case 'WatchRequestCancelled':
        return { status: 'cancelled' };
    }
  },
};

/** Refuses with `watch-request-invalid`. */
function requireBlocks(order: WatchOrder, latest: number | null): void {
  const fault = faultOf(order, latest);
  if (fault !== null) throw new DomainError('watch-request-invalid', fault);
}

/** Why no watcher could meet the request, with what would be right; null if one could. */
function faultOf(order: WatchOrder, latest: number | null): string | null {
  const { kind, from, to, transaction } = order;
  const isRescan = kind === 'rescan' || kind === 'report-again';
  if (transaction !== null && !isRescan) {
    return 'Only a rescan names a transaction: leave it out.';
  }
  switch (kind) {
    case 'pause':
    case 'resume':
      if (from === null && to === null) return null;
      return 'The whole chain is paused and resumed: leave out the blocks.';
    case 'ask-block':
    case 'accept-block':
    case 'skip-block':
      if (from === null) return 'Name the block that is in quarantine.';
      if (to === null) return null;
      return 'A block in quarantine is resolved alone: leave out the last block.';
    case 'reset-ring':
      if (to !== null) return 'A reset goes on to the head, so it has no last block.';
      return faultOfBlocks(order, latest, null);
    case 'rescan':
    case 'report-again':
      if (transaction !== null) {
        if (from === null && to === null) return null;
        return 'Name the blocks or the transaction, not both.';
      }
      if (from === null) return 'A rescan needs its first block, or a transaction.';
      return faultOfBlocks(order, latest, latest);
  }
}

/** `last` is the last block if the request names none; null if that is not known. */
function faultOfBlocks(
  { chain, from, to, blocksMax }: WatchOrder,
  latest: number | null,
  last: number | null,
): string | null {
  const highest = Math.max(from ?? 0, to ?? 0);
  if (latest !== null && highest > latest) {
    return `Chain ${chain} is matched up to block ${latest}, and ${highest} lies beyond it; later blocks are matched anyway.`;
  }
  if (from === null) return null;
  if (to !== null && from > to) return `The first block, ${from}, lies above the last, ${to}.`;
  const upTo = to ?? last;
  if (upTo === null || upTo - from + 1 <= blocksMax) return null;
  return `Blocks ${from} to ${upTo} are ${upTo - from + 1} blocks, more than the ${blocksMax} that the request allows.`;
}
