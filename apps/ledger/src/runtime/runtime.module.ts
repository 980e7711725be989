import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { databaseRolesOf, databaseUrlOf, hasRole, LedgerEnv } from '../ledger.env';
import { LookupKeys } from '../vault/lookup-keys';
import { lookupKeysOf, openVault } from '../vault/open-vault';
import { personalDataOf } from '../vault/personal-fields';
import { Vault } from '../vault/vault';
import { BackgroundWork } from './background-work';
import { Databases } from './databases';
import { openDurableLog } from './engines';
import { LogOfRoles } from './log-of-roles';
import { openOwnLog } from './own-log';

/** The engines and the background work of this process. A global module. */
@Module({})
export class RuntimeModule {
  static forRoot(env: LedgerEnv): DynamicModule {
    // The process has the credentials of all of its roles, so one of them serves for what it opens once.
    const [role = 'api'] = databaseRolesOf(env);
    const engines = { ...env, databaseUrl: databaseUrlOf(env, role) };
    // On Kafka the keys that consumers park are in PostgreSQL.
    const parking = hasRole(env, 'consumer')
      ? { ...env, databaseUrl: databaseUrlOf(env, 'consumer') }
      : engines;
    return {
      module: RuntimeModule,
      global: true,
      providers: [
        { provide: LedgerEnv, useValue: env },
        {
          provide: EventStore,
          inject: [DataSource, Vault],
          useFactory: async (dataSource: DataSource, vault: Vault) => {
            const store = await openOwnLog(engines, dataSource);
            // No other role reads or writes personal data, and none has the rights to the vault.
            if (hasRole(env, 'api')) store.personalData = personalDataOf(vault);
            return store;
          },
        },
        {
          provide: Vault,
          inject: [Databases],
          useFactory: (databases: Databases) => openVault(env, databases.ofRole('api')),
        },
        { provide: LookupKeys, useFactory: () => lookupKeysOf(env) },
        {
          provide: DurableLog,
          useFactory: () =>
            env.kafkaBrokers === undefined ? new LogOfRoles(env) : openDurableLog(parking),
        },
        { provide: Databases, useFactory: () => Databases.open(env) },
        {
          provide: DataSource,
          inject: [Databases],
          useFactory: (databases: Databases) => databases.main,
        },
        BackgroundWork,
      ],
      exports: [
        ...[LedgerEnv, EventStore, DurableLog, Databases, DataSource, BackgroundWork],
        ...[Vault, LookupKeys],
      ],
    };
  }
}
