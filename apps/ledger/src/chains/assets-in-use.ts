import { InvalidChainsFile } from '@daybook/chains';
import { type Asset, assetRecord, streamName } from '@daybook/domain';
import { decideAndAppendMany, EventStore } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { systemContext } from '../edge/request-context';
import { AssetRegistry } from './asset-registry';
import { contradictionOf } from './check-assets';

const BOOKED = 'SELECT DISTINCT asset FROM ledger.figures';

/**
 * The listed assets, each recorded in the event log before anything of it is. Of processes that use one at the same
 * time, one records it, and the others compare.
 */
@Injectable()
export class AssetsInUse {
  /** Those that the event log has as the registry has them. */
  private readonly recorded = new Set<string>();

  constructor(
    private readonly store: EventStore,
    private readonly registry: AssetRegistry,
  ) {}

  /**
   * Those of the assets that are listed; the event log has their currency and decimals from now on. Rejects with
   * `InvalidChainsFile` if another process has recorded one with other decimals since this one started, and with an
   * `EventStoreError`.
   */
  async of(ids: Iterable<string>): Promise<ReadonlyMap<string, Asset>> {
    const listed = new Map<string, Asset>();
    for (const id of ids) {
      const asset = this.registry.find(id);
      if (asset !== null) listed.set(id, asset);
    }
    const first = [...listed.values()].filter(({ id }) => !this.recorded.has(id));
    if (first.length > 0) await this.record(first);
    return listed;
  }

  /** Records what the books have of logs from before assets were recorded. */
  async recordBooked(database: Pick<DataSource, 'query'>): Promise<void> {
    const rows = await database.query<{ readonly asset: string }[]>(BOOKED);
    await this.of(rows.map(({ asset }) => asset));
  }

  private async record(assets: readonly Asset[]): Promise<void> {
    const { commandId, ...metadata } = systemContext('');
    const commands = assets.map(({ id: asset, currency, decimals }) => ({
      stream: streamName('asset', asset),
      command: { type: 'RecordAsset' as const, asset, currency, decimals },
      ...{ commandId, metadata },
    }));
    const results = await decideAndAppendMany(this.store, assetRecord, commands);
    for (const [i, asset] of assets.entries()) {
      const result = results[i];
      if (result === undefined || result instanceof Error) throw result;
      const fault = contradictionOf(asset, result.state);
      if (fault !== null) throw new InvalidChainsFile([fault]);
      this.recorded.add(asset.id);
    }
  }
}
