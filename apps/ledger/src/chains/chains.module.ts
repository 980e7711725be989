import type { ChainsAndAssets } from '@daybook/chains';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { BackgroundWork } from '../runtime/background-work';
import { AssetRegistry, ChainRegistry } from './asset-registry';
import { consumeChainHeads, ListChainHeadsHandler } from './chain-heads';
import { ListChainWatchesHandler } from './chain-watches';
import { ChainWatchesController } from './chain-watches.controller';
import { ChainsController } from './chains.controller';
import { Heads } from './heads';
import { Watches } from './watches';

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
        { provide: AssetRegistry, useValue: new AssetRegistry(registry.assets) },
        { provide: ChainRegistry, useValue: new ChainRegistry(registry) },
        ListChainHeadsHandler,
        ListChainWatchesHandler,
        Heads,
        Watches,
      ],
      exports: [AssetRegistry, ChainRegistry, Heads, Watches],
    };
  }

  onModuleInit(): void {
    this.work.consume((database) => consumeChainHeads(this.log, database));
  }
}
