import { EngineMisconfigured, pause } from '@daybook/platform/plain';
import { type Admin, ConfigResourceTypes, type ITopicConfig } from 'kafkajs';
import type { TopicSettings } from '../durable-log';
import { reasonOf } from './kafka-client';

/** Three replicas where there are enough brokers: enough to lose one broker while another is down. */
const REPLICAS_MAX = 3;

/** A large cluster needs a second. */
const APPEAR_TIMEOUT_MS = 15_000;
const APPEAR_POLL_MS = 50;

const UNKNOWN = 'UNKNOWN_TOPIC_OR_PARTITION';
const NOT_YET = new Set([UNKNOWN, 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']);
const UNAUTHORIZED = /AUTHORIZATION_FAILED/;

/**
 * Creates missing topics and compares the others with their settings. Returns the number of partitions of
 * each. `warn` is called for differences that do no harm. Rejects with `EngineMisconfigured`.
 */
export async function prepareTopics(
  admin: Admin,
  topics: readonly TopicSettings[],
  variable: string,
  warn: (sentence: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const partitions = new Map<string, number>();
  const missing: TopicSettings[] = [];
  for (const topic of topics) {
    const found = await countPartitions(admin, topic.name, variable);
    if (found === undefined) missing.push(topic);
    else {
      await checkCleanUp(admin, topic, warn);
      if (found !== topic.partitions) {
        warn(
          `Kafka: the topic ${topic.name} has ${found} partitions, not ${topic.partitions}. That is ` +
            'kept: with another number, keys would change their partition and lose their order.',
        );
      }
      partitions.set(topic.name, found);
    }
  }
  if (missing.length > 0) await make(admin, missing, variable);
  for (const { name } of missing) partitions.set(name, await appeared(admin, name, variable));
  return partitions;
}

/** Brokers learn of a new topic one after another, and then become leaders of its partitions. */
async function appeared(admin: Admin, name: string, variable: string): Promise<number> {
  const deadline = Date.now() + APPEAR_TIMEOUT_MS;
  for (;;) {
    try {
      const count = await countPartitions(admin, name, variable);
      // Only the leader of a partition knows its end offset.
      if (count && (await admin.fetchTopicOffsets(name)).length === count) return count;
    } catch (error) {
      if (Date.now() > deadline || !NOT_YET.has(reasonOf(error).type)) throw error;
    }
    if (Date.now() > deadline) throw new Error(`The new topic ${name} did not appear.`);
    await pause(APPEAR_POLL_MS);
  }
}

async function countPartitions(
  admin: Admin,
  name: string,
  variable: string,
): Promise<number | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    return topics.find((topic) => topic.name === name)?.partitions.length;
  } catch (error) {
    const { type } = reasonOf(error);
    if (type === UNKNOWN) return undefined;
    if (!UNAUTHORIZED.test(type)) throw error;
    throw new EngineMisconfigured(
      'Kafka',
      `this user may not use the topic ${name}, or it is missing and the user may not make it.`,
      `Grant the rights (Describe, and Read or Write), make the topic, or name another user in ${variable}.`,
      { cause: error },
    );
  }
}

async function make(
  admin: Admin,
  missing: readonly TopicSettings[],
  variable: string,
): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicationFactor = Math.min(REPLICAS_MAX, brokers.length);
  const topics = missing.map(({ name, partitions, retentionMs }): ITopicConfig => {
    const settings: Record<string, string> =
      retentionMs === null
        ? { 'cleanup.policy': 'compact' }
        : { 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs) };
    // An acknowledged message has two copies at least.
    if (replicationFactor === REPLICAS_MAX) settings['min.insync.replicas'] = '2';
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
  });
  try {
    // Returns false when another process has created them, which is as good.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const [first] = (error as { errors?: readonly Error[] }).errors ?? [error];
    if (!UNAUTHORIZED.test(reasonOf(first).type)) throw error;
    const names = missing.map(({ name }) => name).join(', ');
    throw new EngineMisconfigured(
      'Kafka',
      `the topic ${names} is missing, and this user may not make it.`,
      `Make it, grant the user Create, or name another user in ${variable}.`,
      { cause: error },
    );
  }
}

/** With another clean-up policy a topic loses messages that are needed, or keeps all for ever. */
async function checkCleanUp(
  admin: Admin,
  { name, retentionMs }: TopicSettings,
  warn: (sentence: string) => void,
): Promise<void> {
  const isCompacted = retentionMs === null;
  const wanted = isCompacted ? 'compact' : 'delete';
  const asked = { type: ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] };
  let found: string | undefined;
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [asked],
    });
    found = resources[0]?.configEntries[0]?.configValue;
  } catch (error) {
    if (!UNAUTHORIZED.test(reasonOf(error).type)) throw error;
    warn(
      `Kafka: this user may not see how the topic ${name} is cleaned up; it must be cleanup.policy=${wanted}. ` +
        'Grant the user DescribeConfigs to have that checked.',
    );
    return;
  }
  if (found === wanted) return;
  throw new EngineMisconfigured(
    'Kafka',
    `the topic ${name} has cleanup.policy=${found}.`,
    `Set it to ${wanted}: the topic ${isCompacted ? 'must keep the last message of every key' : 'must keep every message until it is old'}.`,
  );
}
