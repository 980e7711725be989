import type { RejectionReason, ReplenishmentStatus } from '@daybook/domain';
import type { Amount } from '../edge/money';

/** A replenishment as clients see it, before an edge gives it its form. */
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
