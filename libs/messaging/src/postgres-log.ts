import { Client, type ClientConfig, Pool } from 'pg';
import {
  type ConsumerGroup,
  DurableLog,
  type Message,
  type ParkedKey,
  type RunningSubscription,
  type Subscription,
  type SubscriptionStatus,
} from './durable-log';
import { askForRetry, listParked } from './parking';
import { consume } from './postgres-consumer';
import { CHANNEL, listenForNotices, type Notices } from './postgres-notices';
import { createPublisher, type Publisher } from './postgres-publisher';
import { type Retention, removePassed } from './postgres-retention';

/** Publishing needs one connection per busy topic; status and upkeep share them. */
const POOL_CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** Statements of the log take milliseconds; a server that is silent for so long is not expected to answer. */
const QUERY_TIMEOUT_MS = 60_000;

const GROUPS = `
  SELECT t.name AS topic, c.group_name AS "group", w.lag, greatest(w.since, c.progressed_at) AS since
    FROM messaging.consumer c
    JOIN messaging.topic t USING (topic_id)
    CROSS JOIN LATERAL (
      SELECT count(*) AS lag, min(m.published_at) AS since
        FROM messaging.message m
       WHERE m.topic_id = c.topic_id AND m."offset" > c.position) AS w
   ORDER BY t.name, c.group_name`;

export interface PostgresLogOptions {
  /** Connection string. */
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
}

/**
 * The durable log in PostgreSQL tables (`messagingMigrations` creates them), for machines without a
 * broker. Every published message is fsynced; offsets of a topic grow in commit order without gaps.
 */
