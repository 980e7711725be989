import 'reflect-metadata';
import {
  createLogger,
  createMetrics,
  failStart,
  type Health,
  logDestination,
  logFileOf,
  openMetrics,
  readHttpTls,
  requireMetricsPort,
  requirePort,
  requirePostgres,
  stopOnRequest,
  unknownVariables,
} from '@daybook/platform';
import { createProbesApp } from './http';
import { migrate } from './migrate';
import { HEALTH } from './monitoring/probes.controller';
import { readWatcherEnv } from './watcher.env';
import { WatcherModule } from './watcher.module';

async function main(): Promise<void> {
  const env = readWatcherEnv();
  const destination = logDestination(logFileOf(env));
  await requirePort(env.httpHost, env.httpPort, 'DAYBOOK_HTTP_PORT');
  await requireMetricsPort(env);
  await requirePostgres({
    url: env.databaseUrl,
    variable: 'DAYBOOK_DATABASE_URL',
    migrated: { ...migrate.record, command: 'node dist/apps/chain-watcher/src/migrate.js' },
  });
  const logger = createLogger('chain-watcher', env.logLevel, destination);
  const metrics = createMetrics('chain-watcher', destination.dropped);
  for (const sentence of unknownVariables(process.env)) logger.warn(sentence);
  const tls = readHttpTls(env);
  const app = await createProbesApp(await WatcherModule.forRoot(env, logger, metrics), {
    ...{ tls, connectionsMax: env.httpConnectionsMax },
  });
  const metricsServer = await openMetrics(env, metrics.registry, tls);
  await app.listen(env.httpPort, env.httpHost);
  const health = app.get<Health>(HEALTH);
  health.started();
  logger.info({ url: await app.getUrl() }, 'chain-watcher started');
  stopOnRequest(async (reason) => {
    logger.info({ reason }, 'chain-watcher stopping');
    health.stopping();
    await app.close();
    await metricsServer?.close();
  });
}

main().catch(failStart);
