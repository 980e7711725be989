import { type ChainsAndAssets, finalityOf, findChain } from '@daybook/chains';
import type { Asset, Finality } from '@daybook/domain';

/** The configured chains: what is watched, and when a transfer is final. */
export class ChainRegistry {
  private readonly required: ReadonlyMap<string, Finality>;

  constructor(readonly registry: ChainsAndAssets) {
    this.required = new Map(
      registry.assets.flatMap(({ id, chain }) => {
        const found = registry.chains.find((each) => each.id === chain);
        return found ? [[id, finalityOf(registry, found, id)] as const] : [];
      }),
    );
  }

  /** When a transfer of an asset is final: by the policy of the asset, or of its chain for one that is not listed. */
  policyOf(chain: string, asset: string): Finality | null {
    return this.requiredFinality(asset) ?? findChain(this.registry, chain)?.finality ?? null;
  }

  /** What a transfer of an asset must have passed to be credited; null for an asset that is not listed. */
  requiredFinality(asset: string): Finality | null {
    return this.required.get(asset) ?? null;
  }
}

/** The configured assets: what this ledger credits. */
export class AssetRegistry {
  private readonly byId: ReadonlyMap<string, Asset>;
  private readonly byCurrency: ReadonlyMap<string, Asset>;

  constructor(all: readonly Asset[]) {
    this.byId = new Map(all.map((asset) => [asset.id, asset]));
    this.byCurrency = new Map(all.map((asset) => [asset.currency, asset]));
  }

  /** The asset with this CAIP-19 id, or null. */
  find(id: string): Asset | null {
    return this.byId.get(id) ?? null;
  }

  /** The asset with this currency code, such as `USDT_ETH`, or null. */
  findByCurrency(currency: string): Asset | null {
    return this.byCurrency.get(currency) ?? null;
  }
}
