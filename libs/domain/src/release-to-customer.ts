import { type Act, isRepeat, requireAct } from './act';
import type { AssetScale } from './asset-record';
import { requireAvailable } from './claim-debit';
import type { CommandIn } from './decider';
import { DomainError } from './errors';
import type { ReplenishmentEvent } from './replenishment-event';
import { booking, notFound, type ReplenishmentState } from './replenishment-state';

export type ReleaseToCustomerCommand = CommandIn<{
  ReleaseToCustomer: Act & {
    accountId: string;
    facts: {
      readonly customerBlocked: boolean;
      /** What is available of the account's claim; null when that has been decided on before. */
      readonly available: bigint | null;
      readonly scale: AssetScale;
    };
  };
}>;

/**
 * Moves what was credited to the account, because the customer was blocked, to the customer. From then on the credit is
 * the customer's, so a reversal or a void takes it back there. A repeat of the last act changes nothing.
 *
 * Refuses with `replenishment-not-found`, `invalid-reason`, `invalid-reference`, `reference-reused`,
 * `replenishment-not-with-account`, `customer-blocked` and, when the account has used the money, `insufficient-balance`.
 */
export function releaseToCustomer(
  command: ReleaseToCustomerCommand,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== command.accountId) throw notFound();
  const act = { reason: command.reason, reference: command.reference };
  requireAct(act);
  if (isRepeat({ type: 'release', ...act }, state.acts)) return [];
  const { status, credit, version } = state;
  if (credit?.to !== 'account' || credit.reason !== 'customer-blocked') {
    throw new DomainError(
      'replenishment-not-with-account',
      `Only what was credited to the account, because the customer was blocked, is released to the customer; this replenishment is ${status}.`,
    );
  }
  const { customerBlocked, available, scale } = command.facts;
  if (customerBlocked) {
    throw new DomainError('customer-blocked', 'The customer is blocked; unblock first.');
  }
  const data = { ...booking(state, version, { to: 'customer' } as const), ...act };
  if (available !== null) requireAvailable(BigInt(data.amount), available, scale);
  return [{ type: 'ReplenishmentReleasedToCustomer', data }];
}
