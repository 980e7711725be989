import { type Act, requireAct } from './act';
import type { AssetScale } from './asset-record';
import type { Posting } from './books';
import { type ClaimantFacts, requireAvailable } from './claim-debit';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { requireAmount } from './money';

interface Transferred extends Act {
  readonly accountId: string;
  readonly fromCustomerId: string;
  readonly toCustomerId: string;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units, greater than zero. */
  readonly amount: string;
}

export type CustomerTransferCommand = CommandIn<{
  MakeCustomerTransfer: Transferred & {
    readonly facts: {
      readonly from: ClaimantFacts;
      readonly to: ClaimantFacts;
      /** What is available of the sender's claim; null when that has been decided on before. */
      readonly available: bigint | null;
      readonly scale: AssetScale;
    };
  };
}>;

export type CustomerTransferEvent = EventIn<{
  CustomerTransferMade: Transferred;
}>;

export type CustomerTransferState =
  | { readonly status: 'absent' }
  | ({ readonly status: 'made' } & Transferred);

/**
 * A transfer between two customers of one account: one event, so that one side never has it without the other. It is
 * made once: the same request again changes nothing, and another one with its reference is refused.
 *
 * A blocked customer neither sends nor receives: what a blocked customer would receive belongs to the account while
 * the block lasts, and a transfer must not go around that. The status is that of a moment before.
 *
 * Refuses with `invalid-reason`, `invalid-reference`, `invalid-amount`, `same-customer`, `customer-not-found`,
 * `customer-blocked`, `reference-reused`, `insufficient-balance`.
 */
export const customerTransfer: Decider<
  CustomerTransferCommand,
  CustomerTransferEvent,
  CustomerTransferState
> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    requireAct(command);
    requireAmount(command.amount);
    const { accountId, fromCustomerId, toCustomerId, asset, amount, reason, reference } = command;
    if (fromCustomerId === toCustomerId) {
      throw new DomainError('same-customer', 'A transfer needs two different customers.');
    }
    if (state.status === 'made') {
      if (CONTENT.every((field) => command[field] === state[field])) return [];
      throw new DomainError(
        'reference-reused',
        `The reference ${reference} is that of another transfer of the account.`,
      );
    }
    const { from, to, available, scale } = command.facts;
    requireOwn(accountId, from);
    requireOwn(accountId, to);
    requireActive(from, 'sends');
    requireActive(to, 'receives');
    if (available !== null) requireAvailable(BigInt(amount), available, scale);
    const about = { accountId, fromCustomerId, toCustomerId, asset, amount };
    return [{ type: 'CustomerTransferMade', data: { ...about, reason, reference } }];
  },

  evolve(_, event) {
    switch (event.type) {
      case 'CustomerTransferMade':
        return { status: 'made', ...event.data };
    }
  },
};

const CONTENT = [
  ...(['accountId', 'fromCustomerId', 'toCustomerId', 'asset', 'amount', 'reason'] as const),
];

/** Another account's customer does not exist. Of two that are not found, nobody learns which one is. */
function requireOwn(accountId: string, customer: ClaimantFacts): void {
  if (customer.status !== 'absent' && customer.accountId === accountId) return;
  throw new DomainError('customer-not-found', 'There is no customer with one of these ids.');
}

function requireActive({ status }: ClaimantFacts, does: string): void {
  if (status !== 'blocked') return;
  throw new DomainError('customer-blocked', `The customer who ${does} is blocked; unblock first.`);
}

/** The postings of a transfer: from the claim of one customer to that of the other, with the clearing between them. */
export function customerTransferPostings({
  accountId,
  fromCustomerId,
  toCustomerId,
  asset,
  amount,
}: Transferred): readonly Posting[] {
  const of = (customerId: string) => ({ accountId, customerId, purseId: null, chargeId: null });
  const posting = { kind: 'customer-transfer', asset, amount: BigInt(amount) } as const;
  return [
    { ...posting, debit: 'claim/customer', credit: 'clearing', ...of(fromCustomerId) },
    { ...posting, debit: 'clearing', credit: 'claim/customer', ...of(toCustomerId) },
  ];
}
