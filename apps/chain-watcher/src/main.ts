import 'reflect-metadata';
import {
  capConnections,
  createLogger,
  createMetrics,
  failStart,
  type Health,
  httpLimits,
  logDestination,
  logFileOf,
  requirePort,
  requirePostgres,
  stopOnRequest,
  unknownVariables,
} from '@daybook/platform';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { migrate } from './migrate';
import { HEALTH } from './monitoring/probes.controller';
import { readWatcherEnv } from './watcher.env';
import { WatcherModule } from './watcher.module';

const BODY_BYTES_MAX = 1_024;

async function main(): Promise<void> {
  const env = readWatcherEnv();
  const destination = logDestination(logFileOf(env));
  await requirePort(env.httpHost, env.httpPort, 'DAYBOOK_HTTP_PORT');
  await requirePostgres({
    url: env.databaseUrl,
    variable: 'DAYBOOK_DATABASE_URL',
    migrated: { ...migrate.record, command: 'node dist/apps/chain-watcher/src/migrate.js' },
  });
  const logger = createLogger('chain-watcher', env.logLevel, destination);
  const metrics = createMetrics('chain-watcher', destination.dropped);
  for (const sentence of unknownVariables(process.env)) logger.warn(sentence);
  const app = await NestFactory.create<NestFastifyApplication>(
    await WatcherModule.forRoot(env, logger, metrics),
    // Requests of probes and of monitoring have no body.
    new FastifyAdapter({ ...httpLimits(), bodyLimit: BODY_BYTES_MAX }),
    { logger: false, abortOnError: false },
  );
  capConnections(app.getHttpServer(), env.httpConnectionsMax);
  await app.listen(env.httpPort, env.httpHost);
  const health = app.get<Health>(HEALTH);
  health.started();
  logger.info({ url: await app.getUrl() }, 'chain-watcher started');
  stopOnRequest(async (reason) => {
    logger.info({ reason }, 'chain-watcher stopping');
    health.stopping();
    await app.close();
  });
}

main().catch(failStart);
