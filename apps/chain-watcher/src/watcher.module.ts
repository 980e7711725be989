import { loadChainsFile } from '@daybook/chains';
import { TOPIC_SETTINGS, TOPICS } from '@daybook/contracts';
import { DurableLog, openKafka, PostgresLog } from '@daybook/messaging';
import { createHealth, createMetrics } from '@daybook/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Watchers } from './leader/watchers';
import { HEALTH, ProbesController } from './monitoring/probes.controller';
import { createWatcherMetrics } from './monitoring/watcher-metrics';
import { WatcherStore } from './state/watcher-store';
import { PostgresWatcherStore } from './store/postgres-watcher-store';
import type { WatcherEnv } from './watcher.env';

const READ_TOPICS: readonly string[] = [TOPICS.purseAddress, TOPICS.watchRequest];
const WRITTEN_TOPICS: readonly string[] = [TOPICS.transfer, TOPICS.chainHead, TOPICS.watchReport];

/** Wires the chain-watcher from its configuration. */
@Module({})
export class WatcherModule {
  static forRoot(env: WatcherEnv, logger: Logger): DynamicModule {
    const chains = loadChainsFile(env.chainsFile ?? null);
    const metrics = createMetrics('chain-watcher');
    const watcherMetrics = createWatcherMetrics(
      metrics,
      chains.connections.map(({ chain }) => chain),
    );
    return {
      module: WatcherModule,
      controllers: [ProbesController],
      providers: [
        { provide: Registry, useValue: metrics.registry },
        {
          provide: WatcherStore,
          useFactory: () => new PostgresWatcherStore({ url: env.databaseUrl }),
        },
        {
          provide: DurableLog,
          useFactory: () => openLog(env, logger),
        },
        {
          provide: Watchers,
          inject: [WatcherStore, DurableLog],
          useFactory: (store: WatcherStore, log: DurableLog) =>
            new Watchers({
              ...{ registry: chains, store, log, logger, metrics: watcherMetrics },
              pollMs: env.watcherPollMs,
            }),
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

/** The log between the apps, on the engine that the configuration names. */
async function openLog(env: WatcherEnv, logger: Logger): Promise<DurableLog> {
  const { databaseUrl: url, kafkaBrokers } = env;
  const clientId = 'daybook-chain-watcher';
  if (kafkaBrokers === undefined) return new PostgresLog({ url, applicationName: clientId });
  return openKafka({
    brokers: kafkaBrokers,
    clientId,
    topics: TOPIC_SETTINGS.filter(({ name }) => [...READ_TOPICS, ...WRITTEN_TOPICS].includes(name)),
    reads: READ_TOPICS,
    writes: WRITTEN_TOPICS,
    parkingUrl: url,
    warn: (sentence) => logger.warn(sentence),
  });
}
