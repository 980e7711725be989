export { type Anvil, type AnvilOptions, startAnvil } from './anvil';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres';
export { freePort, isPortFree } from './free-port';
