import { reasonOf } from '@daybook/platform/plain';
import { Client } from 'pg';
import {
  type ConsumerGroup,
  type Message,
  type PartitionLag,
  type RunningSubscription,
  type Subscription,
  TopicsGone,
} from './durable-log';
import { EngineLog, Member } from './engine-log';
import { CHANNEL, consume, Notices } from './postgres-consumer';
import { PublishQueue } from './publish-queue';

/** The most messages of one commit: larger ones gain nothing and lock the topic's row longer. */
const COMMIT_MESSAGES_MAX = 2_000;
/** The most text of one commit, in characters, to bound memory on both sides. */
const COMMIT_CHARACTERS_MAX = 8 * 1024 * 1024;

const PUBLISH = {
  name: 'messaging-publish',
  text: 'SELECT messaging.publish($1, $2, $3, $4, $5)',
};

const GROUPS = `
  SELECT t.name AS topic, c.group_name AS "group", w.lag, greatest(w.since, c.progressed_at) AS since
    FROM messaging.consumer c
    JOIN messaging.topic t USING (topic_id)
    CROSS JOIN LATERAL (
      SELECT count(*) AS lag, min(m.published_at) AS since
        FROM messaging.message m
       WHERE m.topic_id = c.topic_id AND m."offset" > c.position) AS w
   ORDER BY t.name, c.group_name`;

/** Offsets have no gaps, so a gap means that messages were deleted; those behind the last message are noted. */
const LAG = `
  SELECT coalesce(c.position, 0) AS place,
         coalesce((SELECT max(m."offset") FROM messaging.message m
                    WHERE m.topic_id = t.topic_id AND m."offset" > coalesce(c.position, 0))
                  - coalesce(c.position, 0), 0) AS waiting,
         greatest(coalesce((SELECT min(m."offset") - 1 FROM messaging.message m
                             WHERE m.topic_id = t.topic_id AND m."offset" > coalesce(c.position, 0)),
                           t.deleted_through)
                  - coalesce(c.position, 0), 0) AS lost
    FROM messaging.topic t
    LEFT JOIN messaging.consumer c ON c.topic_id = t.topic_id AND c.group_name = $2
   WHERE t.name = $1`;

export interface PostgresLogOptions {
  /** Connection string. */
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

interface Topic {
  readonly id: number;
  readonly queue: PublishQueue<Message>;
}

/**
 * The durable log in PostgreSQL tables (`messagingMigrations` creates them), for machines without a
 * broker. Every published message is fsynced; offsets of a topic grow in commit order without gaps.
 */
export class PostgresLog extends EngineLog {
  private readonly topics = new Map<string, Promise<Topic>>();
  private notices: Notices | undefined;

  constructor({ url, applicationName = 'daybook-messaging' }: PostgresLogOptions) {
    super({
      connectionString: url,
      application_name: applicationName,
      keepAlive: true,
      // So the server notices within half a minute that a member's machine is gone. With TCP's defaults
      // the group would wait for two hours.
      options:
        '-c TimeZone=UTC -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    });
  }

  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    this.assertOpen();
    const { queue } = await this.topic(topic);
    await queue.publish(messages);
  }

  /** Rejects when the database cannot be reached now; waits for the end of later outages. */
  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    this.assertOpen();
    const { topic, group } = subscription;
    const { id: topicId } = await this.topic(topic);
    const consumerId = await this.idOf(
      'INSERT INTO messaging.consumer (topic_id, group_name) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      'SELECT consumer_id AS id FROM messaging.consumer WHERE topic_id = $1 AND group_name = $2',
      [topicId, group],
    );
    this.notices ??= new Notices(() => this.connect());
    const { notices } = this;
    const member = new Member(subscription);
    return this.run(
      member,
      () => this.progress(consumerId),
      async () => {
        const client = await this.connect();
        const ignore = notices.on(topic, () => member.wake());
        try {
          await consume(member, client, topicId, consumerId);
        } finally {
          ignore();
          await client.end().catch(() => undefined);
        }
      },
    );
  }

  async groups(): Promise<readonly ConsumerGroup[]> {
    type Row = { topic: string; group: string; lag: string; since: Date };
    const { rows } = await this.pool.query<Row>(GROUPS);
    return rows.map(({ topic, group, lag, since }) => ({
      ...{ topic, group, lag: BigInt(lag) },
      waitingSince: lag === '0' ? null : since,
    }));
  }

