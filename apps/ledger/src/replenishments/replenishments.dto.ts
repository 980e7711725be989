import type { json } from '@daybook/contracts';
import type { Credit, ReplenishmentStatus } from '@daybook/domain';
import {
  AssetField,
  ChoiceField,
  IdField,
  ReasonField,
  ReferenceField,
  TimeField,
} from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';

type StatePair = Pick<json.Replenishment, 'transactionState' | 'complianceState'>;

/** The pair of states that the previous system showed for each status. */
export const STATE_PAIRS = {
  seen: { transactionState: 'MEM_POOL_FOUND', complianceState: 'UNCHECKED' },
  detected: { transactionState: 'MEM_POOL_FOUND', complianceState: 'UNCHECKED' },
  screening: { transactionState: 'PENDING_COMPLIANCE_CHECK', complianceState: 'IN_PROGRESS' },
  confirmed: { transactionState: 'CONFIRMED', complianceState: 'CHECKED' },
  declined: { transactionState: 'DECLINED', complianceState: 'DECLINE' },
  reverted: { transactionState: 'REVERTED', complianceState: 'UNCHECKED' },
  held: { transactionState: 'HELD', complianceState: 'UNCHECKED' },
  voided: { transactionState: 'VOIDED', complianceState: 'UNCHECKED' },
  dropped: { transactionState: 'DROPPED', complianceState: 'UNCHECKED' },
  rejected: { transactionState: 'REJECTED', complianceState: 'UNCHECKED' },
} as const satisfies Record<ReplenishmentStatus, StatePair>;

const STATUSES = Object.keys(STATE_PAIRS) as readonly ReplenishmentStatus[];
const TRANSACTION_STATES = [
  ...new Set(STATUSES.map((status) => STATE_PAIRS[status].transactionState)),
];

/** The statuses of a `status` or `transactionState`. */
export function statusesOf(word: string): readonly ReplenishmentStatus[] {
  return STATUSES.filter(
    (status) => status === word || STATE_PAIRS[status].transactionState === word,
  );
}

export class GetReplenishmentRequest extends ReadRequest {
  @IdField()
  readonly replenishmentId!: string;
}

export class ListReplenishmentsRequest extends ListRequest {
  @IdField({ optional: true })
  readonly customerId?: string;

  @IdField({ optional: true })
  readonly purseId?: string;

  @ChoiceField([...STATUSES, ...TRANSACTION_STATES], { optional: true })
  readonly status?: string;

  @AssetField({ optional: true })
  readonly asset?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;

  @ChoiceField(['customer', 'account', 'suspense'], { optional: true })
  readonly creditedTo?: Credit['to'];
}

export class VoidReplenishmentRequest {
  @IdField()
  readonly replenishmentId!: string;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}

export class CreditReplenishmentRequest extends VoidReplenishmentRequest {}
export class ReleaseToCustomerRequest extends VoidReplenishmentRequest {}
