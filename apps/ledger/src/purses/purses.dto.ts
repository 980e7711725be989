import type { json } from '@daybook/contracts';
import {
  FAMILIES,
  type Family,
  OUTSIDE_ORDER_ID_LENGTH_MAX,
  PURSE_REFERENCE,
  PURSE_REFERENCE_LENGTH_MAX,
} from '@daybook/domain';
import type { WatchOf } from '../chains';
import { AsOfRequest } from '../edge/as-of';
import {
  ChoiceField,
  ExactlyOne,
  IdField,
  PatternField,
  ReasonField,
  ReferenceField,
  TextField,
} from '../edge/fields';
import { ListRequest } from '../edge/paging';
import { PURSE_STATUS, type Purse } from './purse-resource';

/** Currency codes are words such as `USDT_ETH`. */
const CURRENCY_CODE = /^[A-Z0-9_]{1,32}$/;

/** The merchant's own word for one of several purses of a customer. */
const PURSE_REFERENCE_FIELD = {
  pattern: PURSE_REFERENCE,
  max: PURSE_REFERENCE_LENGTH_MAX,
  sentence: 'must have 1 to 64 visible ASCII characters, such as invoices.',
  optional: true,
} as const;

/** The order id that a purse gets: absent keeps the one that it has, null clears it. */
export const ORDER_FIELD = {
  max: OUTSIDE_ORDER_ID_LENGTH_MAX,
  nullable: true,
  optional: true,
} as const;

/** Which purse: by address family, or by a currency of the family. */
@ExactlyOne('family', 'currency')
export class MintPurseRequest {
  @IdField()
  readonly customerId!: string;

  @ChoiceField(FAMILIES, { optional: true })
  readonly family?: Family;

  @PatternField({
    pattern: CURRENCY_CODE,
    max: 32,
    sentence: 'must be a currency code of GET /v1/assets, such as USDT_ETH.',
    optional: true,
  })
  readonly currency?: string;

  @PatternField(PURSE_REFERENCE_FIELD)
  readonly reference?: string;

  @TextField(ORDER_FIELD)
  readonly outsideOrderId?: string | null;
}

export class GetPurseRequest extends AsOfRequest {
  @IdField()
  readonly purseId!: string;
}

export class ListCustomerPursesRequest extends ListRequest {
  @IdField()
  readonly customerId!: string;
}

export class ArchivePurseRequest {
  @IdField()
  readonly purseId!: string;

  @ReasonField()
  readonly reason!: string;
}

export class RestorePurseRequest extends ArchivePurseRequest {}

export class AssignAddressRequest extends ArchivePurseRequest {
  @ReferenceField()
  readonly reference!: string;
}

export class ConfirmOwnerRequest extends AssignAddressRequest {}

export class AllowReplacementRequest extends AssignAddressRequest {}

export class ListPursesRequest extends ListRequest {
  @PatternField({
    pattern: /^[A-Za-z0-9]+$/,
    max: 64,
    sentence: 'must be an address such as 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266.',
    optional: true,
  })
  readonly address?: string;

  @IdField({ optional: true })
  readonly customerId?: string;

  @ChoiceField(Object.values(PURSE_STATUS), { optional: true })
  readonly status?: Purse['status'];

  @ChoiceField(FAMILIES, { optional: true })
  readonly family?: Family;

  @PatternField(PURSE_REFERENCE_FIELD)
  readonly reference?: string;
}

export function toPurse(purse: Purse, watchOf: WatchOf): json.Purse {
  const { mintPosition: _, ...shown } = purse;
  return { ...shown, watch: watchOf(purse) };
}
