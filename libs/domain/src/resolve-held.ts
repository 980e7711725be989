import { type Act, isRepeat, requireAct } from './act';
import { type Credit, creditOf, type HeldCredit, type HeldReason, type OwnerFacts } from './credit';
import type { CommandIn } from './decider';
import { DomainError } from './errors';
import type { Claimant } from './finding-event';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, notFound, type ReplenishmentState } from './replenishment-state';

/** Who decides whose held money is: the account's own people, or an operator. */
export type Resolver = 'account' | 'operator';

export type ResolutionCommand = CommandIn<{
  ResolveHeld: Act & {
    accountId: string;
    to: Claimant;
    by: Resolver;
    facts: Pick<OwnerFacts, 'customerBlocked'>;
  };
}>;

/** What the account's own people may resolve. The rest is about whose the money is, or whether it may be used. */
const OF_THE_ACCOUNT: readonly HeldReason[] = ['below-minimum', 'purse-archived'];

/** The one place that says who may resolve what. */
export function mayResolve(by: Resolver, reason: HeldReason): boolean {
  return by === 'operator' || OF_THE_ACCOUNT.includes(reason);
}

/**
 * Gives what is held to the customer or to the account. A blocked customer's goes to the account. What is in review is
 * decided by compliance first. Refuses with `replenishment-not-found`, `invalid-reason`, `invalid-reference`,
 * `reference-reused`, `replenishment-not-held`, `resolution-not-allowed`.
 */
export function resolveHeld(
  { accountId, to, by, facts, reason, reference }: ResolutionCommand,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== accountId) throw notFound();
  const act = { reason, reference };
  requireAct(act);
  if (isRepeat({ type: 'resolve', ...act, about: to }, state.acts)) return [];
  const { credit: held, status } = state;
  if (held?.to !== 'suspense' || status === 'screening') {
    throw new DomainError(
      'replenishment-not-held',
      `Only what is held is resolved; this replenishment is ${status}.`,
    );
  }
  if (!mayResolve(by, held.reason)) {
    throw new DomainError(
      'resolution-not-allowed',
      `What is held for ${held.reason} is resolved by the operator of this service.`,
    );
  }
  const credit = to === 'account' ? RESOLVED : claimOf(facts);
  const data = { ...booking(state, state.version, credit), heldFor: held.reason, act };
  return [{ type: 'ReplenishmentReleased', data: { ...data, resolvedTo: to } }];
}

const RESOLVED = { to: 'account', reason: 'resolved' } as const;

function claimOf(facts: Pick<OwnerFacts, 'customerBlocked'>): Exclude<Credit, HeldCredit> {
  const credit = creditOf({ purseStatus: 'active', ...facts });
  if (credit.to === 'suspense') throw new Error('A purse in use has no suspense.');
  return credit;
}
