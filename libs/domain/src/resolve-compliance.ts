import { type Act, isRepeat, requireAct } from './act';
import type { ComplianceDecision } from './compliance';
import { type HeldCredit, IN_REVIEW, type OwnerFacts } from './credit';
import type { CommandIn } from './decider';
import { DomainError } from './errors';
import { whenFinal } from './held-replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, notFound, type ReplenishmentState } from './replenishment-state';
import { netAmount } from './transfer';

/** What compliance says of a replenishment that is being screened. */
export type ComplianceCommand = CommandIn<{
  ResolveCompliance: {
    accountId: string;
    decision: ComplianceDecision;
    /** What an operator said who decided; absent for a decision of a machine. */
    act?: Act | undefined;
    /** What was looked at. Another block or amount by now is screened by itself. Absent: whatever there is. */
    checked?: { readonly blockHash: string; readonly amount: string } | undefined;
    facts: OwnerFacts;
  };
}>;

/**
 * Books what was screened. What is approved is credited, or held where the customer may not have it. What is declined
 * waits in suspense. Refuses with `replenishment-not-found`, `replenishment-not-screening`, `invalid-reason`,
 * `invalid-reference`, `reference-reused`.
 */
export function resolveCompliance(
  command: ComplianceCommand,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== command.accountId) throw notFound();
  const { decision, act, checked } = command;
  if (act !== undefined) requireAct(act);
  const about = decision.verdict;
  if (act !== undefined && isRepeat({ type: 'review', ...act, about }, state.acts)) return [];
  const isOther =
    state.block?.hash !== checked?.blockHash || `${netAmount(state.transfer)}` !== checked?.amount;
  if (checked !== undefined && isOther) return [];
  const isApproved = decision.verdict === 'passed';
  if (state.status === (isApproved ? 'confirmed' : 'declined')) return [];
  if (isApproved && state.status === 'held') return [];
  if (state.status !== 'screening' || state.finality === null) {
    throw new DomainError(
      'replenishment-not-screening',
      `Only a replenishment that is being screened can be resolved; this one is ${state.status}.`,
    );
  }
  const { version, finality } = state;
  const declined: HeldCredit = { to: 'suspense', reason: 'compliance-declined' };
  const final = isApproved
    ? whenFinal({ ...state, finality }, command.facts, state.belowMinimum ?? false)
    : ({
        type: 'ReplenishmentDeclined',
        data: { ...booking(state, version, declined), finality },
      } as const);
  const said = { compliance: decision, ...(act && { act }) };
  // Earlier versions booked nothing before the decision, so this books the receipt.
  if (state.credit === null) return [withData(final, said)];
  const decided = { ...said, heldFor: IN_REVIEW.reason };
  if (final.type !== 'ReplenishmentConfirmed') return [withData(final, decided)];
  const { finality: _, credit, ...data } = final.data;
  if (credit.to === 'suspense') throw new Error('Nothing is confirmed to suspense any more.');
  return [{ type: 'ReplenishmentReleased', data: { ...data, credit, ...decided } }];
}

function withData(event: ReplenishmentEvent, data: object): ReplenishmentEvent {
  // The compiler cannot see that type and data still belong together.
  return { ...event, data: { ...event.data, ...data } } as ReplenishmentEvent;
}
