import { loadRegistry } from '@daybook/chains';
import { DurableLog, PostgresLog } from '@daybook/messaging';
import { createHealth, createMetrics } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { HEALTH, ProbesController } from './probes.controller';
import { PostgresWatcherStore } from './store/postgres-watcher-store';
import { WatcherStore } from './store/watcher-store';
import type { WatcherEnv } from './watcher.env';
import { createWatcherMetrics } from './watcher-metrics';
import { Watchers } from './watchers';

/** The chain-watcher, wired from its configuration. */
@Module({})
export class WatcherModule {
  static forRoot(env: WatcherEnv, logger: Logger): DynamicModule {
    const chains = loadRegistry(env.chainsFile ?? null);
    const metrics = createMetrics('chain-watcher').registry;
    const figures = createWatcherMetrics(
      metrics,
      chains.connections.map(({ chain }) => chain),
    );
    return {
      module: WatcherModule,
      controllers: [ProbesController],
      providers: [
        { provide: Registry, useValue: metrics },
        {
          provide: WatcherStore,
          useFactory: () => new PostgresWatcherStore({ url: env.databaseUrl }),
        },
        {
          provide: DurableLog,
          useFactory: () =>
            new PostgresLog({ url: env.databaseUrl, applicationName: 'daybook-chain-watcher' }),
        },
        {
          provide: Watchers,
          inject: [WatcherStore, DurableLog],
          useFactory: (store: WatcherStore, log: DurableLog) =>
            new Watchers(chains, store, log, logger, figures, env.watcherPollMs),
        },
        {
          provide: HEALTH,
          inject: [Watchers],
          useFactory: (watchers: Watchers) => createHealth(watchers.checks()),
        },
      ],
    };
  }
}
