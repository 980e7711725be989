export { type Anvil, type AnvilOptions, startAnvil } from './anvil';
export { guardChild } from './child-guard';
export { openChildLog } from './child-log';
export {
  type AddressRanges,
  addressRanges,
  clientAddress,
  isAddressRange,
  isWithin,
  networkOf,
  parseProxies,
  type TrustedProxies,
} from './client-address';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';
export { readHttpTls } from './encryption';
export {
  AppEnv,
  EnvironmentError,
  IsPostgresUrl,
  IsWholeNumber,
  logFileOf,
  readEnvironment,
  variablesOf,
} from './env';
export { freePort, isPortFree, requirePort } from './free-port';
export {
  createHealth,
  type Health,
  type HealthAnswer,
  type HealthCheck,
  type HealthChecks,
  type HealthReport,
} from './health';
export { capConnections, httpLimits } from './http-limits';
export { type LogDestination, logDestination } from './log-destination';
export { createLogger } from './logger';
export { createMetrics, durationHistogram, type Metrics } from './metrics';
export { openMetrics, requireMetricsPort, serveMetrics } from './metrics-server';
export type { Queries } from './plain';
export {
  endIfStopped,
  endProcess,
  isAlive,
  NODE_ARGUMENTS,
  nodeEnvironment,
  processIdentity,
} from './processes';
export { requirePostgres } from './require-postgres';
export {
  createLogins,
  type Migrate,
  MigrationEnv,
  migrationOf,
  runMigration,
  sqlMigrations,
  userIn,
} from './run-migration';
export { failStart, type StartRefusal, stopOnRequest } from './shutdown';
export { PemFiles, type TlsFiles } from './tls-files';
export { unknownVariables, VARIABLES } from './unknown-variables';
