import type { Chain } from '@daybook/chains';
import type { KnownHeight, Rival } from '../state/ring';

/**
 * A branch that is not higher than what is known must be shown by every answer for two block times, within
 * these bounds. A load balancer with one stale node shows it now and then; a real reorg is soon higher.
 */
const SEEN_AGAIN_BLOCKS = 2;
const SEEN_AGAIN_MS_MIN = 5_000;
const SEEN_AGAIN_MS_MAX = 60_000;

/** A branch that would replace matched blocks. */
export interface Branch {
  /** The hash of its first block that is not ours. It identifies the branch while it grows. */
  readonly first: string;
  /** The number of the last common block. */
  readonly ancestor: number;
  /** The highest block that is linked to `first`. */
  readonly top: number;
}

/**
 * What the providers of a chain show of a branch.
 * - `one-provider`: there is no other provider to ask;
 * - `agreed`: two show it;
 * - `contested`: one shows it, and another one, which is not stuck, shows another block in its place;
 * - `unanswered`: one shows it, and no other one answers or has a block in its place.
 */
export type Support = 'one-provider' | 'agreed' | 'contested' | 'unanswered';

/** What is known when an answer shows a branch. */
export interface Known {
  /** The highest block that an answer showed on our chain. */
  readonly height: number;
  /** The last block that is final by the chain's tag; -1 while none is known. */
  readonly final: number;
  readonly rival: Rival | null;
  readonly support: Support;
  /** Unix milliseconds. */
  readonly now: number;
  readonly seenAgainMs: number;
}

export type Verdict =
  /** The branch is the chain: what it replaces is taken back. */
  | { readonly kind: 'better' }
  /** One answer is no reorg: nothing is taken back yet. */
  | { readonly kind: 'wait'; readonly rival: Rival }
  /** It would replace final blocks, which no node's answer may do. */
  | { readonly kind: 'below-final' };

/**
 * Decides whether a branch is a reorg. What was confirmed must not be taken back because one node lags or is
 * on a fork (omni#3747, ponder#2221, ponder#927), or because one provider invents a branch with correct hashes,
 * which may be of any height. So a branch counts:
 * - of one provider: when it is higher than what is known, or when all answers have shown it for `seenAgainMs`;
 * - of several: when two show it. One alone is believed when no other one has shown another block for
 *   `seenAgainMs`, however high the branch is.
 *
 * It never replaces the final block or one below it: if it is shown all the same, the chain stops, and an operator
 * decides.
 */
export function judgeBranch({ first, ancestor, top }: Branch, known: Known): Verdict {
  const { height, final, support, now, seenAgainMs } = known;
  const isSame = known.rival?.first === first && support !== 'contested';
  const rival = isSame ? (known.rival as Rival) : { first, since: now };
  const isShown = support === 'agreed' || now - rival.since >= seenAgainMs;
  if (support === 'contested') return { kind: 'wait', rival };
  if (ancestor < final) return isShown ? { kind: 'below-final' } : { kind: 'wait', rival };
  const isHigher = support === 'one-provider' && top > height;
  return isShown || isHigher ? { kind: 'better' } : { kind: 'wait', rival };
}

/** After an answer showed `head`. A height that no answer repeats for `seenAgainMs` is forgotten: it may be absurd. */
export function afterHead(
  known: KnownHeight,
  head: number,
  { now, seenAgainMs }: { readonly now: number; readonly seenAgainMs: number },
): KnownHeight {
  if (head >= known.number) return { ...known, lowerSince: null };
  const lowerSince = known.lowerSince ?? now;
  if (now - lowerSince < seenAgainMs) return { ...known, lowerSince };
  return { number: head, lowerSince: null };
}

/** How long a branch that is not higher must be shown, in milliseconds. */
export function seenAgainMsOf({ blockTimeMs }: Pick<Chain, 'blockTimeMs'>): number {
  const usual = SEEN_AGAIN_BLOCKS * (blockTimeMs ?? 0);
  return Math.min(Math.max(usual, SEEN_AGAIN_MS_MIN), SEEN_AGAIN_MS_MAX);
}
