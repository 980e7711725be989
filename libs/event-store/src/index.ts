export * from './event-store';
export { eventId, uuid5 } from './identity';
export { eventStoreMigrations, grantEventStore, type Queries } from './postgres/migrations';
export {
  PostgresEventStore,
  type PostgresEventStoreOptions,
} from './postgres/postgres-event-store';
