import { loadChainsFile } from '@daybook/chains';
import { type Asset, formatUnits } from '@daybook/domain';

/** Writes base units of an asset as people count them. */
export type MoneyInWords = (asset: string, baseUnits: bigint) => string;

/** By the registry, and in base units for an asset that it does not list: never by a guess. */
export function moneyInWords(chainsFile: string | undefined): MoneyInWords {
  const { assets } = loadChainsFile(chainsFile ?? null);
  const byId = new Map<string, Asset>(assets.map((asset) => [asset.id, asset]));
  return (id, baseUnits) => {
    const asset = byId.get(id);
    if (asset === undefined) return `${baseUnits} base units of ${id}`;
    return `${formatUnits(baseUnits, asset.decimals)} ${asset.currency}`;
  };
}
