import { EventStore } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { type DynamicModule, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LedgerEnv } from '../ledger.env';
import { BackgroundWork } from './background-work';
import { ledgerDataSource } from './data-source';
import { openDurableLog } from './engines';
import { openOwnLog } from './own-log';

/** The engines and the background work of this process. A global module. */
@Module({})
export class RuntimeModule {
  static forRoot(env: LedgerEnv): DynamicModule {
    return {
      module: RuntimeModule,
      global: true,
      providers: [
        { provide: LedgerEnv, useValue: env },
        {
          provide: EventStore,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => openOwnLog(env, dataSource),
        },
        { provide: DurableLog, useFactory: () => openDurableLog(env) },
        {
          provide: DataSource,
          useFactory: () => ledgerDataSource(env.databaseUrl).initialize(),
        },
        BackgroundWork,
      ],
      exports: [LedgerEnv, EventStore, DurableLog, DataSource, BackgroundWork],
    };
  }
}
