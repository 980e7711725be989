import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { LogUnavailable } from '../log-unavailable';
import { REQUEST_TIMEOUT_MS, reasonOf, within } from './kafka-client';
import { type Call, type PlacedRecord, PublishQueue, type Request } from './publish-queue';

/**
 * How long a call waits for brokers that are away: a restart or a change of leaders takes less. Its
 * messages may have been stored all the same; whoever published them does so again.
 */
const PUBLISH_DEADLINE_MS = 30_000;
const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 2_000;
/** What came late has a chance nevertheless. */
const ATTEMPT_MIN_MS = 1_000;
const DISCONNECT_TIMEOUT_MS = 2_000;

/** Errors that would come again: the records or the rights are at fault, not the brokers. */
const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);

export interface KafkaProducer {
  /** Makes the first publish as quick as the others. */
  warmUp(): Promise<void>;
  publish(records: readonly PlacedRecord[]): Promise<void>;
  /** Resolves when nothing waits to be written any more and the connections are closed. */
  close(): Promise<void>;
}

/**
 * Publishes with one idempotent producer and one request at a time, so a key's order holds over every
 * retry. Calls that arrive meanwhile share the next request. Whenever a request fails for good, the
 * producer is given up and the same request is sent by a new one: kafkajs would give the failed request's
 * sequence numbers to the next one, which the broker then takes for a repetition and drops (kafkajs
 * issue 598). The price is that messages may be stored twice.
 */
export function createProducer(createClient: () => Kafka): KafkaProducer {
  const queue = new PublishQueue();
  let producer: Promise<Producer> | undefined;
  let draining: Promise<void> | undefined;

  const connected = (): Promise<Producer> => {
    if (!producer) {
      const made = connect(createClient());
      producer = made;
      made.catch(() => {
        if (producer === made) producer = undefined;
      });
    }
    return producer;
  };
  const giveUp = (): void => {
    const old = producer;
    producer = undefined;
    void old?.then(disconnect).catch(() => undefined);
  };

  async function drain(): Promise<void> {
    for (let request = queue.take(); request; request = queue.take()) {
      try {
        await store(request);
        for (const call of request.calls) resolveWhole(call);
      } catch (error) {
        await refuse(request, error);
      }
    }
    draining = undefined;
  }

  /** Sends until it is stored, refused or late. */
  async function store({ records, calls }: Request): Promise<void> {
    const deadline = Math.min(...calls.map((call) => call.deadline));
    for (let attempt = 0; ; attempt++) {
      try {
        return await within(
          connected().then((made) => send(made, records)),
          Math.max(deadline - Date.now(), ATTEMPT_MIN_MS),
          'The brokers do not answer.',
        );
      } catch (error) {
        giveUp();
        const { type, message } = reasonOf(error);
        if (REFUSALS.has(type)) throw new Refused(`Kafka refuses the messages: ${message}`);
        const pause = Math.min(BACKOFF_FIRST_MS * 2 ** attempt, BACKOFF_MAX_MS);
        if (Date.now() + pause > deadline) {
          const waited = PUBLISH_DEADLINE_MS / 1000;
          throw new LogUnavailable(`Kafka took no messages for ${waited} s: ${message}`, {
            cause: error,
          });
        }
        await sleep(pause);
      }
    }
  }

  /**
   * What a broker will never take fails its own call only. When brokers are away, everything that waits
   * fails: published after this, it would overtake what has to be published again.
   */
  async function refuse(request: Request, error: unknown): Promise<void> {
    if (error instanceof Refused && request.calls.length > 1) {
      for (const call of request.calls) await storeAlone(call, request);
      return;
    }
    const calls = new Set(request.calls);
    if (!(error instanceof Refused)) for (const call of queue.takeAll()) calls.add(call);
    for (const call of calls) {
      queue.remove(call);
      call.reject(error);
    }
  }

  async function storeAlone(call: Call, { records }: Request): Promise<void> {
    const own = new Set(call.records);
    const alone = { records: records.filter((record) => own.has(record)), calls: [call] };
    try {
      await store(alone);
      resolveWhole(call);
    } catch (error) {
      await refuse(alone, error);
    }
  }

  return {
    warmUp: async () => void (await connected()),
    publish: (records) =>
      new Promise((resolve, reject) => {
        if (records.length === 0) return resolve();
        const deadline = Date.now() + PUBLISH_DEADLINE_MS;
        queue.add({ records, deadline, taken: 0, resolve, reject });
        draining ??= drain();
      }),
    close: async () => {
      await draining;
      const last = producer;
      producer = undefined;
      await last?.then(disconnect).catch(() => undefined);
    },
  };
}

class Refused extends Error {}

/** With one request at a time, what is taken and did not fail is stored. */
function resolveWhole(call: Call): void {
  if (call.taken === call.records.length) call.resolve();
}

async function connect(client: Kafka): Promise<Producer> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    // Records come with their partition.
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  try {
    await within(producer.connect(), REQUEST_TIMEOUT_MS, 'The brokers do not answer.');
  } catch (error) {
    void disconnect(producer);
    throw error;
  }
  return producer;
}

async function disconnect(producer: Producer): Promise<void> {
  await within(producer.disconnect(), DISCONNECT_TIMEOUT_MS, 'late').catch(() => undefined);
}

/**
 * One request. Every partition must have answered: when leaders change in the middle, kafkajs counts a
 * broker that answered for other partitions as done, and leaves out the ones that moved to it.
 */
async function send(producer: Producer, records: readonly PlacedRecord[]): Promise<void> {
  const byTopic = new Map<string, PlacedRecord[]>();
  const unanswered = new Set<string>();
  for (const record of records) {
    const known = byTopic.get(record.topic);
    if (known) known.push(record);
    else byTopic.set(record.topic, [record]);
    unanswered.add(`${record.topic} ${record.partition}`);
  }
  const answers = await producer.sendBatch({
    acks: -1,
    timeout: REQUEST_TIMEOUT_MS,
    compression: CompressionTypes.None,
    topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
  });
  for (const { topicName, partition } of answers) unanswered.delete(`${topicName} ${partition}`);
  if (unanswered.size > 0) throw new Error('Partitions moved while they were written.');
}
