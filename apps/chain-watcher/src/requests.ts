import type { BlockHeader } from '@daybook/chains';
import type { Range } from './rescans';

export type RequestState = 'waiting' | 'running' | 'done' | 'refused' | 'cancelled';

/**
 * What an operator asks of the watcher that leads a chain:
 *
 * - `rescan`: to match the blocks `from` to `to` again, from the highest down;
 * - `reset-ring`: to take the node's word after a reorg deeper than the ring, take back what the old
 *   branch showed, and match the new one from `from` up. Where the branches part is found out when
 *   `from` is left out.
 *
 * Whoever asks stores it. The leader alone moves it on, in the transaction that stores what it found, so
 * a killed watcher goes on where it was.
 */
export interface WatchRequest {
  readonly id: string;
  readonly chain: string;
  readonly kind: 'rescan' | 'reset-ring';
  readonly state: RequestState;
  readonly from: number | null;
  /** Null in a reset that has not begun. */
  readonly to: number | null;
  /** More blocks are refused; null allows any number. */
  readonly blocksMax: number | null;
  /** The block to match next; null before it has begun. */
  readonly next: number | null;
  /** The hash of `next` in a rescan; null before it is known. */
  readonly hash: string | null;
  /** Transfers to our addresses that the blocks showed. */
  readonly shown: number;
  /** New versions of transfers that this led to: found, or taken back. */
  readonly told: number;
  /** Why it was refused. */
  readonly reason: string | null;
}

/** Requests that wait for one chain; whoever asks for more than that has lost count. */
export const OPEN_REQUESTS_MAX = 20;
/** On a public node about a quarter of an hour's work; more has to be meant. */
export const REQUESTED_BLOCKS_MAX = 10_000;

/** The blocks that a request still has to match. */
export interface Asked extends Range {
  readonly request: WatchRequest;
}

/** What is left of a rescan that has begun. */
export function rangeLeft(request: WatchRequest): Asked | null {
  const { kind, from, next, hash } = request;
  if (kind !== 'rescan' || from === null || next === null || hash === null) return null;
  return { from, to: next, hash, request };
}

/** How many blocks are left; null before that is known. */
export function requestedBlocksLeft({ kind, state, from, to, next }: WatchRequest): number | null {
  if (state !== 'waiting' && state !== 'running') return 0;
  if (from === null || to === null) return null;
  if (next === null) return to - from + 1;
  return kind === 'rescan' ? next - from + 1 : Math.max(0, to - next + 1);
}

/**
 * The requests that change when a reorg replaces the blocks above `ancestor`: those blocks are matched
 * as they come, so nobody has to match them again.
 */
export function cutRequests(
  requests: readonly WatchRequest[],
  ancestor: BlockHeader,
): readonly WatchRequest[] {
  return requests.flatMap((request): readonly WatchRequest[] => {
    const left = rangeLeft(request);
    if (left === null || left.to <= ancestor.number) return [];
    if (left.from > ancestor.number) return [{ ...request, state: 'done' }];
    return [{ ...request, next: ancestor.number, hash: ancestor.hash }];
  });
}
