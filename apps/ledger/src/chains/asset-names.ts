import { type AssetScale, DomainError } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { KnownAssets } from '../edge/money';
import { AssetRegistry } from './asset-registry';

/** Only other processes, with another chains file, record assets that are not listed here. */
const CACHED_MS = 1_000;

const RECORDED = 'SELECT id, currency, decimals FROM ledger.asset ORDER BY position';

/** The names and scales of assets: those that are listed, and those that were and have left the registry. */
export interface NamedAssets extends KnownAssets {
  /** The id of the asset with this currency; of a listed one if there is one. Null for none. */
  idOfCurrency(currency: string): string | null;
}

/**
 * What amounts are shown by. An asset that is not listed any more keeps the name and the scale that the event log has
 * of it. What may be credited or asked for is said by `AssetRegistry` alone.
 */
@Injectable()
export class AssetNames {
  /** A failed query is not cached. */
  private readonly cached = new LRUCache<'recorded', ReadonlyMap<string, AssetScale>>({
    max: 1,
    ttl: CACHED_MS,
    fetchMethod: async () => {
      const rows = await this.dataSource.query<(AssetScale & { readonly id: string })[]>(RECORDED);
      return new Map(rows.map(({ id, ...scale }) => [id, scale]));
    },
  });

  constructor(
    private readonly dataSource: DataSource,
    private readonly registry: AssetRegistry,
  ) {}

  /**
   * The asset id for an id or a currency. Unregistered ids are allowed: any token can be sent to a purse. Refuses with
   * `asset-unknown`.
   */
  async idFor(text: string): Promise<string> {
    const assets = await this.now();
    if (text.includes('/')) return assets.find(text) === null ? text.toLowerCase() : text;
    const id = assets.idOfCurrency(text);
    if (id !== null) return id;
    throw new DomainError('asset-unknown', `There is no currency ${text}; see GET /v1/assets.`);
  }

  async now(): Promise<NamedAssets> {
    const recorded = await this.cached.forceFetch('recorded');
    const { registry } = this;
    return {
      find: (id) => registry.find(id) ?? recorded.get(id) ?? null,
      idOfCurrency(currency) {
        const listed = registry.findByCurrency(currency);
        if (listed !== null) return listed.id;
        const left = [...recorded].find(
          ([id, scale]) => scale.currency === currency && registry.find(id) === null,
        );
        return left?.[0] ?? null;
      },
    };
  }
}
