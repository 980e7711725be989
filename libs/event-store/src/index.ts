export type { Checkpoints } from './checkpoints';
export type { Codec, Emitted } from './codec';
export { daybookCodec } from './codec';
export { type DecideRequest, decideAndAppend } from './decide-and-append';
export { type DecidedOrNot, decideAndAppendMany, type ManyOptions } from './decide-and-append-many';
export {
  type CommandForStream,
  type Decided,
  IdempotencyKeyReused,
  type RequestMetadata,
} from './decision';
export * from './event-store';
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
export type { WriteObserver, WriteOutcome, WriteReport } from './write-observer';
