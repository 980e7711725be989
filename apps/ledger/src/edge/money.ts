import { type Asset, formatUnits } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** An amount and its asset. */
export interface Amount {
  readonly asset: string;
  readonly baseUnits: bigint;
}

/** The currency code of an asset that the registry does not list. */
export const UNREGISTERED = 'UNREGISTERED';

/** Money as clients see it. */
@ApiSchema({
  name: 'Money',
  description: 'An amount and its asset. Amounts are strings, never numbers.',
})
export class Money {
  @ApiProperty({
    type: String,
    description: 'CAIP-19 id of the asset.',
    maxLength: 256,
    example: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
  })
  readonly asset!: string;

  @ApiProperty({
    type: String,
    description: `Short code of the asset; \`${UNREGISTERED}\` for a token that the registry does not list.`,
    maxLength: 64,
    example: 'USDT_ETH',
  })
  readonly currency!: string;

  @ApiProperty({
    type: String,
    description: 'The amount in whole units, exact, without exponent.',
    pattern: '^-?[0-9]+(\\.[0-9]+)?$',
    maxLength: 120,
    example: '1.5',
  })
  readonly amount!: string;

  @ApiProperty({
    type: String,
    description: 'The same amount in base units.',
    pattern: '^-?[0-9]+$',
    maxLength: 80,
    example: '1500000',
  })
  readonly baseUnits!: string;

  @ApiProperty({
    type: 'integer',
    description: 'How many digits of the base units follow the decimal point.',
    minimum: 0,
    maximum: 77,
    example: 6,
  })
  readonly decimals!: number;
}

/** The assets whose currency and decimals are known. */
export interface KnownAssets {
  find(id: string): Pick<Asset, 'currency' | 'decimals'> | null;
}

/** An amount as clients see it. An unregistered asset has no known decimals, so none are shown. */
export function toMoney({ asset, baseUnits }: Amount, assets: KnownAssets): Money {
  const { currency, decimals } = assets.find(asset) ?? { currency: UNREGISTERED, decimals: 0 };
  const amount = formatUnits(baseUnits, decimals);
  return { asset, currency, amount, baseUnits: baseUnits.toString(), decimals };
}
