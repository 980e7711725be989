import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { AssetRegistry } from '../chains/asset-registry';
import { Money, toMoney } from '../edge/money';
import { ListAnswer } from '../edge/paging';
import type { AssetFigures } from './get-figures';

const CAIP_19 = { type: String, description: 'CAIP-19 id of the asset.', maxLength: 256 } as const;

@ApiSchema({ name: 'Balance', description: 'What is there now, of one asset.' })
export class BalanceWire {
  @ApiProperty(CAIP_19)
  readonly asset!: string;

  @ApiProperty({ type: Money, description: "The customer's claim: what can be spent for them." })
  readonly claim!: Money;

  @ApiProperty({
    type: Money,
    description: "The account's claim: what arrived while the customer was blocked.",
  })
  readonly accountClaim!: Money;

  @ApiProperty({ type: Money, description: 'What waits for the account to resolve it.' })
  readonly suspense!: Money;

  @ApiProperty({ type: Money, description: 'The coins that lie on purse addresses.' })
  readonly custody!: Money;
}

@ApiSchema({ name: 'Throughput', description: 'What was ever received, of one asset.' })
export class ThroughputWire {
  @ApiProperty(CAIP_19)
  readonly asset!: string;

  @ApiProperty({ type: Money, description: 'The gross sum of all receipts. It never decreases.' })
  readonly received!: Money;

  @ApiProperty({ type: Money, description: 'What reorganisations of the chain took back.' })
  readonly reversed!: Money;

  @ApiProperty({
    type: String,
    description: 'How many receipts were booked. Reversals do not lessen it.',
    pattern: '^[0-9]+$',
    example: '3',
  })
  readonly receipts!: string;
}

/** What balances and throughput say of the moment that they are of. */
abstract class FiguresList extends ListAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The position that the answer is of, when `asOf` was asked for; null for now.',
    pattern: '^[0-9]+$',
    maxLength: 20,
    example: null,
  })
  readonly asOf!: string | null;
}

@ApiSchema({ name: 'BalanceList' })
export class BalanceList extends FiguresList {
  @ApiProperty({ type: [BalanceWire], description: 'One entry an asset that was ever received.' })
  readonly data!: readonly BalanceWire[];
}

@ApiSchema({ name: 'ThroughputList' })
export class ThroughputList extends FiguresList {
  @ApiProperty({
    type: [ThroughputWire],
    description: 'One entry an asset that was ever received.',
  })
  readonly data!: readonly ThroughputWire[];
}

export function toBalance({ asset, figures }: AssetFigures, assets: AssetRegistry): BalanceWire {
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
  assets: AssetRegistry,
): ThroughputWire {
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  const { received, reversed, receipts } = figures;
  return {
    asset,
    received: money(received),
    reversed: money(reversed),
    receipts: receipts.toString(),
  };
}
