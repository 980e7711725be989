export {
  type ConsumerGroup,
  DurableLog,
  type Message,
  type ParkedKey,
  type PartitionLag,
  type Poison,
  type ReceivedMessage,
  type RunningSubscription,
  type StoppedGroup,
  type Subscription,
  type SubscriptionStatus,
  TopicsGone,
} from './durable-log';
export { parseBrokerAddress } from './kafka/broker-address';
export { openKafka } from './kafka/load';
export { LOST_KEY } from './lost-messages';
export { grantMessaging, type MessagingRights, messagingMigrations } from './messaging-migrations';
export { PostgresLog } from './postgres-log';
