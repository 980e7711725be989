import type { ChainsAndAssets } from '@daybook/chains';
import type { Asset } from '@daybook/domain';

/** The configured chains: what is watched, and when a transfer is final. */
export class ChainRegistry {
  constructor(readonly registry: ChainsAndAssets) {}
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
