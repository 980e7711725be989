import type { Claimant } from '@daybook/domain';
import { ChoiceField, IdField, PatternField, ReasonField, ReferenceField } from '../edge/fields';
import { ListRequest } from '../edge/paging';
import { SUSPENSE_REASONS, type SuspenseReason } from './get-suspense';

export class ListSuspenseRequest extends ListRequest {
  @ChoiceField(SUSPENSE_REASONS, { optional: true })
  readonly reason?: SuspenseReason;

  @PatternField({
    pattern: /^[A-Za-z0-9_:/.-]+$/,
    max: 256,
    sentence: 'must be a CAIP-19 id or a currency code of GET /v1/assets, such as USDT_ETH.',
    optional: true,
  })
  readonly asset?: string;

  @IdField({ optional: true })
  readonly customerId?: string;

  @PatternField({
    pattern: /^(0|[1-9][0-9]{0,4})$/,
    max: 5,
    sentence: 'must be a number of days from 0 to 99999, such as 30.',
    optional: true,
  })
  readonly olderThanDays?: string;
}

export class ListAllSuspenseRequest extends ListSuspenseRequest {
  @IdField({ optional: true })
  readonly accountId?: string;
}

const CLAIMANTS = ['customer', 'account'] as const;

export class ResolveSuspenseRequest {
  @IdField()
  readonly replenishmentId!: string;

  @ChoiceField(CLAIMANTS)
  readonly to!: Claimant;

  @ReasonField()
  readonly reason!: string;

  @ReferenceField()
  readonly reference!: string;
}

export class ResolveAnySuspenseRequest extends ResolveSuspenseRequest {}
