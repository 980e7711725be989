import { EngineMisconfigured } from '@daybook/platform/plain';
import type { Kafka } from 'kafkajs';
import { BROKERS_SETTING } from './broker-address';
import { reasonOf } from './kafka-client';

/** No topic has this partition, so nothing is read or written; brokers check rights before that. */
const NO_PARTITION = 2 ** 31 - 1;
const UNAUTHORIZED = 'TOPIC_AUTHORIZATION_FAILED';

interface Broker {
  produce(request: object): Promise<unknown>;
  fetch(request: object): Promise<unknown>;
}

interface Cluster {
  connect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  getNodeIds(): readonly string[];
  findBroker(node: { nodeId: string | undefined }): Promise<Broker>;
  disconnect(): Promise<void>;
}

/**
 * Rejects with `EngineMisconfigured` when the user may not read or write these topics, without reading or
 * writing. To ask for the access control lists needs a right that such a user does not have, and
 * kafkajs's producer and consumer send nothing to a partition that does not exist; so this uses kafkajs's
 * internal broker connection, pinned by the version and a test.
 */
export async function checkRights(
  client: Kafka,
  reads: readonly string[],
  writes: readonly string[],
): Promise<void> {
  const cluster = clusterOf(client);
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const broker = await cluster.findBroker({ nodeId: cluster.getNodeIds()[0] });
    const answers = await Promise.all([
      ...reads.map((topic) => missingRight(`read the topic ${topic}`, fetchNothing(broker, topic))),
      ...writes.map((topic) =>
        missingRight(`write to the topic ${topic}`, produceNothing(broker, topic)),
      ),
    ]);
    const missing = answers.flat();
    if (missing.length === 0) return;
    throw new EngineMisconfigured(
      'Kafka',
      `this user may not ${missing.join(', nor ')}.`,
      `Grant Read and Write there, or name another user in ${BROKERS_SETTING}.`,
    );
  } finally {
    await cluster.disconnect();
  }
}

function clusterOf(client: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (!symbol) throw new Error('This kafkajs has no private:Kafka:createCluster to check rights.');
  const internal = client as unknown as Record<symbol, (options: object) => Cluster>;
  return internal[symbol]?.({ allowAutoTopicCreation: false }) as Cluster;
}

async function missingRight(right: string, request: Promise<unknown>): Promise<string[]> {
  const type = await request.then(
    () => undefined,
    (error) => reasonOf(error).type,
  );
  return type === UNAUTHORIZED ? [right] : [];
}

function fetchNothing(broker: Broker, topic: string): Promise<unknown> {
  const partitions = [{ partition: NO_PARTITION, fetchOffset: '0', maxBytes: 1 }];
  const request = { maxWaitTime: 0, minBytes: 0, maxBytes: 1, topics: [{ topic, partitions }] };
  return broker.fetch(request);
}

function produceNothing(broker: Broker, topic: string): Promise<unknown> {
  const messages = [{ key: 'x', value: 'x' }];
  const partitions = [{ partition: NO_PARTITION, firstSequence: 0, messages }];
  const request = { producerId: -1, producerEpoch: 0, acks: -1, timeout: 1_000 };
  return broker.produce({ ...request, topicData: [{ topic, partitions }] });
}
