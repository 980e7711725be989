import { pause, TimedOut, within } from '@daybook/platform/plain';
import type { Admin, Kafka } from 'kafkajs';
import { LogUnavailable, type PartitionLag } from '../durable-log';
import { reasonOf } from './kafka-client';

/** How long the brokers may take to answer a question. */
const ANSWER_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 2_000;
const PAUSE_MS = 100;

/** Errors of a broker that has just become coordinator of a group or leader of a partition. */
const PASSING = new Set([
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
  'LEADER_NOT_AVAILABLE',
]);

/** Asks the brokers over one connection, which is replaced when it fails. */
export class Administrator {
  private admin: Promise<Admin> | undefined;

  constructor(private readonly createClient: () => Kafka) {}

  /** Rejects with `LogUnavailable` when there is no answer after `timeoutMs`; 5 s when left out. */
  async ask<T>(question: (admin: Admin) => Promise<T>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<T> {
    const isUsed = this.admin !== undefined;
    this.admin ??= connect(this.createClient());
    const asked = this.admin;
    try {
      const late = `No answer in ${timeoutMs / 1000} s.`;
      return await within(repeated(asked, question), timeoutMs, late);
    } catch (error) {
      void this.discard(asked);
      // The connection may have been lost since its last use. Ask again over a new one.
      if (isUsed && !(error instanceof TimedOut)) return this.ask(question, timeoutMs);
      throw new LogUnavailable(`Kafka cannot be reached: ${reasonOf(error).message}`, {
        cause: error,
      });
    }
  }

  close(): Promise<void> {
    return this.discard(this.admin);
  }

  private async discard(old: Promise<Admin> | undefined): Promise<void> {
    if (this.admin === old) this.admin = undefined;
    if (!old) return;
    const closed = old.then((admin) => admin.disconnect());
    await within(closed, CLOSE_TIMEOUT_MS, 'late').catch(() => undefined);
  }
}

async function connect(client: Kafka): Promise<Admin> {
  const admin = client.admin({ retry: { retries: 1, initialRetryTime: 100 } });
  await admin.connect();
  return admin;
}

async function repeated<T>(asked: Promise<Admin>, question: (admin: Admin) => Promise<T>) {
  const admin = await asked;
  const until = Date.now() + ANSWER_TIMEOUT_MS;
  for (;;) {
    try {
      return await question(admin);
    } catch (error) {
      if (!PASSING.has(reasonOf(error).type) || Date.now() > until) throw error;
      await pause(PAUSE_MS);
    }
  }
}

/** Moves a group without members to these places. */
export async function moveGroup(
  admin: Admin,
  topic: string,
  groupId: string,
  places: readonly Pick<PartitionLag, 'partition' | 'place'>[],
): Promise<void> {
  const partitions = places.map(({ partition, place }) => ({ partition, offset: String(place) }));
  await admin.setOffsets({ groupId, topic, partitions });
}

/** How far the group is in each partition, in three requests whatever the topic holds. */
export async function lagOf(
  admin: Admin,
  topic: string,
  groupId: string,
): Promise<readonly PartitionLag[]> {
  const [ends, groups] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const stored = new Map(
    groups.flatMap(({ partitions }) => partitions.map((one) => [one.partition, one.offset])),
  );
  return ends.map(({ partition, high, low }) => {
    const offset = BigInt(stored.get(partition) ?? -1);
    // When the messages at the offset were removed, the group continues at the first that is left.
    const place = offset < BigInt(low) ? BigInt(low) : offset;
    // A group without an offset has read nothing.
    const lost = place - (offset < 0n ? 0n : offset);
    return { partition, place, waiting: BigInt(high) - place, lost };
  });
}
