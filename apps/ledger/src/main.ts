import { surviveErrors } from '@daybook/platform/plain';
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createHealth,
  createLogger,
  createMetrics,
  failStart,
  logDestination,
  logFileOf,
  openMetrics,
  parseProxies,
  requireMetricsPort,
  requirePort,
  requirePostgres,
  stopOnRequest,
  unknownVariables,
} from '@daybook/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Client } from 'pg';
import { loadWalletsFile, refusePurses } from './account-wallets.env';
import type { Quotas } from './edge/rate-limit';
import { grpcCredentials } from './grpc/credentials';
import { createGrpcServer } from './grpc/server';
import {
  databaseOf,
  databaseRolesOf,
  databaseUrlOf,
  httpTlsOf,
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
  await requireMetricsPort(env);
  const databases = databaseRolesOf(env).map((role) => databaseOf(env, role));
  const command = 'node dist/apps/ledger/src/migrate.js';
  for (const database of new Map(databases.map((each) => [each.url, each])).values()) {
    await requirePostgres({ ...database, migrated: { ...migrate.record, command } });
  }
  const logger = createLogger('ledger', env.logLevel, destination);
  for (const sentence of unknownVariables(process.env)) logger.warn(sentence);
  await checkWallets(env);
  const [tls, grpcTls] = [httpTlsOf(env), grpcCredentials(env)];
  const metrics = createMetrics('ledger', destination.dropped);
  const { registry } = metrics;
  const monitoring = new Monitoring(metrics, () => app);
  const health = createHealth(monitoring.checks);
  const app: NestFastifyApplication = await createHttpApp(LedgerModule.forRoot(env), {
    health,
    registry,
    logger,
    nestLogger: nestLogger(logger),
    tls,
    quotas: quotasOf(env),
    connectionsMax: env.httpConnectionsMax,
    failuresMax: env.failedAuthentications,
    trustedProxies: parseProxies(env.trustedProxies),
  });
  const metricsServer = await openMetrics(env, registry, tls);
  await app.listen(env.httpPort, env.httpHost);
  const { grpcReflection: reflection, grpcConnectionsMax: connectionsMax } = env;
  const grpc =
    env.grpcPort === 0
      ? null
      : createGrpcServer(app, {
          ...{ health, registry, logger, tls: grpcTls },
          ...{ reflection, connectionsMax },
        });
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
    await metricsServer?.close();
  });
}

/** The configured quotas, each of a minute. */
function quotasOf({ rateLimit, rateLimitWallet, rateLimitFinancial }: LedgerEnv): Quotas {
  const quota = (requests = rateLimit) => ({ requests, windowSeconds: 60 });
  return {
    wallet: quota(rateLimitWallet),
    financial: quota(rateLimitFinancial),
    standard: quota(),
  };
}

/** See `refusePurses`. */
async function checkWallets(env: LedgerEnv): Promise<void> {
  const [role = 'api'] = databaseRolesOf(env);
  const connectionString = databaseUrlOf(env, role);
  const client = surviveErrors(new Client({ connectionString, application_name: 'daybook-start' }));
  await client.connect();
  try {
    await refusePurses(client, loadWalletsFile(env.walletsFile ?? null));
  } finally {
    await client.end();
  }
}

main().catch(failStart);
