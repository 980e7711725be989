import type { json } from '@daybook/contracts';
import { type Asset, formatUnits } from '@daybook/domain';

/** An amount and its asset. */
export interface Amount {
  readonly asset: string;
  readonly baseUnits: bigint;
}

/** The currency code of an asset that the registry does not list. */
export const UNREGISTERED = 'UNREGISTERED';

/** The assets whose currency and decimals are known. */
export interface KnownAssets {
  find(id: string): Pick<Asset, 'currency' | 'decimals'> | null;
}

/** An amount as clients see it. An unregistered asset has no known decimals, so none are shown. */
export function toMoney({ asset, baseUnits }: Amount, assets: KnownAssets): json.Money {
  const { currency, decimals } = assets.find(asset) ?? { currency: UNREGISTERED, decimals: 0 };
  const amount = formatUnits(baseUnits, decimals);
  return { asset, currency, amount, baseUnits: baseUnits.toString(), decimals };
}
