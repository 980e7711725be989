import type { Family } from '@daybook/domain';
import { type AssetNamespace, FAMILY_RULES, familyOfChain } from './family';

/** The parts of the CAIP-19 id of an asset that can be listed. */
export interface AssetId {
  /** CAIP-2. */
  readonly chain: string;
  readonly family: Family;
  readonly kind: Exclude<AssetNamespace['kind'], 'collectible'>;
  /** The token's contract; null if the asset has none. */
  readonly contract: string | null;
}

const CAIP_19 = /^([^/]+)\/([a-z0-9-]+):(.+)$/;

/** The parts of an asset id; null if no asset with this id can be listed. */
export function parseAssetId(id: string): AssetId | null {
  const parts = partsOf(id);
  if (parts === null) return null;
  const { chain, family, namespace, reference } = parts;
  if (namespace.kind === 'collectible' || !namespace.isReference(reference)) return null;
  const { kind } = namespace;
  return { chain, family, kind, contract: kind === 'contract' ? reference : null };
}

/** Whether units of the asset are interchangeable. An unknown kind of asset counts as fungible. */
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
