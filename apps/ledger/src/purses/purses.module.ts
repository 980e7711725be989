import type { Xpub } from '@daybook/chains';
import type { Family } from '@daybook/domain';
import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BackgroundWork } from '../runtime/background-work';
import { ActOnPurseHandler } from './act-on-purse';
import { AssignAddressHandler } from './assign-address';
import { ChangePurseHandler } from './change-purse';
import { CustomerWithPursesController } from './customer-with-purses.controller';
import { DeclinePurses } from './decline-purses.reaction';
import { ExpirePurseHandler } from './expire-purse';
import { ExpirePurses } from './expire-purses.reaction';
import { GetPurseHandler, ListPursesHandler } from './get-purses';
import { MintPurseHandler } from './mint-purse';
import { openBranch } from './open-branch';
import { PurseAddresses } from './purse-addresses';
import { startPurseAddressesRelay } from './purse-addresses.relay';
import { PursesController } from './purses.controller';

/** Permanent deposit addresses: minted here, published to the watchers. */
@Module({})
export class PursesModule implements OnModuleInit {
  constructor(
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
  ) {}

  static forRoot(xpubs: ReadonlyMap<Family, Xpub>): DynamicModule {
    return {
      module: PursesModule,
      controllers: [PursesController, CustomerWithPursesController],
      providers: [
        {
          provide: PurseAddresses,
          inject: [EventStore, DataSource],
          useFactory: (store: EventStore, dataSource: DataSource) =>
            new PurseAddresses(xpubs, () => openBranch(store, dataSource)),
        },
        MintPurseHandler,
        ChangePurseHandler,
        AssignAddressHandler,
        ActOnPurseHandler,
        ExpirePurseHandler,
        ExpirePurses,
        DeclinePurses,
        GetPurseHandler,
        ListPursesHandler,
      ],
    };
  }

  onModuleInit(): void {
    const { store, log } = this;
    this.work.follow('relay', (database) => startPurseAddressesRelay(store, database, log));
  }
}