export class PostgresLog extends DurableLog {
  private readonly config: ClientConfig;
  private readonly pool: Pool;
  private readonly topics = new Map<string, Promise<number>>();
  private readonly publishers = new Map<number, Publisher>();
  private readonly running = new Set<RunningSubscription>();
  private notices: Notices | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: PostgresLogOptions) {
    super();
    this.config = {
      connectionString: options.url,
      application_name: options.applicationName ?? 'daybook-messaging',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      // So the server notices within half a minute that a member's machine is gone. With TCP's defaults
      // the group would wait for two hours.
      options:
        '-c TimeZone=UTC -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
    };
    this.pool = new Pool({ ...this.config, max: POOL_CONNECTIONS_MAX });
    // The next query gets a new connection, or fails with the reason.
    this.pool.on('error', () => undefined);
  }

  async publish(topic: string, messages: readonly Message[]): Promise<void> {
    if (this.closing !== undefined) throw new Error('The log is closed.');
    const topicId = await this.topicId(topic);
    let publisher = this.publishers.get(topicId);
    if (!publisher) {
      publisher = createPublisher(this.pool, topicId, this.announcer(topic));
      this.publishers.set(topicId, publisher);
    }
    await publisher.publish(messages);
  }

  /** Rejects when the database cannot be reached now; waits for the end of later outages. */
  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    if (this.closing !== undefined) throw new Error('The log is closed.');
    const { topic, group } = subscription;
    const topicId = await this.topicId(topic);
    const consumerId = await this.consumerId(topicId, group);
    this.notices ??= listenForNotices(() => this.connect());
    const stopping = new AbortController();
    let lastError: string | null = null;
    const finished = consume({
      topicId,
      consumerId,
      subscription: {
        ...subscription,
        handle: async (messages) => {
          const poisons = await subscription.handle(messages);
          lastError = null;
          return poisons;
        },
      },
      notices: this.notices,
      signal: stopping.signal,
      connect: () => this.connect(),
      failed: (error) => {
        lastError = error instanceof Error ? error.message : String(error);
      },
    });
    const running: RunningSubscription = {
      status: () => this.status(topic, group, consumerId, lastError),
      stop: async () => {
        stopping.abort();
        await finished;
        this.running.delete(running);
      },
    };
    this.running.add(running);
    return running;
  }

  async groups(): Promise<readonly ConsumerGroup[]> {
    type Row = { topic: string; group: string; lag: string; since: Date };
    const { rows } = await this.pool.query<Row>(GROUPS);
    return rows.map(({ topic, group, lag, since }) => ({
      ...{ topic, group, lag: BigInt(lag) },
      waitingSince: lag === '0' ? null : since,
    }));
  }

  async parked(topic: string, group: string): Promise<readonly ParkedKey[]> {
    return listParked(this.pool, { topic, group });
  }

  async retryParked(topic: string, group: string, key: string): Promise<boolean> {
    return askForRetry(this.pool, { topic, group }, key);
  }

  async check(): Promise<void> {
    if (this.closing !== undefined) throw new Error('The log is closed.');
    await this.pool.query('SELECT FROM messaging.topic LIMIT 1').catch((error) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`The log in PostgreSQL cannot be reached: ${why}`, { cause: error });
    });
  }

  /**
   * Removes messages of `topic` that every group has handled and `retention` does not keep. One bounded
   * pass; returns how many were removed. Call it regularly, from one process.
   */
  async maintain(topic: string, retention: Retention): Promise<number> {
    return removePassed(this.pool, await this.topicId(topic), retention);
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  private async finish(): Promise<void> {
    await Promise.all([...this.running].map((subscription) => subscription.stop()));
    await Promise.all([...this.publishers.values()].map((publisher) => publisher.settled()));
    await this.notices?.close();
    await this.pool.end();
  }

  private async connect(): Promise<Client> {
    const client = new Client(this.config);
    // A query under way rejects by itself; a connection lost while idle is replaced at its next use.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Notifies consumers outside the commit: NOTIFY inside would serialize all commits. */
  private announcer(topic: string): () => void {
    let underWay = false;
    let again = false;
    const announce = async (): Promise<void> => {
      underWay = true;
      do {
        again = false;
        await this.pool
          .query('SELECT pg_notify($1, $2)', [CHANNEL, topic])
          // A lost notice costs consumers one poll interval.
          .catch(() => undefined);
      } while (again);
      underWay = false;
    };
    return () => {
      this.notices?.note(topic);
      again = true;
      if (!underWay) void announce();
    };
  }

  private topicId(topic: string): Promise<number> {
    let found = this.topics.get(topic);
    if (!found) {
      found = this.findOrInsert(
        'SELECT topic_id AS id FROM messaging.topic WHERE name = $1',
        'INSERT INTO messaging.topic (name) VALUES ($1) ON CONFLICT DO NOTHING',
        [topic],
      );
      // Do not cache a failure.
      found.catch(() => this.topics.delete(topic));
      this.topics.set(topic, found);
    }
    return found;
  }

  private consumerId(topicId: number, group: string): Promise<number> {
    return this.findOrInsert(
      'SELECT consumer_id AS id FROM messaging.consumer WHERE topic_id = $1 AND group_name = $2',
      'INSERT INTO messaging.consumer (topic_id, group_name) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [topicId, group],
    );
  }

  private async findOrInsert(find: string, make: string, values: unknown[]): Promise<number> {
    const known = await this.pool.query<{ id: number }>(find, values);
    if (known.rows[0]) return known.rows[0].id;
    await this.pool.query(make, values);
    const made = await this.pool.query<{ id: number }>(find, values);
    if (!made.rows[0]) throw new Error('The log has no row that was just inserted.');
    return made.rows[0].id;
  }

  private async status(
    topic: string,
    group: string,
    consumerId: number,
    lastError: string | null,
  ): Promise<SubscriptionStatus> {
    type Row = { lag: string; parked: number; progressed_at: Date | null };
    const { rows } = await this.pool.query<Row>(
      `SELECT c.progressed_at, (
         SELECT coalesce(max("offset") - min("offset") + 1, 0) FROM messaging.message m
         WHERE m.topic_id = c.topic_id AND m."offset" > c.position) AS lag, (
         SELECT count(*)::int FROM messaging.parked_key
         WHERE topic = $2 AND group_name = $3) AS parked
       FROM messaging.consumer c WHERE c.consumer_id = $1`,
      [consumerId, topic, group],
    );
    return {
      topic,
      group,
      lag: BigInt(rows[0]?.lag ?? 0),
      parkedKeys: rows[0]?.parked ?? 0,
      lastError,
      lastProgressAt: rows[0]?.progressed_at?.toISOString() ?? null,
    };
  }
}
