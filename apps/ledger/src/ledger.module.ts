import { loadChainsFile, purseXpubs } from '@daybook/chains';
import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { FindApiKeyHandler } from './accounts/find-api-key';
import { GetFiguresHandler } from './books/get-figures';
import { AssetRegistry } from './chains/asset-registry';
import { ChainRegistry } from './chains/chain-registry';
import { ListChainHeadsHandler } from './chains/get-chain-heads';
import { Watches } from './chains/watches';
import { BlockCustomerHandler } from './customers/block-customer';
import { CreateCustomerHandler } from './customers/create-customer';
import { GetCustomerHandler, ListCustomersHandler } from './customers/get-customers';
import { UnblockCustomerHandler } from './customers/unblock-customer';
import { UpdateCustomerHandler } from './customers/update-customer';
import { FindCommandHandler } from './edge/find-command';
import { ListEventsHandler } from './events/get-events';
import { LedgerEnv, xpubsOf } from './ledger.env';
import { ResolveAsOfHandler } from './projections/as-of';
import { PositionReached } from './projections/position-reached';
import { ArchivePurseHandler } from './purses/archive-purse';
import { GetPurseHandler, ListPursesHandler } from './purses/get-purses';
import { MintPurseHandler } from './purses/mint-purse';
import { PurseAddresses } from './purses/purse-addresses';
import { takeAddressIndexes } from './purses/take-address-indexes';
import { findOwners } from './replenishments/find-owners';
import {
  GetReplenishmentHandler,
  ListReplenishmentsHandler,
} from './replenishments/get-replenishments';
import { Owners } from './replenishments/owners';
import { RecordTransfersHandler } from './replenishments/record-transfers';
import { readModelsDataSource } from './runtime/data-source';
import { openDurableLog, openEventStore } from './runtime/engines';
import { Roles } from './runtime/roles';

const COMMANDS = [
  CreateCustomerHandler,
  UpdateCustomerHandler,
  BlockCustomerHandler,
  UnblockCustomerHandler,
  MintPurseHandler,
  ArchivePurseHandler,
  RecordTransfersHandler,
];

const QUERIES = [
  FindApiKeyHandler,
  FindCommandHandler,
  GetCustomerHandler,
  ListCustomersHandler,
  GetPurseHandler,
  ListPursesHandler,
  GetReplenishmentHandler,
  ListReplenishmentsHandler,
  GetFiguresHandler,
  ResolveAsOfHandler,
  ListChainHeadsHandler,
  ListEventsHandler,
];

/** How long a batch of transfers waits for the read model to know a purse that was just minted. */
const CATCH_UP_TIMEOUT_MS = 10_000;

/** The whole ledger, wired from its configuration. Which of it runs is up to `DAYBOOK_ROLES`. */
@Module({})
export class LedgerModule {
  static forRoot(env: LedgerEnv): DynamicModule {
    const registry = loadChainsFile(env.chainsFile ?? null);
    const watched = registry.connections.map(({ chain }) => chain);
    const xpubs = purseXpubs(xpubsOf(env), watched);
    return {
      module: LedgerModule,
      global: true,
      imports: [CqrsModule.forRoot()],
      providers: [
        { provide: LedgerEnv, useValue: env },
        { provide: AssetRegistry, useValue: new AssetRegistry(registry.assets) },
        { provide: ChainRegistry, useValue: new ChainRegistry(registry) },
        {
          provide: EventStore,
          useFactory: () => openEventStore(env),
        },
        {
          provide: DurableLog,
          useFactory: () => openDurableLog(env),
        },
        {
          provide: DataSource,
          useFactory: () => readModelsDataSource(env.databaseUrl).initialize(),
        },
        {
          provide: PurseAddresses,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) =>
            new PurseAddresses(xpubs, (count) => takeAddressIndexes(dataSource, count)),
        },
        {
          provide: PositionReached,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new PositionReached(dataSource),
        },
        {
          provide: Owners,
          inject: [DataSource, EventStore, PositionReached],
          useFactory: (dataSource: DataSource, store: EventStore, position: PositionReached) =>
            new Owners(
              store,
              (receivers) => findOwners(dataSource, receivers),
              async () => {
                await position.within(await store.head(), CATCH_UP_TIMEOUT_MS);
              },
            ),
        },
        ...COMMANDS,
        ...QUERIES,
        Watches,
        Roles,
      ],
      exports: [
        CqrsModule,
        LedgerEnv,
        AssetRegistry,
        ChainRegistry,
        DataSource,
        EventStore,
        PositionReached,
        PurseAddresses,
        Watches,
        Roles,
      ],
    };
  }
}
