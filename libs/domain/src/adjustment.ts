import { type Act, requireAct } from './act';
import type { AssetScale } from './asset-record';
import type { BookKind, Posting } from './books';
import { type ClaimantFacts, requireAvailable } from './claim-debit';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { requireAmount } from './money';

export const ADJUSTMENT_DIRECTIONS = ['credit', 'debit'] as const;
export type AdjustmentDirection = (typeof ADJUSTMENT_DIRECTIONS)[number];

interface Adjusted extends Act {
  readonly accountId: string;
  /** Whose claim is adjusted; null for the account's own. */
  readonly customerId: string | null;
  /** The purse of the customer that the adjustment is about; null for none. */
  readonly purseId: string | null;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units, greater than zero. */
  readonly amount: string;
  readonly direction: AdjustmentDirection;
}

export type AdjustmentCommand = CommandIn<{
  MakeAdjustment: Adjusted & {
    /** Whether an operator debits more than is available. */
    readonly forced: boolean;
    readonly facts: {
      /** The customer that is named; null when none is. */
      readonly customer: ClaimantFacts | null;
      /** The purse that is named, with its customer if there is one; null when none is named. */
      readonly purse: { readonly ownerId: string | null } | null;
      /** What is available of the claim; null when it does not matter, as for a credit. */
      readonly available: bigint | null;
      readonly scale: AssetScale;
    };
  };
}>;

export type AdjustmentEvent = EventIn<{
  AdjustmentMade: Adjusted & { forced: boolean };
}>;

export type AdjustmentState =
  | { readonly status: 'absent' }
  | ({ readonly status: 'made'; readonly forced: boolean } & Adjusted);

type MakeAdjustment = Extract<AdjustmentCommand, { type: 'MakeAdjustment' }>;

/**
 * A correction of one claim by hand, in a stream of its own whose id follows from account and reference. It is made
 * once: the same request again changes nothing, and another one with its reference is refused.
 *
 * Refuses with `invalid-reason`, `invalid-reference`, `invalid-amount`, `customer-not-found`, `purse-not-found`,
 * `reference-reused`, `insufficient-balance`.
 */
export const adjustment: Decider<AdjustmentCommand, AdjustmentEvent, AdjustmentState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    requireAct(command);
    requireAmount(command.amount);
    const { accountId, customerId, purseId, asset, amount, direction } = command;
    if (state.status === 'made') return repeated(command, state);
    requireOwner(command);
    const { forced, facts, reason, reference } = command;
    if (direction === 'debit' && !forced && facts.available !== null) {
      requireAvailable(BigInt(amount), facts.available, facts.scale);
    }
    const about = { accountId, customerId, purseId, asset, amount, direction };
    return [{ type: 'AdjustmentMade', data: { ...about, forced, reason, reference } }];
  },

  evolve(_, event) {
    switch (event.type) {
      case 'AdjustmentMade':
        return { status: 'made', ...event.data };
    }
  },
};

/** Whether it was forced is no part of its content: it does the same. */
const CONTENT = [
  ...(['accountId', 'customerId', 'purseId', 'asset', 'amount', 'direction', 'reason'] as const),
];

function repeated(
  command: MakeAdjustment,
  state: Extract<AdjustmentState, { status: 'made' }>,
): readonly AdjustmentEvent[] {
  if (CONTENT.every((field) => command[field] === state[field])) return [];
  throw new DomainError(
    'reference-reused',
    `The reference ${command.reference} is that of another adjustment of the account.`,
  );
}

/** Another account's customer does not exist, and neither does another customer's purse. */
function requireOwner({ accountId, customerId, facts }: MakeAdjustment): void {
  const { customer, purse } = facts;
  const isTheirs = customer === null || customer.status === 'absent' ? null : customer.accountId;
  if (customerId !== null && isTheirs !== accountId) {
    throw new DomainError('customer-not-found', 'There is no customer with this id.');
  }
  if (purse === null || (purse.ownerId !== null && purse.ownerId === customerId)) return;
  throw new DomainError('purse-not-found', 'The customer has no purse with this id.');
}

/** The posting of an adjustment: from the book of adjustments to the claim, or back. */
export function adjustmentPostings({
  accountId,
  customerId,
  purseId,
  asset,
  amount,
  direction,
}: Adjusted): readonly Posting[] {
  const claim: BookKind = customerId === null ? 'claim/account' : 'claim/customer';
  const [debit, credit]: readonly [BookKind, BookKind] =
    direction === 'credit' ? ['adjustments', claim] : [claim, 'adjustments'];
  const parties = { accountId, customerId, purseId, chargeId: null };
  return [{ kind: 'adjustment', debit, credit, asset, amount: BigInt(amount), ...parties }];
}
