import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadChainsFile } from '@daybook/chains';
import {
  createHealth,
  createLogger,
  createMetrics,
  failStart,
  logDestination,
  logFileOf,
  requirePort,
  requirePostgres,
  stopOnRequest,
  unknownVariables,
} from '@daybook/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { loadWalletsFile, refusePurses } from './account-wallets.env';
import { keepListedAssets } from './chains';
import { parseProxies } from './client-address.env';
import { grpcCredentials } from './grpc/credentials';
import { createGrpcServer } from './grpc/server';
import {
  databaseOf,
  databaseRolesOf,
  databaseUrlOf,
  type LedgerEnv,
  readLedgerEnv,
} from './ledger.env';
import { LedgerModule } from './ledger.module';
import { migrate } from './migrate';
import { Monitoring } from './operations/monitoring';
import { createHttpApp } from './rest/http';
import { nestLogger } from './runtime/nest-logger';

/** Delay between reporting "not ready" and closing, so that load balancers stop sending first. */
const DRAIN_MS = 500;

async function main(): Promise<void> {
  const env = readLedgerEnv();
  const destination = logDestination(logFileOf(env));
  await requirePort(env.httpHost, env.httpPort, 'DAYBOOK_HTTP_PORT');
  if (env.grpcPort !== 0) await requirePort(env.httpHost, env.grpcPort, 'DAYBOOK_GRPC_PORT');
  const databases = databaseRolesOf(env).map((role) => databaseOf(env, role));
  const command = 'node dist/apps/ledger/src/migrate.js';
  for (const database of new Map(databases.map((each) => [each.url, each])).values()) {
    await requirePostgres({ ...database, migrated: { ...migrate.record, command } });
  }
  const logger = createLogger('ledger', env.logLevel, destination);
  for (const sentence of unknownVariables(process.env)) logger.warn(sentence);
  for (const sentence of await checkTables(env)) logger.warn(sentence);
  const tls = grpcCredentials(env);
  const metrics = createMetrics('ledger', destination.dropped);
  const { registry } = metrics;
  const monitoring = new Monitoring(metrics, () => app);
  const health = createHealth(monitoring.checks);
  const app: NestFastifyApplication = await createHttpApp(LedgerModule.forRoot(env), {
    health,
    registry,
    logger,
    nestLogger: nestLogger(logger),
    quota: { requests: env.rateLimit, windowSeconds: 60 },
    connectionsMax: env.httpConnectionsMax,
    failuresMax: env.failedAuthentications,
    trustedProxies: parseProxies(env.trustedProxies),
  });
  await app.listen(env.httpPort, env.httpHost);
  const { grpcReflection: reflection, grpcConnectionsMax: connectionsMax } = env;
  const grpc =
    env.grpcPort === 0
      ? null
      : createGrpcServer(app, { health, registry, logger, tls, reflection, connectionsMax });
  await grpc?.listen(env.grpcPort, env.httpHost);
  monitoring.start();
  health.started();
  await grpc?.showHealth();
  const { roles, grpcPort } = env;
  logger.info({ url: await app.getUrl(), grpcPort, roles }, 'ledger started');
  stopOnRequest(async (reason) => {
    logger.info({ reason }, 'ledger stopping');
    health.stopping();
    await grpc?.showHealth();
    await sleep(DRAIN_MS);
    await grpc?.close();
    await app.close();
  });
}

/** See `keepListedAssets` and `refusePurses`. */
async function checkTables(env: LedgerEnv): Promise<readonly string[]> {
  const { chainsFile, walletsFile } = env;
  const [role = 'api'] = databaseRolesOf(env);
  const connectionString = databaseUrlOf(env, role);
  const client = new Client({ connectionString, application_name: 'daybook-start' });
  await client.connect();
  try {
    await refusePurses(client, loadWalletsFile(walletsFile ?? null));
    return await keepListedAssets(client, loadChainsFile(chainsFile ?? null));
  } finally {
    await client.end();
  }
}

main().catch(failStart);
