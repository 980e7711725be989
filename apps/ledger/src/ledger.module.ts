import {
  DEVELOPMENT_XPUB,
  loadRegistry,
  parseEvmXpub,
  refuseDevelopmentXpub,
} from '@daybook/chains';
import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { AssetRegistry } from './asset-registry';
import { ChainRegistry } from './chains/chain-registry';
import { BlockCustomerHandler } from './customer/block-customer';
import { CreateCustomerHandler } from './customer/create-customer';
import { UnblockCustomerHandler } from './customer/unblock-customer';
import { UpdateCustomerHandler } from './customer/update-customer';
import { openDurableLog, openEventStore } from './engines';
import { LedgerEnv } from './ledger.env';
import { ArchivePurseHandler } from './purse/archive-purse';
import { MintPurseHandler } from './purse/mint-purse';
import { PurseAddresses } from './purse/purse-addresses';
import { FindApiKeyHandler } from './read-models/accounts/find-api-key';
import { ResolveAsOfHandler } from './read-models/as-of';
import { GetFiguresHandler } from './read-models/balances/get-figures';
import { ListChainHeadsHandler } from './read-models/chains/get-chain-heads';
import { Watches } from './read-models/chains/watches';
import { FindCommandHandler } from './read-models/commands/find-command';
import { GetCustomerHandler, ListCustomersHandler } from './read-models/customers/get-customers';
import { readModelsDataSource } from './read-models/data-source';
import { ListEventsHandler } from './read-models/events/get-events';
import { PositionReached } from './read-models/position-reached';
import { findOwners } from './read-models/purses/find-owners';
import { GetPurseHandler, ListPursesHandler } from './read-models/purses/get-purses';
import { takeAddressIndexes } from './read-models/purses/take-address-indexes';
import {
  GetReplenishmentHandler,
  ListReplenishmentsHandler,
} from './read-models/replenishments/get-replenishments';
import { Owners } from './replenishment/owners';
import { RecordTransfersHandler } from './replenishment/record-transfers';
import { Roles } from './roles';

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
    const registry = loadRegistry(env.chainsFile ?? null);
    const xpub = parseEvmXpub(env.evmXpub ?? DEVELOPMENT_XPUB);
    refuseDevelopmentXpub(
      xpub,
      registry.connections.map((connection) => connection.chain),
    );
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
            new PurseAddresses(xpub, (count) => takeAddressIndexes(dataSource, count)),
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
              (addresses) => findOwners(dataSource, addresses),
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
