import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ReceivedMessage, Subscription } from './durable-log';
import { anyParked, park, RETRY_LOOK_MS, retryOne, setAsideParked } from './parking';
import { heldBack } from './poison';
import type { Notices } from './postgres-notices';

/** How long a group may stand still after its owner died or a notice was lost. */
const POLL_MS = 250;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 10_000;

/**
 * Takes the group's row when there is something after its place and nobody else holds it. Without
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
 * Works for one member of a group until `signal` aborts. The member owns the group from reading a
 * batch to storing its place, by the lock on the group's row in one transaction: if its connection
 * dies, PostgreSQL frees the row at once and another member continues from the stored place. No
 * lease can expire under a slow handler. Whatever fails, the connection is given up, and the batch
 * is delivered again after a pause.
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
    const pause = Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
    await sleep(pause, undefined, { signal }).catch(() => undefined);
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
  let retryLookAt = 0;

  const read = (after: string): Page => {
    const messages = client
      .query<Row>(READ, [topicId, after, limit])
      .then(({ rows }) => received(topic, rows));
    // Nobody may be waiting for a page that was read ahead when its connection dies.
    messages.catch(() => undefined);
    return { after, messages };
  };

  while (!signal.aborted) {
    const seen = notices.count(topic);
    if (Date.now() >= retryLookAt && !(await retryOne(client, subscription))) {
      retryLookAt = Date.now() + RETRY_LOOK_MS;
    }
    await client.query('BEGIN');
    const owned = await client.query<{ position: string }>(OWN, [consumerId]);
    const place = owned.rows[0];
    if (!place) {
      await client.query('ROLLBACK');
      await notices.wait(topic, seen, POLL_MS, signal);
      continue;
    }
    // A page read ahead is good only if no other member has worked in between.
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
 * Handles the messages whose keys do not stand still, and parks the keys of those that turn out to be
 * poison: in the transaction that stores the group's place, so it is done once or not at all. The look
 * comes after the group's row is held, hence sees what its last owner parked.
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
    // Neighbours mostly carry equal headers; parsing them once halves the cost of a message.
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
