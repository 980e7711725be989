import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AsOfRequest } from '../edge/as-of';
import { IdField } from '../edge/fields';
import { type KnownAssets, Money, toMoney } from '../edge/money';
import { ListResponse } from '../edge/paging';
import type { AssetFigures } from './get-figures';

const CAIP_19 = { type: String, description: 'CAIP-19 id of the asset.', maxLength: 256 } as const;

@ApiSchema({ name: 'Balance', description: 'The balance of one asset.' })
export class BalanceResponse {
  @ApiProperty(CAIP_19)
  readonly asset!: string;

  @ApiProperty({
    type: Money,
    description: "The customer's claim: what Daybook owes the customer.",
  })
  readonly claim!: Money;

  @ApiProperty({
    type: Money,
    description: "The account's claim: receipts while the customer was blocked.",
  })
  readonly accountClaim!: Money;

  @ApiProperty({ type: Money, description: 'Held in suspense until it is resolved.' })
  readonly suspense!: Money;

  @ApiProperty({ type: Money, description: 'The coins on purse addresses.' })
  readonly custody!: Money;
}

@ApiSchema({ name: 'Throughput', description: 'Everything ever received of one asset.' })
export class ThroughputResponse {
  @ApiProperty(CAIP_19)
  readonly asset!: string;

  @ApiProperty({ type: Money, description: 'The gross sum of all receipts. It never decreases.' })
  readonly received!: Money;

  @ApiProperty({
    type: Money,
    description: 'The sum of receipts that chain reorganisations reversed.',
  })
  readonly reversed!: Money;

  @ApiProperty({
    type: String,
    description: 'How many receipts were booked. Reversals do not decrease it.',
    pattern: '^[0-9]+$',
    example: '3',
  })
  readonly receipts!: string;
}

export class CustomerFiguresRequest extends AsOfRequest {
  @IdField({ description: 'Id of the customer.' })
  readonly customerId!: string;
}

export class PurseFiguresRequest extends AsOfRequest {
  @IdField({ description: 'Id of the purse.' })
  readonly purseId!: string;
}

/** The moment that balances and throughput are valid for. */
abstract class FiguresList extends ListResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The position that the figures are valid for if `asOf` was sent; null for now.',
    pattern: '^[0-9]+$',
    maxLength: 20,
    example: null,
  })
  readonly asOf!: string | null;
}

@ApiSchema({ name: 'BalanceList' })
export class BalanceListResponse extends FiguresList {
  @ApiProperty({
    type: [BalanceResponse],
    description: 'One entry an asset that was ever received.',
  })
  readonly data!: readonly BalanceResponse[];
}

@ApiSchema({ name: 'ThroughputList' })
export class ThroughputListResponse extends FiguresList {
  @ApiProperty({
    type: [ThroughputResponse],
    description: 'One entry an asset that was ever received.',
  })
  readonly data!: readonly ThroughputResponse[];
}

export function toBalance({ asset, figures }: AssetFigures, assets: KnownAssets): BalanceResponse {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  return {
    asset,
    claim: money(figures.claimCustomer),
    accountClaim: money(figures.claimAccount),
    suspense: money(figures.suspense),
    custody: money(figures.custody),
  };
}

export function toThroughput(
  { asset, figures }: AssetFigures,
  assets: KnownAssets,
): ThroughputResponse {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  const { received, reversed, receipts } = figures;
  return {
    asset,
    received: money(received),
    reversed: money(reversed),
    receipts: receipts.toString(),
  };
}
