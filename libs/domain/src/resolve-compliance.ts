import type { Credit, OwnerFacts } from './credit';
import type { CommandIn } from './decider';
import { DomainError } from './errors';
import { whenFinal } from './held-replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, notFound, type ReplenishmentState } from './replenishment-state';

/** What compliance says of a replenishment that is being screened. */
export type ComplianceCommand = CommandIn<{
  ResolveCompliance: {
    accountId: string;
    decision: 'approved' | 'declined';
    facts: OwnerFacts;
  };
}>;

/** Books what was screened. Refuses with `replenishment-not-found`, `replenishment-not-screening`. */
export function resolveCompliance(
  command: ComplianceCommand,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== command.accountId) throw notFound();
  const isApproved = command.decision === 'approved';
  if (state.status === (isApproved ? 'confirmed' : 'declined')) return [];
  if (isApproved && state.status === 'held') return [];
  if (state.status !== 'screening' || state.finality === null) {
    throw new DomainError(
      'replenishment-not-screening',
      `Only a replenishment that is being screened can be resolved; this one is ${state.status}.`,
    );
  }
  const { version, finality } = state;
  if (isApproved) {
    return [whenFinal({ ...state, finality }, command.facts, state.belowMinimum ?? false)];
  }
  const credit: Credit = { to: 'suspense', reason: 'compliance-declined' };
  return [
    { type: 'ReplenishmentDeclined', data: { ...booking(state, version, credit), finality } },
  ];
}
