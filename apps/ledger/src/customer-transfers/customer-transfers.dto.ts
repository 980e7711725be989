import type { json } from '@daybook/contracts';
import {
  AmountField,
  AssetField,
  IdField,
  ReasonField,
  ReferenceField,
  TimeField,
} from '../edge/fields';
import { type KnownAssets, toMoney } from '../edge/money';
import { ListRequest, ReadRequest } from '../edge/paging';

export class MakeCustomerTransferRequest {
  @IdField()
  readonly fromCustomerId!: string;

  @IdField()
  readonly toCustomerId!: string;

  @AssetField()
  readonly asset!: string;

  @AmountField()
  readonly amount!: string;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}

export class GetCustomerTransferRequest extends ReadRequest {
  @IdField()
  readonly customerTransferId!: string;
}

export class ListCustomerTransfersRequest extends ListRequest {
  @IdField({ optional: true })
  readonly customerId?: string;

  @AssetField({ optional: true })
  readonly asset?: string;

  @ReferenceField({ optional: true })
  readonly reference?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;
}

/** A transfer between customers as it was recorded. */
export interface RecordedCustomerTransfer {
  readonly id: string;
  readonly fromCustomerId: string;
  readonly toCustomerId: string;
  readonly asset: string;
  /** Base units. */
  readonly amount: string;
  readonly reason: string;
  readonly reference: string;
  readonly createdAt: string;
  readonly position: string;
}

export function toCustomerTransfer(
  { asset, amount, ...transfer }: RecordedCustomerTransfer,
  assets: KnownAssets,
): json.CustomerTransfer {
  return { ...transfer, money: toMoney({ asset, baseUnits: BigInt(amount) }, assets) };
}
