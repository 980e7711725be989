import type { Family } from '@daybook/domain';
import { type AssetNamespace, FAMILY_RULES, familyOfChain } from './family';

/** The parts of a CAIP-19 id of an asset that can be listed. */
export interface AssetId {
  /** CAIP-2. */
  readonly chain: string;
  readonly family: Family;
  readonly kind: Exclude<AssetNamespace['kind'], 'collectible'>;
  /** The token's contract; null for an asset that has none. */
  readonly contract: string | null;
}

const CAIP_19 = /^([^/]+)\/([a-z0-9-]+):(.+)$/;

/** The parts of an asset id, or null for what is no id of an asset that can be listed. */
export function parseAssetId(id: string): AssetId | null {
  const parts = partsOf(id);
  if (parts === null) return null;
  const { chain, family, namespace, reference } = parts;
  if (namespace.kind === 'collectible' || !namespace.isReference(reference)) return null;
  const { kind } = namespace;
  return { chain, family, kind, contract: kind === 'contract' ? reference : null };
}

/** Whether one unit of the asset is as good as another. An asset of an unknown kind counts as one. */
export function isFungible(id: string): boolean {
  return partsOf(id)?.namespace.kind !== 'collectible';
}

function partsOf(id: string) {
  const [, chain = '', name = '', reference = ''] = CAIP_19.exec(id) ?? [];
  const family = familyOfChain(chain);
  const namespace = family === null ? undefined : FAMILY_RULES[family].assets.get(name);
  if (family === null || namespace === undefined) return null;
  return { chain, family, namespace, reference };
}
