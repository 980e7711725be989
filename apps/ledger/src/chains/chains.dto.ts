import type { Chain } from '@daybook/chains';
import { parseAssetId } from '@daybook/chains';
import type { ChainHeadV1 } from '@daybook/contracts';
import { type Asset, FAMILIES, type Family, type Finality, finalityText } from '@daybook/domain';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { Money, toMoney } from '../edge/money';
import { ListResponse } from '../edge/paging';
import type { AssetRegistry } from './asset-registry';

const CHAIN_STATES = ['unwatched', 'catching-up', 'following', 'stalled'] as const;

const FINALITY = {
  type: String,
  maxLength: 64,
  description: 'When a transfer is safe enough to credit: `depth:<blocks>` or `tag:<tag>`.',
  example: 'tag:finalized',
} as const;

const HEIGHT = { type: 'integer', minimum: 0, nullable: true } as const;

@ApiSchema({ name: 'Chain', description: 'A chain, and what its watcher last said of it.' })
export class ChainResponse {
  @ApiProperty({ type: String, maxLength: 64, description: 'CAIP-2 id.', example: 'eip155:1' })
  readonly chain!: string;

  @ApiProperty({ type: String, maxLength: 64, description: 'Its name.', example: 'Ethereum' })
  readonly name!: string;

  @ApiProperty({ enum: FAMILIES, description: 'Its address family.', example: 'evm' })
  readonly family!: Family;

  @ApiProperty(FINALITY)
  readonly finality!: string;

  @ApiProperty({
    enum: CHAIN_STATES,
    description: '`unwatched` when no watcher has spoken of it; `stalled` says why in `detail`.',
    example: 'following',
  })
  readonly state!: (typeof CHAIN_STATES)[number];

  @ApiProperty({ type: String, nullable: true, description: 'Why the state is what it is.' })
  readonly detail!: string | null;

  @ApiProperty({ ...HEIGHT, description: 'The highest block that the node shows.' })
  readonly latest!: number | null;

  @ApiProperty({ ...HEIGHT, description: 'Everything up to this block was looked at.' })
  readonly matched!: number | null;

  @ApiProperty({ ...HEIGHT, description: 'The highest block that can no longer be replaced.' })
  readonly finalized!: number | null;

  @ApiProperty({ ...HEIGHT, description: 'Blocks still to look at.' })
  readonly lag!: number | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the watcher said so.',
  })
  readonly observedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    pattern: '^[0-9]+$',
    description:
      'Every address that was minted up to this position of the log is watched here. Null while that is not known.',
    example: '42',
  })
  readonly addressesThrough!: string | null;
}

@ApiSchema({ name: 'ChainList' })
export class ChainListResponse extends ListResponse {
  @ApiProperty({ type: [ChainResponse], description: 'In the order of the registry.' })
  readonly data!: readonly ChainResponse[];
}

@ApiSchema({ name: 'Asset', description: 'An asset that is credited.' })
export class AssetResponse {
  @ApiProperty({
    type: String,
    maxLength: 256,
    description: 'CAIP-19 id.',
    example: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
  })
  readonly asset!: string;

  @ApiProperty({ type: String, maxLength: 64, description: 'CAIP-2 id.', example: 'eip155:1' })
  readonly chain!: string;

  @ApiProperty({ type: String, maxLength: 64, description: 'Short code.', example: 'USDT_ETH' })
  readonly currency!: string;

  @ApiProperty({ type: 'integer', minimum: 0, maximum: 77, description: 'Digits.', example: 6 })
  readonly decimals!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    maxLength: 128,
    description: "The token's contract; null for the coin of the chain itself.",
    example: '0xdac17f958d2ee523a2206206994597c13d831ec7',
  })
  readonly contract!: string | null;

  @ApiProperty({ type: Money, description: 'The smallest transfer that is credited.' })
  readonly minimum!: Money;

  @ApiProperty(FINALITY)
  readonly finality!: string;
}

@ApiSchema({ name: 'AssetList' })
export class AssetListResponse extends ListResponse {
  @ApiProperty({ type: [AssetResponse], description: 'In the order of the registry.' })
  readonly data!: readonly AssetResponse[];
}

export function toChain(
  { id, name, family, finality }: Chain,
  head: ChainHeadV1 | undefined,
): ChainResponse {
  return {
    chain: id,
    name,
    family,
    finality: finalityText(finality),
    state: head?.state ?? 'unwatched',
    detail: head?.detail ?? null,
    latest: head?.latest ?? null,
    matched: head?.matched ?? null,
    finalized: head?.finalized ?? null,
    lag: head === undefined ? null : Math.max(0, head.latest - head.matched),
    observedAt: head?.observedAt ?? null,
    addressesThrough: head?.addressesThrough ?? null,
  };
}

export function toAsset(asset: Asset, finality: Finality, assets: AssetRegistry): AssetResponse {
  const { id, chain, currency, decimals, minimum } = asset;
  return {
    asset: id,
    chain,
    currency,
    decimals,
    contract: parseAssetId(id)?.contract ?? null,
    minimum: toMoney({ asset: id, baseUnits: minimum }, assets),
    finality: finalityText(finality),
  };
}