  async lag(topic: string, group: string): Promise<readonly PartitionLag[]> {
    type Row = { place: string; waiting: string; lost: string };
    const { rows } = await this.pool.query<Row>(LAG, [topic, group]);
    return rows.map(({ place, waiting, lost }) => {
      return { partition: 0, place: BigInt(place), waiting: BigInt(waiting), lost: BigInt(lost) };
    });
  }

  async check(): Promise<void> {
    this.assertOpen();
    const known = await Promise.allSettled(
      [...this.topics].map(async ([name, topic]) => ({ name, id: (await topic).id })),
    );
    const used = known.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    // By their ids: one that was made again has another, and is not the one that is read and written here.
    const { rows } = await this.pool
      .query<{ id: number }>(
        'SELECT topic_id AS id FROM messaging.topic WHERE topic_id = ANY($1::integer[])',
        [used.map(({ id }) => id)],
      )
      .catch((cause) => {
        throw new Error(`The log in PostgreSQL cannot be reached: ${reasonOf(cause)}`, { cause });
      });
    const missing = used.filter((topic) => !rows.some(({ id }) => id === topic.id));
    if (missing.length > 0) {
      throw new TopicsGone(
        'PostgreSQL',
        missing.map(({ name }) => name),
      );
    }
  }

  protected async disconnect(): Promise<void> {
    // A topic that could not be found has nothing to write.
    for (const topic of await Promise.allSettled(this.topics.values())) {
      if (topic.status === 'fulfilled') await topic.value.queue.settled();
    }
    await this.notices?.close();
  }

  private async connect(): Promise<Client> {
    const client = new Client(this.config);
    // A query under way rejects by itself; a connection lost while idle is replaced at its next use.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  private topic(name: string): Promise<Topic> {
    let topic = this.topics.get(name);
    if (!topic) {
      topic = this.idOf(
        'INSERT INTO messaging.topic (name) VALUES ($1) ON CONFLICT DO NOTHING',
        'SELECT topic_id AS id FROM messaging.topic WHERE name = $1',
        [name],
      ).then((id) => ({ id, queue: this.queueOf(id, this.announcer(name)) }));
      // Do not cache a failure.
      topic.catch(() => this.topics.delete(name));
      this.topics.set(name, topic);
    }
    return topic;
  }

  private queueOf(topicId: number, announce: () => void): PublishQueue<Message> {
    return new PublishQueue({
      newRequest: () => {
        let count = 0;
        let characters = 0;
        return ({ value }) => {
          count += 1;
          characters += value.length;
          const full = count > COMMIT_MESSAGES_MAX || characters > COMMIT_CHARACTERS_MAX;
          return count === 1 || !full;
        };
      },
      store: async (messages) => {
        await this.pool.query(PUBLISH, [
          topicId,
          messages.map(({ id }) => id),
          messages.map(({ key }) => key),
          messages.map(({ value }) => value),
          messages.map(({ headers }) => JSON.stringify(headers)),
        ]);
        announce();
      },
      // SQLSTATE class 22: the data is invalid, such as a zero byte in a text.
      isRefusal: (error) => String((error as { code?: unknown }).code).startsWith('22'),
    });
  }

  /** Notifies consumers outside the commit: NOTIFY inside would serialize all commits. */
  private announcer(topic: string): () => void {
    let last: Promise<unknown> = Promise.resolve();
    let isQueued = false;
    const notify = () => {
      isQueued = false;
      return this.pool.query('SELECT pg_notify($1, $2)', [CHANNEL, topic]);
    };
    return () => {
      this.notices?.note(topic);
      // One notice is enough for all commits before it. A lost one costs consumers one poll interval.
      if (!isQueued) last = last.then(notify).catch(() => undefined);
      isQueued = true;
    };
  }

  private async idOf(insert: string, find: string, values: unknown[]): Promise<number> {
    await this.pool.query(insert, values);
    const { rows } = await this.pool.query<{ id: number }>(find, values);
    if (!rows[0]) throw new Error('The log has no row that was just inserted.');
    return rows[0].id;
  }

  private async progress(consumerId: number) {
    type Row = { lag: string; progressed_at: Date | null };
    const { rows } = await this.pool.query<Row>(
      `SELECT c.progressed_at, (
         SELECT coalesce(max("offset") - min("offset") + 1, 0) FROM messaging.message m
         WHERE m.topic_id = c.topic_id AND m."offset" > c.position) AS lag
       FROM messaging.consumer c WHERE c.consumer_id = $1`,
      [consumerId],
    );
    return {
      lag: BigInt(rows[0]?.lag ?? 0),
      lastProgressAt: rows[0]?.progressed_at?.toISOString() ?? null,
    };
  }
}
