import { FAMILIES, type Family, OUTSIDE_ORDER_ID_LENGTH_MAX } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Watch, WatchOf } from '../chains';
import { AsOfRequest } from '../edge/as-of';
import {
  ChoiceField,
  ExactlyOne,
  IdField,
  PatternField,
  ReasonField,
  TextField,
} from '../edge/fields';
import { ListRequest, ListResponse } from '../edge/paging';
import { type Purse } from './purse-resource';

const PURSE_STATUSES = ['PENDING_PAYMENT', 'ARCHIVED', 'DECLINED'] as const;

/** Currency codes are words such as `USDT_ETH`. */
export const CURRENCY_CODE = /^[A-Z0-9_]{1,32}$/;

export const PURSE_ID = { description: 'Id of the purse.' } as const;
const CUSTOMER_ID = { description: 'Id of the customer.' } as const;

/** Which purse: by address family, or by a currency of the family. */
@ExactlyOne('family', 'currency')
export class MintPurseRequest {
  @IdField(CUSTOMER_ID)
  readonly customerId!: string;

  @ChoiceField({
    choices: FAMILIES,
    description: 'The kind of chains. One purse takes every registered asset of its family.',
    example: 'evm',
    optional: true,
  })
  readonly family?: Family;

  @PatternField({
    pattern: CURRENCY_CODE,
    max: 32,
    sentence: 'must be a currency code of GET /v1/assets, such as USDT_ETH.',
    description: 'A currency of `GET /v1/assets`, instead of the family.',
    example: 'USDT_ETH',
    optional: true,
  })
  readonly currency?: string;

  @TextField({
    max: OUTSIDE_ORDER_ID_LENGTH_MAX,
    description: 'Your own order id. It comes back with every replenishment of the purse.',
    example: 'order-2026-000042',
    optional: true,
  })
  readonly outsideOrderId?: string;
}

export class GetPurseRequest extends AsOfRequest {
  @IdField(PURSE_ID)
  readonly purseId!: string;
}

export class ListCustomerPursesRequest extends ListRequest {
  @IdField(CUSTOMER_ID)
  readonly customerId!: string;
}

export class ArchivePurseRequest {
  @IdField(PURSE_ID)
  readonly purseId!: string;

  @ReasonField()
  readonly reason!: string;
}

export class RestorePurseRequest {
  @IdField(PURSE_ID)
  readonly purseId!: string;

  @ReasonField()
  readonly reason!: string;
}

export class ListPursesRequest extends ListRequest {
  @PatternField({
    pattern: /^[A-Za-z0-9]+$/,
    max: 64,
    sentence: 'must be an address such as 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266.',
    description: 'Only the purse with this address, in any letter case that its checksum allows.',
    example: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    optional: true,
  })
  readonly address?: string;

  @IdField({ description: 'Only purses of this customer.', optional: true })
  readonly customerId?: string;

  @ChoiceField({
    choices: PURSE_STATUSES,
    description: 'Only purses with this status.',
    optional: true,
  })
  readonly status?: Purse['status'];
}

@ApiSchema({
  name: 'PurseWatch',
  description: 'Whether transfers to a purse are seen on one chain.',
})
export class PurseWatchResponse implements Watch {
  @ApiProperty({ type: String, maxLength: 64, description: 'CAIP-2 id.', example: 'eip155:1' })
  readonly chain!: string;

  @ApiProperty({
    type: Boolean,
    description: 'Whether the watcher of the chain has acknowledged the address.',
    example: true,
  })
  readonly watched!: boolean;
}

@ApiSchema({ name: 'Purse', description: "A customer's permanent deposit address on one family." })
export class PurseResponse implements Omit<Purse, 'mintPosition'> {
  @ApiProperty({ type: String, format: 'uuid', description: 'Id of the purse.' })
  readonly id!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'Whose it is.' })
  readonly customerId!: string;

  @ApiProperty({ enum: FAMILIES, description: 'The kind of chains.', example: 'evm' })
  readonly family!: Family;

  @ApiProperty({
    type: String,
    description: 'The address, as people write it. It never changes.',
    maxLength: 64,
    example: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  })
  readonly address!: string;

  @ApiProperty({
    enum: PURSE_STATUSES,
    description:
      'PENDING_PAYMENT: in use. ARCHIVED: out of use, but watched for ever; what arrives waits in suspense. DECLINED: compliance refused a receipt; never used again.',
    example: 'PENDING_PAYMENT',
  })
  readonly status!: Purse['status'];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Your own order id.',
    maxLength: OUTSIDE_ORDER_ID_LENGTH_MAX,
    example: null,
  })
  readonly outsideOrderId!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'When it was minted.' })
  readonly mintedAt!: string;

  @ApiProperty({
    type: [PurseWatchResponse],
    description:
      'One entry for each chain of the family that is followed. Show the address to a payer on a chain once it is watched there, usually seconds after the mint. What was paid before is found all the same: the blocks since the mint are looked at again.',
  })
  readonly watch!: readonly PurseWatchResponse[];
}

@ApiSchema({ name: 'PurseList' })
export class PurseListResponse extends ListResponse {
  @ApiProperty({ type: [PurseResponse], description: 'From the newest to the oldest.' })
  readonly data!: readonly PurseResponse[];
}

export function toPurse(purse: Purse, watchOf: WatchOf): PurseResponse {
  const { mintPosition: _, ...shown } = purse;
  return { ...shown, watch: watchOf(purse) };
}
