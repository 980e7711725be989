import { randomUUID } from 'node:crypto';
import { InvalidChainsFile } from '@daybook/chains';
import { type Asset, assetRecord, streamName } from '@daybook/domain';
import { decideAndAppendMany, EventStore, type RequestMetadata } from '@daybook/event-store';
import { Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
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
   * `EventStoreError`. `originOf` says what led to the first use of an asset.
   */
  async of<Use>(
    uses: readonly Use[],
    assetOf: (use: Use) => string,
    originOf: (use: Use) => Omit<RequestMetadata, 'accountId'> = () => ({ actor: 'system' }),
  ): Promise<ReadonlyMap<string, Asset>> {
    const listed = new Map<string, Asset>();
    const first = new Map<Asset, Use>();
    for (const use of uses) {
      const asset = this.registry.find(assetOf(use));
      if (asset === null || listed.has(asset.id)) continue;
      listed.set(asset.id, asset);
      if (!this.recorded.has(asset.id)) first.set(asset, use);
    }
    if (first.size > 0) {
      await this.record([...first].map(([asset, use]) => [asset, originOf(use)] as const));
    }
    return listed;
  }

  /** Records what the books have of logs from before assets were recorded. */
  async recordBooked(database: Pick<DataSource, 'query'>): Promise<void> {
    const rows = await database.query<{ readonly asset: string }[]>(BOOKED);
    await this.of(rows, ({ asset }) => asset);
  }

  private async record(
    uses: readonly (readonly [Asset, Omit<RequestMetadata, 'accountId'>])[],
  ): Promise<void> {
    const commandId = randomUUID();
    const commands = uses.map(([{ id: asset, currency, decimals }, origin]) => ({
      stream: streamName('asset', asset),
      command: { type: 'RecordAsset' as const, asset, currency, decimals },
      ...{ commandId, metadata: { accountId: '', ...origin } },
    }));
    const results = await decideAndAppendMany(this.store, assetRecord, commands);
    for (const [i, [asset]] of uses.entries()) {
      const result = results[i];
      if (result === undefined || result instanceof Error) throw result;
      const fault = contradictionOf(asset, result.state);
      if (fault !== null) throw new InvalidChainsFile([fault]);
      this.recorded.add(asset.id);
    }
  }
}
