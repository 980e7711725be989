export {
  beginEpoch,
  beginLog,
  checkLog,
  identityIn,
  LOG_STREAM,
  type ReaderPlace,
} from './check-log';
export { decideAndAppend, decideAndAppendMany } from './decide-and-append';
export {
  type Claim,
  type CommandForStream,
  type Decided,
  type DecidedOrNot,
  type Emitted,
  IdempotencyKeyReused,
  loadStates,
  type Precondition,
  PreconditionFailed,
  type RequestMetadata,
} from './decision';
export * from './event-store';
export { eventsOf } from './events-of';
export { checkConnectionString } from './eventstoredb/connection-string';
export { openEventStoreDb } from './eventstoredb/load';
export { DEFAULT_PREFIX, STREAM_PREFIX } from './eventstoredb/stream-names';
export {
  type Checkpoints,
  type Follower,
  type FollowerStatus,
  type FollowOptions,
  follow,
  type Reached,
  type Stalled,
} from './follow';
export { historyIfWhole } from './histories';
export { eventId, uuid5 } from './identity';
export { happenedAt, isLater, logTimes } from './log-time';
export { eventStoreMigrations, grantEventStore } from './postgres/migrations';
export { PostgresEventStore } from './postgres/postgres-event-store';
export {
  type Happened,
  type HappenedTo,
  happenedTo,
  type Projection,
  type RowCheck,
  type Sql,
} from './projection';
