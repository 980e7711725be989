import type { LookUpV1 } from '@daybook/contracts';
import type { ReplenishmentStatus } from '@daybook/domain';
import type { Head } from '../chains';

/** Why a movement is no replenishment, and the reasons that replenishments have, each in a sentence. */
const SENTENCES = {
  'not-yours': 'Neither address is a purse of yours.',
  outgoing: 'It leaves a purse of yours; only what arrives at a purse is a replenishment.',
  pending: 'No block includes the transaction yet.',
  'not-scanned-yet':
    'Daybook has not matched the block yet, or not yet for this purse. That happens without a request.',
  'paused-chain':
    'The chain is paused by the operators of Daybook. The block is matched when they resume it.',
  'quarantined-block':
    'The content of the block could not be proven. It is matched when it can, or when the operators of Daybook decide.',
  'before-watch-start':
    'The block lies before the first one that Daybook watches on this chain. Ask the operators of Daybook.',
  'not-recorded':
    'The block was matched, and the transfer is not recorded yet. If that lasts for a minute, request a rescan.',
  'transaction-failed': 'The transaction failed, so nothing was moved.',
  'not-fungible': 'The units of the token differ from each other, so it is never credited.',
  'unknown-token': 'The token is not listed, whatever it calls itself. See GET /v1/assets.',
  'zero-value': 'Nothing was moved.',
  'below-minimum': 'The amount is below the minimum of the asset. See GET /v1/assets.',
  'held-below-minimum':
    'The amount is below the minimum of the asset. It is held until what the purse holds so adds up to the minimum. See GET /v1/assets.',
  netted: 'As much left the purse again in the same transaction.',
  unbacked:
    'None of it arrived: the balance of the purse shows less than the log of the token says.',
  unreadable: 'The log of the token cannot be read as a transfer, so its amount is not known.',
  'awaiting-second-provider':
    'The amount is so large that a second provider must show the block as well.',
  'unproven-trace':
    'Only a trace of one node shows it, and no balance that is proven and no second provider agrees with it yet.',
  'unread-balance':
    'The token is credited by what the balance of the purse shows, and no node has said yet what that was before and after the block.',
  internal: 'It comes from another purse of yours, so it is no deposit.',
  'top-up': 'It comes from a gas address of yours, so it is no deposit.',
  'customer-blocked': 'The customer was blocked, so the account was credited.',
  'purse-archived': 'The purse was archived, so the money waits in suspense.',
  'shared-address':
    'Two purses were given this address, so the money waits in suspense until the operator says whose it is.',
  'no-owner':
    'It is not certain whose the address is, so the money waits in suspense until the operator confirms the owner.',
  'purse-declined': 'The purse was declined, so the money waits in suspense.',
  'in-review': 'It is in review, and waits in suspense until compliance decides.',
  resolved: 'It waited in suspense until somebody decided that it is the account’s.',
  'compliance-declined': 'Compliance declined it, so the money waits in suspense.',
} as const;

export type Reason = Exclude<keyof typeof SENTENCES, 'held-below-minimum'>;

/**
 * The reason in a sentence; null for one that needs none, or that is newer than this list. What is below the minimum is
 * held, and was rejected by earlier versions.
 */
export function sentenceOf(
  reason: string | null,
  status: ReplenishmentStatus | null = null,
): string | null {
  const held = `held-${reason}`;
  if (status === 'held' && Object.hasOwn(SENTENCES, held)) return SENTENCES[held as Reason];
  return reason !== null && Object.hasOwn(SENTENCES, reason) ? SENTENCES[reason as Reason] : null;
}

/** What is known of a movement that is recorded as no replenishment of the account. */
export interface MovementFacts {
  /** Whether it arrives at a purse of the account, and whether it leaves one. */
  readonly isTo: boolean;
  readonly isFrom: boolean;
  /** Whether transfers to that purse are seen on the chain. */
  readonly isWatched: boolean;
}

/**
 * Why a movement is no replenishment of the account. For one between others it says nothing else, no matter who they are,
 * whatever is known of the block, and whether the transaction failed.
 */
export function whyNone(
  { isTo, isFrom, isWatched }: MovementFacts,
  { status, block, watch }: Pick<LookUpV1, 'status' | 'block' | 'watch'>,
  head: Head | undefined,
): Reason {
  if (!isTo) return isFrom ? 'outgoing' : 'not-yours';
  if (status === 'failed') return 'transaction-failed';
  if (block === null) return 'pending';
  if (watch === 'before-start') return 'before-watch-start';
  if (watch === 'quarantined') return 'quarantined-block';
  const isMatched = watch === 'matched' || block.number <= (head?.matched ?? -1);
  if (isMatched) return isWatched ? 'not-recorded' : 'not-scanned-yet';
  return head?.isPaused ? 'paused-chain' : 'not-scanned-yet';
}
