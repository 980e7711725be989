export { type Anvil, type AnvilOptions, startAnvil } from './anvil';
export { guardChild } from './child-guard';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';
export { EnvironmentError, IsPostgresUrl, IsWholeNumber, readEnvironment } from './env';
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
export { NODE_ARGUMENTS } from './node-arguments';
export { endProcess, isAlive, processIdentity } from './processes';
export { type PostgresRequirement, requirePostgres } from './require-postgres';
export { runMigration } from './run-migration';
export { stopOnRequest } from './shutdown';
