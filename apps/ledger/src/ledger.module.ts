import { checkDerivation, loadChainsFile, purseXpubs } from '@daybook/chains';
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { loadWalletsFile } from './account-wallets.env';
import { AccountsModule } from './accounts/accounts.module';
import { BooksModule } from './books/books.module';
import { ChainsModule } from './chains/chains.module';
import { ComplianceModule } from './compliance/compliance.module';
import { CustomersModule } from './customers/customers.module';
import { EventsModule } from './events/events.module';
import { FindingsModule } from './findings/findings.module';
import { LedgerEnv, xpubsOf } from './ledger.env';
import { OperationsModule } from './operations/operations.module';
import { READ_MODELS } from './operations/read-models';
import { OutflowsModule } from './outflows/outflows.module';
import { ProjectionsModule } from './projections/projections.module';
import { PursesModule } from './purses/purses.module';
import { ReactionsModule } from './reactions/reactions.module';
import { ReplenishmentsModule } from './replenishments/replenishments.module';
import { RuntimeModule } from './runtime/runtime.module';
import { SuspenseModule } from './suspense/suspense.module';
import { TransactionsModule } from './transactions/transactions.module';

/** The whole ledger. `DAYBOOK_ROLES` selects the parts that run. */
@Module({})
export class LedgerModule {
  static forRoot(env: LedgerEnv): DynamicModule {
    const registry = loadChainsFile(env.chainsFile ?? null);
    const watched = registry.connections.map(({ chain }) => chain);
    const xpubs = purseXpubs(xpubsOf(env), watched);
    for (const family of xpubs.keys()) checkDerivation(family);
    return {
      module: LedgerModule,
      imports: [
        // First, since Nest starts global modules in this order: the background work sends commands.
        CqrsModule.forRoot(),
        RuntimeModule.forRoot(env),
        ProjectionsModule.forRoot(READ_MODELS),
        ReactionsModule,
        AccountsModule.forRoot(loadWalletsFile(env.walletsFile ?? null)),
        ChainsModule.forRoot(registry),
        CustomersModule,
        PursesModule.forRoot(xpubs),
        ReplenishmentsModule,
        ComplianceModule,
        OutflowsModule,
        FindingsModule,
        SuspenseModule,
        TransactionsModule,
        BooksModule,
        EventsModule,
        OperationsModule,
      ],
    };
  }
}
