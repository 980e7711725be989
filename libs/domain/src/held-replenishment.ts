import type { Act } from './act';
import { type Credit, creditOf, type HeldCredit, type OwnerFacts } from './credit';
import type { CommandIn } from './decider';
import type { SumOfHeld } from './held-sum';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, type KnownReplenishment, type ReplenishmentState } from './replenishment-state';
import { type Finality, netAmount } from './transfer';

export type ReleaseCommand = CommandIn<{
  /** It is part of a sum that reached the minimum, as it is held in `blockHash`. */
  ReleaseReplenishment: {
    blockHash: string;
    amount: string;
    sum: SumOfHeld;
    facts: Pick<OwnerFacts, 'customerBlocked'>;
  };
}>;

/**
 * The event of a transfer that is final and may be credited. What is below the minimum is held, no matter who would be
 * credited; for its purse if that is out of use, so that it is no part of a sum. So is what has no owner, or one who
 * was erased.
 */
export function whenFinal(
  state: KnownReplenishment & { readonly finality: Finality },
  facts: OwnerFacts,
  isBelowMinimum: boolean,
): ReplenishmentEvent {
  const { version, finality } = state;
  const credit = creditOf(facts);
  const isNobodys =
    credit.to === 'suspense' &&
    (credit.reason === 'no-owner' || credit.reason === 'customer-erased');
  return isBelowMinimum || isNobodys
    ? {
        type: 'ReplenishmentHeld',
        data: { ...booking(state, version, heldCredit(credit)), finality },
      }
    : { type: 'ReplenishmentConfirmed', data: { ...booking(state, version, credit), finality } };
}

export function heldCredit(credit: Credit): HeldCredit {
  return credit.to === 'suspense' ? credit : { to: 'suspense', reason: 'below-minimum' };
}

/** What is held otherwise by now, or no longer, is no part of the sum. */
export function releaseInSum(
  { blockHash, amount, sum, facts }: Extract<ReleaseCommand, { type: 'ReleaseReplenishment' }>,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status !== 'held' || state.block?.hash !== blockHash) return [];
  const { credit, transfer } = state;
  const isPart = credit?.to === 'suspense' && credit.reason === 'below-minimum';
  return isPart && `${netAmount(transfer)}` === amount ? release(state, facts, { sum }) : [];
}

/** Credits what is held: to the account if the customer is blocked at this moment. */
export function release(
  state: KnownReplenishment,
  facts: Pick<OwnerFacts, 'customerBlocked'>,
  because: { readonly sum: SumOfHeld } | { readonly act: Act },
): readonly ReplenishmentEvent[] {
  if (state.credit?.to !== 'suspense') return [];
  const credit = creditOf({ purseStatus: 'active', ...facts });
  if (credit.to === 'suspense') return [];
  const heldFor = state.credit.reason;
  const data = { ...booking(state, state.version, credit), heldFor, ...because };
  return [{ type: 'ReplenishmentReleased', data }];
}
