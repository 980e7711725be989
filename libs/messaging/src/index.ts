export {
  type ConsumerGroup,
  DurableLog,
  LogUnavailable,
  type Message,
  type ParkedKey,
  type Poison,
  type ReceivedMessage,
  type RunningSubscription,
  type Subscription,
  type SubscriptionStatus,
  type TopicSettings,
} from './durable-log';
export { type BrokerAddress, parseBrokerAddress } from './kafka/broker-address';
export type { KafkaLogger } from './kafka/kafka-client';
export { KafkaLog, type KafkaOptions, openKafka } from './kafka/kafka-log';
export {
  CreateMessaging1763700000000,
  grantMessaging,
  messagingMigrations,
  ParkKeys1763800000000,
  type Queries,
} from './messaging-migrations';
export { PostgresLog, type PostgresLogOptions } from './postgres-log';
export type { Retention } from './postgres-retention';
