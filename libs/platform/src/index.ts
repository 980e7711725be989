export { type Anvil, type AnvilOptions, startAnvil } from './anvil';
export { guardChild } from './child-guard';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';
export { AppEnv, EnvironmentError, IsPostgresUrl, IsWholeNumber, readEnvironment } from './env';
export { failStart } from './fail-start';
export { freePort, isPortFree, requirePort } from './free-port';
export {
  createHealth,
  type Health,
  type HealthAnswer,
  type HealthCheck,
  type HealthChecks,
  type HealthReport,
} from './health';
export { createLogger } from './logger';
export { createMetrics, durationHistogram, type Metrics } from './metrics';
export { endProcess, isAlive, NODE_ARGUMENTS, processIdentity } from './processes';
export { type PostgresRequirement, requirePostgres } from './require-postgres';
export { migrationOf, type Queries, runMigration, sqlMigrations } from './run-migration';
export { stopOnRequest } from './shutdown';
