import { requireReason } from './customer';
import type { Decider } from './decider';
import { DomainError } from './errors';

export const WATCH_REQUEST_KINDS = ['rescan', 'reset-ring'] as const;
export type WatchRequestKind = (typeof WATCH_REQUEST_KINDS)[number];

/** What an operator requests of the watcher of a chain. */
export interface WatchWish {
  /** CAIP-2. */
  readonly chain: string;
  /** `reset-ring` takes over the node's chain after a reorg deeper than the ring. */
  readonly kind: WatchRequestKind;
  /** The first block; null lets the watcher find it, for a reset only. */
  readonly from: number | null;
  /** The last block; null for the last one that is matched. Always null for a reset. */
  readonly to: number | null;
  /** The watcher refuses to match more blocks than this. */
  readonly blocksMax: number;
  /** Kept as evidence. */
  readonly reason: string;
}

export type WatchRequestCommand =
  | ({
      readonly type: 'RequestWatch';
      /** The highest block that the chain's watcher reported; null without a report. */
      readonly facts: { readonly latest: number | null };
    } & WatchWish)
  | {
      readonly type: 'CancelWatchRequest';
      /** Kept as evidence. */
      readonly reason: string;
      /** How it ended, by the watcher's last report; null while it is open. */
      readonly facts: { readonly ended: string | null };
    };

export type WatchRequestEvent =
  | { readonly type: 'WatchRequested'; readonly data: WatchWish }
  | { readonly type: 'WatchRequestCancelled'; readonly data: { readonly reason: string } };

export interface WatchRequestState {
  readonly status: 'absent' | 'requested' | 'cancelled';
}

/**
 * A request to the watcher of a chain. Only requests that no watcher could meet are refused here: the
 * watcher itself decides the rest, because it knows which blocks it can match.
 */
export const watchRequest: Decider<WatchRequestCommand, WatchRequestEvent, WatchRequestState> = {
  initialState: { status: 'absent' },

  decide(command, { status }) {
    switch (command.type) {
      case 'RequestWatch': {
        if (status !== 'absent') return [];
        const { chain, kind, from, to, blocksMax, reason, facts } = command;
        const wish = { chain, kind, from, to, blocksMax, reason };
        requireReason(reason);
        requireBlocks(wish, facts.latest);
        return [{ type: 'WatchRequested', data: wish }];
      }
      case 'CancelWatchRequest': {
        const { reason, facts } = command;
        requireReason(reason);
        if (status === 'absent') {
          throw new DomainError('watch-request-not-found', 'There is no request with this id.');
        }
        if (status === 'cancelled') return [];
        // A request that ends at this moment is cancelled without effect: the watcher ignores it.
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
function requireBlocks({ chain, kind, from, to, blocksMax }: WatchWish, latest: number | null) {
  if (kind === 'reset-ring' && to !== null) {
    throw invalid('A reset ends at the head, so leave out its last block.');
  }
  if (kind === 'rescan' && from === null) throw invalid('A rescan needs its first block.');
  const highest = Math.max(from ?? 0, to ?? 0);
  if (latest !== null && highest > latest) {
    throw invalid(
      `Chain ${chain} is matched up to block ${latest} at most; block ${highest} is matched when it is mined.`,
    );
  }
  if (from === null) return;
  if (to !== null && from > to) {
    throw invalid(`The first block, ${from}, lies above the last, ${to}.`);
  }
  const last = to ?? (kind === 'rescan' ? latest : null);
  if (last !== null && last - from + 1 > blocksMax) {
    throw invalid(
      `Blocks ${from} to ${last} are ${last - from + 1} blocks, more than the ${blocksMax} that the request allows.`,
    );
  }
}

function invalid(sentence: string): DomainError {
  return new DomainError('watch-request-invalid', sentence);
}
