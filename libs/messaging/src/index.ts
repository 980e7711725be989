export {
  DurableLog,
  type Message,
  type ReceivedMessage,
  type RunningSubscription,
  type Subscription,
  type SubscriptionStatus,
} from './durable-log';
export {
  CreateMessaging1763700000000,
  grantMessaging,
  messagingMigrations,
  type Queries,
} from './messaging-migrations';
export { PostgresLog, type PostgresLogOptions } from './postgres-log';
export type { Retention } from './postgres-retention';
