import type { Xpub } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { EventStore, follow } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { checkpointsOf } from '../runtime/checkpoints';
import { ArchivePurseHandler } from './archive-purse';
import { CustomerWithPursesController } from './customer-with-purses.controller';
import { ExpirePurseHandler } from './expire-purse';
import { ExpirePurses } from './expire-purses.reaction';
import { GetPurseHandler, ListPursesHandler } from './get-purses';
import { MintPurseHandler } from './mint-purse';
import { PurseAddresses } from './purse-addresses';
import { PURSE_ADDRESSES_RELAY, publishPurseAddresses } from './purse-addresses.relay';
import { PursesController } from './purses.controller';
import { RestorePurseHandler } from './restore-purse';
import { takeAddressIndexes } from './take-address-indexes';

/** Events that the relay publishes at once. */
const RELAY_BATCH_MAX = 1_000;

/** Permanent deposit addresses: minted here, published to the watchers. */
@Module({})
export class PursesModule implements OnModuleInit {
  private readonly logger = new Logger(PursesModule.name);

  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly dataSource: DataSource,
  ) {}

  static forRoot(xpubs: ReadonlyMap<Family, Xpub>): DynamicModule {
    return {
      module: PursesModule,
      global: true,
      controllers: [PursesController, CustomerWithPursesController],
      providers: [
        {
          provide: PurseAddresses,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) =>
            new PurseAddresses(xpubs, (count) => takeAddressIndexes(dataSource, count)),
        },
        MintPurseHandler,
        ArchivePurseHandler,
        RestorePurseHandler,
        ExpirePurseHandler,
        ExpirePurses,
        GetPurseHandler,
        ListPursesHandler,
      ],
      exports: [PurseAddresses],
    };
  }

  onModuleInit(): void {
    this.work.follow('relay', () =>
      follow({
        name: PURSE_ADDRESSES_RELAY,
        store: this.store,
        checkpoints: checkpointsOf(this.dataSource),
        limit: RELAY_BATCH_MAX,
        handle: (events) => publishPurseAddresses(this.log, events),
        onError: (error) => this.logger.error({ msg: 'purse addresses not published', error }),
      }),
    );
  }
}
