import type { Kafka } from 'kafkajs';
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
  findBroker(node: { nodeId: string }): Promise<Broker>;
  disconnect(): Promise<void>;
}

export interface Rights {
  mayRead(topic: string): Promise<boolean>;
  mayWrite(topic: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Checks what the user may do without doing it. Reading the access control lists needs a right that such a
 * user does not have, and kafkajs's producer and consumer send nothing to a partition that does not
 * exist; so this uses kafkajs's internal broker connection, pinned by the version and a test.
 */
export async function openRights(client: Kafka): Promise<Rights> {
  const symbol = Object.getOwnPropertySymbols(client).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (!symbol)
    throw new Error(
      'This version of kafkajs has no private:Kafka:createCluster, so rights cannot be checked.',
    );
  const make = (client as unknown as Record<symbol, (options: object) => Cluster>)[symbol];
  const cluster = make?.({ allowAutoTopicCreation: false }) as Cluster;
  await cluster.connect();
  await cluster.refreshMetadata();
  const broker = await cluster.findBroker({ nodeId: cluster.getNodeIds()[0] as string });
  const permits = async (request: Promise<unknown>): Promise<boolean> => {
    const type = await request.then(
      () => undefined,
      (error) => reasonOf(error).type,
    );
    return type !== UNAUTHORIZED;
  };
  return {
    mayRead: (topic) =>
      permits(
        broker.fetch({
          maxWaitTime: 0,
          minBytes: 0,
          maxBytes: 1,
          topics: [
            {
              topic,
              partitions: [{ partition: NO_PARTITION, fetchOffset: '0', maxBytes: 1 }],
            },
          ],
        }),
      ),
    mayWrite: (topic) =>
      permits(
        broker.produce({
          producerId: -1,
          producerEpoch: 0,
          acks: -1,
          timeout: 1_000,
          topicData: [
            {
              topic,
              partitions: [
                { partition: NO_PARTITION, firstSequence: 0, messages: [{ key: 'x', value: 'x' }] },
              ],
            },
          ],
        }),
      ),
    close: () => cluster.disconnect(),
  };
}
