import type { OutflowStatus, ReplenishmentStatus } from '@daybook/domain';
import {
  AssetField,
  ChainField,
  ChoiceField,
  IdField,
  ReasonField,
  TimeField,
  TransactionField,
} from '../edge/fields';
import { ListRequest, ReadRequest } from '../edge/paging';
import { ENTRY_TYPES } from './entry-pages';

/** Those of replenishments and of outflows, in the order of the contract. */
const STATUSES: readonly (ReplenishmentStatus | OutflowStatus)[] = [
  ...(['seen', 'detected', 'screening', 'confirmed', 'declined', 'reverted', 'held'] as const),
  ...(['voided', 'dropped', 'rejected', 'booked'] as const),
];

export class GetTransactionRequest {
  @ChainField({ optional: false })
  readonly chain!: string;

  @TransactionField()
  readonly hash!: string;
}

export class RescanTransactionRequest extends GetTransactionRequest {
  @ReasonField()
  readonly reason!: string;
}

export class ListTransactionsRequest extends ListRequest {
  @ChoiceField(ENTRY_TYPES, { optional: true })
  readonly type?: string;

  @ChoiceField(STATUSES, { optional: true })
  readonly status?: string;

  @AssetField({ optional: true })
  readonly asset?: string;

  @IdField({ optional: true })
  readonly customerId?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;
}

export class ExportTransactionsRequest extends ReadRequest {
  @ChoiceField(ENTRY_TYPES, { optional: true })
  readonly type?: string;

  @ChoiceField(STATUSES, { optional: true })
  readonly status?: string;

  @AssetField({ optional: true })
  readonly asset?: string;

  @IdField({ optional: true })
  readonly customerId?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;
}
