import { EngineMisconfigured, pause } from '@daybook/platform/plain';
import { type Admin, ConfigResourceTypes, type ITopicConfig } from 'kafkajs';
import type { TopicSettings } from '../durable-log';
import { BROKERS_SETTING } from './broker-address';
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
  warn: (sentence: string) => void,
): Promise<ReadonlyMap<string, number>> {
  const partitions = new Map<string, number>();
  const missing: TopicSettings[] = [];
  for (const topic of topics) {
    const found = await countPartitions(admin, topic.name);
    if (found === undefined) {
      missing.push(topic);
      continue;
    }
    await checkCleanUp(admin, topic, warn);
    if (found !== topic.partitions) {
      warn(
        `Kafka: the topic ${topic.name} has ${found} partitions, not ${topic.partitions}. That is ` +
          'kept: with another number, keys would change their partition and lose their order.',
      );
    }
    partitions.set(topic.name, found);
  }
  if (missing.length > 0) await create(admin, missing);
  for (const { name } of missing) partitions.set(name, await appeared(admin, name));
  return partitions;
}

async function countPartitions(admin: Admin, name: string): Promise<number | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    return topics[0]?.partitions.length;
  } catch (error) {
    if (reasonOf(error).type === UNKNOWN) return undefined;
    throw asRefusal(
      error,
      `this user may not use the topic ${name}, or it is missing and the user may not create it.`,
      `Grant the rights (Describe, and Read or Write), create the topic, or name another user in ${BROKERS_SETTING}.`,
    );
  }
}

async function create(admin: Admin, missing: readonly TopicSettings[]): Promise<void> {
  const { brokers } = await admin.describeCluster();
  const replicationFactor = Math.min(REPLICAS_MAX, brokers.length);
  const topics = missing.map(({ name, partitions, retentionMs }): ITopicConfig => {
    const configEntries = [{ name: 'cleanup.policy', value: cleanUpOf(retentionMs) }];
    if (retentionMs !== null) configEntries.push({ name: 'retention.ms', value: `${retentionMs}` });
    // An acknowledged message has two copies at least.
    if (replicationFactor === REPLICAS_MAX) {
      configEntries.push({ name: 'min.insync.replicas', value: '2' });
    }
    return { topic: name, numPartitions: partitions, replicationFactor, configEntries };
  });
  try {
    // Returns false when another process has created them, which is as good.
    await admin.createTopics({ topics, waitForLeaders: false });
  } catch (error) {
    const [first] = (error as { errors?: readonly Error[] }).errors ?? [error];
    throw asRefusal(
      first,
      `the topic ${missing.map(({ name }) => name).join(', ')} is missing, and this user may not create it.`,
      `Create it, grant the user Create, or name another user in ${BROKERS_SETTING}.`,
    );
  }
}

/** Brokers learn of a new topic one after another, and then become leaders of its partitions. */
async function appeared(admin: Admin, name: string): Promise<number> {
  const deadline = Date.now() + APPEAR_TIMEOUT_MS;
  for (;;) {
    try {
      const count = await countPartitions(admin, name);
      // Only the leader of a partition knows its end offset.
      if (count && (await admin.fetchTopicOffsets(name)).length === count) return count;
    } catch (error) {
      if (Date.now() > deadline || !NOT_YET.has(reasonOf(error).type)) throw error;
    }
    if (Date.now() > deadline) throw new Error(`The new topic ${name} did not appear.`);
    await pause(APPEAR_POLL_MS);
  }
}

/** With another clean-up policy a topic loses messages that are needed, or keeps all for ever. */
async function checkCleanUp(
  admin: Admin,
  { name, retentionMs }: TopicSettings,
  warn: (sentence: string) => void,
): Promise<void> {
  const wanted = cleanUpOf(retentionMs);
  const asked = { type: ConfigResourceTypes.TOPIC, name, configNames: ['cleanup.policy'] };
  let found: string | undefined;
  try {
    const given = await admin.describeConfigs({ includeSynonyms: false, resources: [asked] });
    found = given.resources[0]?.configEntries[0]?.configValue;
  } catch (error) {
    if (!UNAUTHORIZED.test(reasonOf(error).type)) throw error;
    warn(
      `Kafka: this user may not see how the topic ${name} is cleaned up; it must be cleanup.policy=${wanted}. ` +
        'Grant the user DescribeConfigs to have that checked.',
    );
    return;
  }
  if (found === wanted) return;
  const must =
    wanted === 'compact' ? 'the last message of every key' : 'every message until it is old';
  throw new EngineMisconfigured(
    'Kafka',
    `the topic ${name} has cleanup.policy=${found}.`,
    `Set it to ${wanted}: the topic must keep ${must}.`,
  );
}

function cleanUpOf(retentionMs: number | null): string {
  return retentionMs === null ? 'compact' : 'delete';
}

/** The error itself, unless the brokers say that the user lacks a right. */
function asRefusal(error: unknown, wrong: string, right: string): unknown {
  if (!UNAUTHORIZED.test(reasonOf(error).type)) return error;
  return new EngineMisconfigured('Kafka', wrong, right, { cause: error });
}
