import { type AssetScale, DomainError } from '@daybook/domain';
import type { NamedAssets } from './asset-names';

/** An asset that a request names, with what its amounts are shown by. */
export interface NamedAsset {
  /** CAIP-19. */
  readonly id: string;
  readonly scale: AssetScale;
}

/**
 * The asset with this CAIP-19 id or currency code: listed, or one that was and has left the registry. Refuses with
 * `asset-unknown`.
 */
export function assetNamed(assets: NamedAssets, text: string): NamedAsset {
  const id = text.includes('/') ? text : assets.idOfCurrency(text);
  const known = id === null ? null : (assets.find(id) ?? assets.find(id.toLowerCase()));
  if (id === null || known === null) {
    throw new DomainError('asset-unknown', `There is no asset ${text}; see GET /v1/assets.`);
  }
  const { currency, decimals } = known;
  const asWritten = assets.find(id) === null ? id.toLowerCase() : id;
  return { id: asWritten, scale: { currency, decimals } };
}
