import { backOffMs, pause } from '@daybook/platform/plain';
import type { Client } from 'pg';
import type { ReceivedMessage, Subscription } from './durable-log';
import { anyParked, park, RETRY_CHECK_MS, retryOne, setAsideParked } from './parking';
import { heldBack } from './poison';
import type { Notices } from './postgres-notices';

/** How soon another member continues after the owner died or a notice was lost. */
const POLL_MS = 250;
const BACK_OFF = { firstMs: 100, longestMs: 10_000 };

/**
 * Locks the group's row when there are messages after its offset and no other member holds it. Without
 * work no row is locked and nothing is written.
 */
const OWN = {
  name: 'messaging-own',
  text: `
    SELECT c.position FROM messaging.consumer c
    WHERE c.consumer_id = $1 AND EXISTS (
      SELECT FROM messaging.message m WHERE m.topic_id = c.topic_id AND m."offset" > c.position)
    FOR UPDATE SKIP LOCKED`,
};
const READ = {
  name: 'messaging-read',
  rowMode: 'array' as const,
  text: `
    SELECT "offset", id, key, value, headers, published_at::text FROM messaging.message
    WHERE topic_id = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3`,
};
const ADVANCE = {
  name: 'messaging-advance',
  text: `
    UPDATE messaging.consumer SET position = $2, progressed_at = clock_timestamp()
    WHERE consumer_id = $1`,
};

type Row = [string, string, string, string, string, string];

export interface Consumer {
  readonly topicId: number;
  readonly consumerId: number;
  readonly subscription: Subscription;
  readonly notices: Notices;
  readonly signal: AbortSignal;
  connect(): Promise<Client>;
  failed(error: unknown): void;
}

/**
 * Runs one member of a group until `signal` aborts. The member owns the group from reading a
 * batch to storing its offset, by the lock on the group's row in one transaction: if its connection
 * dies, PostgreSQL releases the row at once and another member continues from the stored offset. No
 * lease can expire under a slow handler. After any failure the connection is closed, and the batch
 * is delivered again after a back-off.
 */
export async function consume(consumer: Consumer): Promise<void> {
  const { subscription, signal } = consumer;
  let failures = 0;
  while (!signal.aborted) {
    let client: Client | undefined;
    try {
      client = await consumer.connect();
      await workOn(client, consumer, () => {
        failures = 0;
      });
    } catch (error) {
      failures += 1;
      consumer.failed(error);
      subscription.onError?.(error, failures);
    } finally {
      await client?.end().catch(() => undefined);
    }
    await pause(backOffMs(failures, BACK_OFF), signal);
  }
}

interface Page {
  readonly after: string;
  readonly messages: Promise<readonly ReceivedMessage[]>;
}

async function workOn(client: Client, consumer: Consumer, succeeded: () => void): Promise<void> {
  const { topicId, consumerId, subscription, notices, signal } = consumer;
  const { topic, limit } = subscription;
  let next: Page | undefined;
  let retryCheckAt = 0;

  const read = (after: string): Page => {
    const messages = client
      .query<Row>(READ, [topicId, after, limit])
      .then(({ rows }) => received(topic, rows));
    // A page that was read ahead may fail before anything awaits it.
    messages.catch(() => undefined);
    return { after, messages };
  };

  while (!signal.aborted) {
    const seen = notices.count(topic);
    if (Date.now() >= retryCheckAt && !(await retryOne(client, subscription))) {
      retryCheckAt = Date.now() + RETRY_CHECK_MS;
    }
    await client.query('BEGIN');
    const owned = await client.query<{ position: string }>(OWN, [consumerId]);
    const place = owned.rows[0];
    if (!place) {
      await client.query('ROLLBACK');
      await notices.wait(topic, seen, POLL_MS, signal);
      continue;
    }
    // A page that was read ahead is valid only if no other member has advanced the offset.
    const page = next?.after === place.position ? next : read(place.position);
    const messages = await page.messages;
    const last = messages.at(-1)?.offset;
    if (last === undefined) throw new Error(`Messages of ${topic} were removed before their time.`);
    next = messages.length === limit ? read(last) : undefined;
    await handleFree(client, subscription, messages);
    await client.query(ADVANCE, [consumerId, last]);
    await client.query('COMMIT');
    succeeded();
    if (next && (await next.messages).length === 0) next = undefined;
  }
}

/**
 * Handles the messages whose keys are not parked, and parks the keys of poison messages in the
 * transaction that stores the group's offset, so both happen or neither. Parked keys are read after the
 * group's row is locked, so what its last owner parked is seen.
 */
async function handleFree(
  client: Client,
  subscription: Subscription,
  messages: readonly ReceivedMessage[],
): Promise<void> {
  const free = (await anyParked(client, subscription))
    ? await setAsideParked(client, subscription, messages)
    : messages;
  if (free.length === 0) return;
  const held = heldBack(free, await subscription.handle(free));
  if (held.length > 0) await park(client, subscription, held);
}

function received(topic: string, rows: readonly Row[]): ReceivedMessage[] {
  let headersText = '';
  let headers: Readonly<Record<string, string>> = {};
  return rows.map(([offset, id, key, value, text, publishedAt]) => {
    // Consecutive messages mostly have equal headers; parsing them once halves the cost of a message.
    if (text !== headersText) {
      headersText = text;
      headers = Object.freeze(JSON.parse(text));
    }
    return { topic, offset, id, key, value, headers, publishedAt: toRfc3339(publishedAt) };
  });
}

/** PostgreSQL's `2026-01-02 03:04:05.678+00` (the session's time zone is UTC). */
function toRfc3339(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, -3)}Z`;
}
