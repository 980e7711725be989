import type { json } from '@daybook/contracts';
import { ADJUSTMENT_DIRECTIONS, type AdjustmentDirection } from '@daybook/domain';
import {
  AmountField,
  AssetField,
  ChoiceField,
  ExactlyOne,
  IdField,
  ReasonField,
  ReferenceField,
  TimeField,
} from '../edge/fields';
import { type KnownAssets, toMoney } from '../edge/money';
import { ListRequest, ReadRequest } from '../edge/paging';

const OWNERS = ['account'] as const;

@ExactlyOne('customerId', 'owner')
export class MakeAdjustmentRequest {
  @IdField({ optional: true })
  readonly customerId?: string;

  @ChoiceField(OWNERS, { optional: true })
  readonly owner?: 'account';

  @IdField({ optional: true })
  readonly purseId?: string;

  @AssetField()
  readonly asset!: string;

  @AmountField()
  readonly amount!: string;

  @ChoiceField(ADJUSTMENT_DIRECTIONS)
  readonly direction!: AdjustmentDirection;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}

@ExactlyOne('customerId', 'owner')
export class ForceDebitRequest {
  @IdField()
  readonly accountId!: string;

  @IdField({ optional: true })
  readonly customerId?: string;

  @ChoiceField(OWNERS, { optional: true })
  readonly owner?: 'account';

  @IdField({ optional: true })
  readonly purseId?: string;

  @AssetField()
  readonly asset!: string;

  @AmountField()
  readonly amount!: string;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}

export class PreviewAdjustmentRequest extends ReadRequest {
  @IdField({ optional: true })
  readonly customerId?: string;

  @AssetField()
  readonly asset!: string;

  @AmountField()
  readonly amount!: string;

  @ChoiceField(ADJUSTMENT_DIRECTIONS)
  readonly direction!: AdjustmentDirection;
}

export class GetAdjustmentRequest extends ReadRequest {
  @IdField()
  readonly adjustmentId!: string;
}

export class ListAdjustmentsRequest extends ListRequest {
  @IdField({ optional: true })
  readonly customerId?: string;

  @AssetField({ optional: true })
  readonly asset?: string;

  @ChoiceField(ADJUSTMENT_DIRECTIONS, { optional: true })
  readonly direction?: AdjustmentDirection;

  @ReferenceField({ optional: true })
  readonly reference?: string;

  @TimeField({ optional: true })
  readonly from?: string;

  @TimeField({ optional: true })
  readonly to?: string;
}

/** An adjustment as it was recorded. */
export interface RecordedAdjustment {
  readonly id: string;
  readonly accountId: string;
  readonly customerId: string | null;
  readonly purseId: string | null;
  readonly asset: string;
  /** Base units. */
  readonly amount: string;
  readonly direction: AdjustmentDirection;
  readonly forced: boolean;
  readonly reason: string;
  readonly reference: string;
  readonly createdAt: string;
  readonly position: string;
}

export function toAdjustment(
  { asset, amount, ...adjustment }: RecordedAdjustment,
  assets: KnownAssets,
): json.Adjustment {
  return { ...adjustment, money: toMoney({ asset, baseUnits: BigInt(amount) }, assets) };
}
