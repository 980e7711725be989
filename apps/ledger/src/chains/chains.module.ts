import type { ChainsAndAssets } from '@daybook/chains';
import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { AssetNames } from './asset-names';
import { AssetRegistry, ChainRegistry } from './asset-registry';
import { AssetsInUse } from './assets-in-use';
import { consumeChainHeads, ListChainHeadsHandler } from './chain-heads';
import { ListChainWatchesHandler } from './chain-watches';
import { ChainWatchesController } from './chain-watches.controller';
import { ChainsController } from './chains.controller';
import { checkAssets } from './check-assets';
import { Heads } from './heads';
import { Watches } from './watches';

const logger = new Logger('Assets');

/** The configured chains and assets, and what their watchers report. */
@Module({})
export class ChainsModule implements OnModuleInit {
  constructor(
    private readonly work: BackgroundWork,
    private readonly log: DurableLog,
  ) {}

  static forRoot(registry: ChainsAndAssets): DynamicModule {
    return {
      module: ChainsModule,
      global: true,
      controllers: [ChainsController, ChainWatchesController],
      providers: [
        {
          provide: AssetRegistry,
          inject: [EventStore, DataSource],
          useFactory: async (store: EventStore, dataSource: DataSource) => {
            for (const sentence of await checkAssets(store, dataSource, registry)) {
              logger.warn(sentence);
            }
            return new AssetRegistry(registry.assets);
          },
        },
        AssetNames,
        AssetsInUse,
        { provide: ChainRegistry, useValue: new ChainRegistry(registry) },
        ListChainHeadsHandler,
        ListChainWatchesHandler,
        Heads,
        Watches,
      ],
      exports: [AssetNames, AssetRegistry, AssetsInUse, ChainRegistry, Heads, Watches],
    };
  }

  onModuleInit(): void {
    this.work.consume((database) => consumeChainHeads(this.log, database));
  }
}
