export type { Checkpoints } from './checkpoints';
export { type DecideRequest, decideAndAppend, decideAndAppendMany } from './decide-and-append';
export {
  type CommandForStream,
  type Decided,
  type Emitted,
  IdempotencyKeyReused,
  type RequestMetadata,
} from './decision';
export type { DecidedOrNot } from './draft';
export * from './event-store';
export { checkConnectionString } from './eventstoredb/connection-string';
export {
  EventStoreDbEventStore,
  type EventStoreDbStatus,
} from './eventstoredb/eventstoredb-event-store';
export { type EventStoreDbConfig, openEventStoreDb } from './eventstoredb/open';
export {
  type Follower,
  type FollowerProgress,
  type FollowerStatus,
  type FollowOptions,
  follow,
  type Stalled,
} from './follow';
export { eventId, uuid5 } from './identity';
export { loadStates } from './load-states';
export { eventStoreMigrations, grantEventStore, type Queries } from './postgres/migrations';
export {
  PostgresEventStore,
  type PostgresEventStoreOptions,
} from './postgres/postgres-event-store';
export {
  type Happened,
  type HappenedTo,
  happenedTo,
  isLater,
  type Projection,
  type Sql,
} from './projection';
export type { WriteObserver, WriteOutcome, WriteReport } from './write-observer';
