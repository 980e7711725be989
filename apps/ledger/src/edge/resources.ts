import type {
  CustomerState,
  Family,
  PurseState,
  RejectionReason,
  ReplenishmentStatus,
} from '@daybook/domain';

/** What clients see, before an edge gives it its wire form. Amounts are base units as `bigint`. */
export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly description: string | null;
  readonly status: 'ACTIVE' | 'BLOCKED';
  readonly createdAt: string;
}

export interface Purse {
  readonly id: string;
  readonly customerId: string;
  readonly family: Family;
  /** As people write it: EIP-55 checksummed on EVM chains. */
  readonly address: string;
  readonly status: 'PENDING_PAYMENT' | 'ARCHIVED' | 'DECLINED';
  readonly outsideOrderId: string | null;
  readonly mintedAt: string;
  /** Where in the log it was minted: a watcher that has come this far watches it. */
  readonly mintPosition: bigint;
}

/** An amount with what it is counted in. */
export interface Amount {
  readonly asset: string;
  readonly baseUnits: bigint;
}

export interface Replenishment {
  readonly id: string;
  readonly customerId: string;
  readonly purseId: string;
  readonly outsideOrderId: string | null;
  readonly status: ReplenishmentStatus;
  readonly amount: Amount;
  readonly chain: string;
  readonly txHash: string;
  readonly ordinal: string;
  readonly from: string;
  readonly to: string;
  readonly block: { readonly number: number; readonly hash: string; readonly time: string } | null;
  /** Whether the credit went to the account as the customer was blocked. */
  readonly blocked: boolean;
  /** Where it is booked, null while it is not. */
  readonly creditedTo: 'customer' | 'account' | 'suspense' | null;
  /** Why it is not the customer's: a rejection, a suspense reason or `customer-blocked`. */
  readonly reason: RejectionReason | string | null;
  /** The finality policy that was applied, such as `depth:12` or `tag:finalized`. */
  readonly finality: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly position: bigint;
}

export interface Page<T> {
  readonly data: readonly T[];
  /** Pass it as `cursor` to go on; null at the end. */
  readonly nextCursor: string | null;
}

export const CUSTOMER_STATUS = { active: 'ACTIVE', blocked: 'BLOCKED' } as const;

export const PURSE_STATUS = {
  active: 'PENDING_PAYMENT',
  archived: 'ARCHIVED',
  declined: 'DECLINED',
} as const;

export function customerResource(
  id: string,
  state: Exclude<CustomerState, { status: 'absent' }>,
): Customer {
  const { externalId, description, createdAt } = state;
  return { id, externalId, description, status: CUSTOMER_STATUS[state.status], createdAt };
}

export function purseResource(
  id: string,
  state: Exclude<PurseState, { status: 'absent' }>,
  displayAddress: (family: Family, address: string) => string,
  mintPosition: bigint,
): Purse {
  const { customerId, family, outsideOrderId, mintedAt } = state;
  const address = displayAddress(family, state.address);
  const status = PURSE_STATUS[state.status];
  return { id, customerId, family, address, status, outsideOrderId, mintedAt, mintPosition };
}
