import 'reflect-metadata';
import { InvalidChainsFile } from '@daybook/chains';
import {
  createLogger,
  EnvironmentError,
  type Health,
  readEnvironment,
  requirePostgres,
  stopOnRequest,
} from '@daybook/platform';
import { EngineMisconfigured } from '@daybook/platform/plain';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HEALTH } from './monitoring/probes.controller';
import { WatcherEnv } from './watcher.env';
import { WatcherModule } from './watcher.module';

async function main(): Promise<void> {
  const env = readEnvironment(WatcherEnv);
  await requirePostgres({
    url: env.databaseUrl,
    variable: 'DAYBOOK_DATABASE_URL',
    table: 'watcher.chain',
    migrate: 'node dist/apps/chain-watcher/src/migrate.js',
  });
  const logger = createLogger('chain-watcher', env.logLevel);
  const app = await NestFactory.create<NestFastifyApplication>(
    WatcherModule.forRoot(env, logger),
    new FastifyAdapter(),
    { logger: false, abortOnError: false },
  );
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

main().catch((error: Error) => {
  const isExplained =
    error instanceof EnvironmentError ||
    error instanceof EngineMisconfigured ||
    error instanceof InvalidChainsFile;
  // A wrong configuration is explained by its message; anything else by its stack.
  console.error(isExplained ? error.message : error);
  process.exit(1);
});
