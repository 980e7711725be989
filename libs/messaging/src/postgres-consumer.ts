import { once } from 'node:events';
import { pause } from '@daybook/platform/plain';
import type { Client } from 'pg';
import type { ReceivedMessage } from './durable-log';
import type { Member } from './engine-log';
import { endStop, stopOrMoveOn } from './lost-messages';
import { anyParked, heldBack, park, RETRY_CHECK_MS, retryOne, setAsideParked } from './parking';

export const CHANNEL = 'daybook_messaging';
/** Consumers poll, so a lost listener costs latency only. */
const RECONNECT_MS = 1_000;
/** How soon another member continues after the owner died or a notice was lost. */
const POLL_MS = 250;

/** The group's row when there are messages after its offset, or were before they were deleted. */
const WORK = `
    SELECT c.position, t.deleted_through AS "deletedThrough"
    FROM messaging.consumer c JOIN messaging.topic t USING (topic_id)
    WHERE c.consumer_id = $1 AND (t.deleted_through > c.position OR EXISTS (
      SELECT FROM messaging.message m WHERE m.topic_id = c.topic_id AND m."offset" > c.position))`;
/** Asks without a transaction, which takes one query instead of three where nothing is found. */
const HAS_WORK = { name: 'messaging-has-work', text: WORK };
/** Locks the row when there is work and no other member holds it. Without work no row is locked and nothing is written. */
const OWN = { name: 'messaging-own', text: `${WORK} FOR UPDATE OF c SKIP LOCKED` };
/** Up to where the topic is known to have had messages. */
const END = `
  SELECT greatest(t.deleted_through, (
    SELECT max(m."offset") FROM messaging.message m WHERE m.topic_id = t.topic_id)) AS "end"
  FROM messaging.topic t WHERE t.topic_id = $1`;
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

/**
 * Consumes as one member of a group until the member stops. It owns the group from reading a batch to storing
 * its offset, by the lock on the group's row in one transaction: if its connection dies, PostgreSQL
 * releases the row at once and another member continues from the stored offset. No lease can expire under a
 * slow handler. Rejects after any failure; the batch is delivered again over a new connection.
 */
export async function consume(
  member: Member,
  client: Client,
  topicId: number,
  consumerId: number,
): Promise<void> {
  const { subscription } = member;
  const { topic, limit } = subscription;
  const read = (after: string) => {
    const messages = client
      .query<Row>(READ, [topicId, after, limit])
      .then(({ rows }) => received(topic, rows));
    // A page that was read ahead may fail before anything awaits it.
    messages.catch(() => undefined);
    return { after, messages };
  };
  let next: ReturnType<typeof read> | undefined;
  let retryCheckAt = 0;
  /** Up to here an operator lets the group go on without what was deleted. */
  let admittedThrough = 0n;
  let mayHaveStopped = subscription.needsAll;
  /** There was no work, and no notice says that there is any now. */
  let isIdle = false;
  const rest = async () => {
    isIdle = !(await member.pause(POLL_MS));
  };

  while (!member.isStopping) {
    if (isIdle && Date.now() < retryCheckAt) {
      const { rows } = await client.query(HAS_WORK, [consumerId]);
      if (rows.length === 0) {
        await rest();
        continue;
      }
    }
    isIdle = false;
    await client.query('BEGIN');
    if (Date.now() >= retryCheckAt) {
      const retried = await retryOne(client, subscription);
      if (!retried) retryCheckAt = Date.now() + RETRY_CHECK_MS;
      await client.query('COMMIT');
      if (retried) member.progressed();
      continue;
    }
    const owned = await client.query<{ position: string; deletedThrough: string }>(OWN, [
      consumerId,
    ]);
    const place = owned.rows[0];
    if (!place) {
      await client.query('ROLLBACK');
      await rest();
      continue;
    }
    // A page that was read ahead is valid only if no other member has advanced the offset.
    const page = next?.after === place.position ? next : read(place.position);
    const waiting = await page.messages;
    const { messages, lost } = subscription.needsAll
      ? upToGap(waiting, place)
      : { messages: waiting, lost: waiting.length > 0 ? 0n : lostBefore(undefined, place) };
    if (lost > 0n) {
      const behind = BigInt(place.position) + lost;
      const moveOn = () => client.query(ADVANCE, [consumerId, behind]);
      if (subscription.needsAll && behind > admittedThrough) {
        await client.query('ROLLBACK');
        await stopOrMoveOn(client, subscription, lost, moveOn);
        const { rows } = await client.query<{ end: string }>(END, [topicId]);
        admittedThrough = BigInt(rows[0]?.end ?? 0);
      } else {
        await moveOn();
        await client.query('COMMIT');
      }
      member.progressed();
      continue;
    }
    const last = messages.at(-1)?.offset;
    if (last === undefined) {
      // The messages were deleted after the group's row was read. Read how many again.
      await client.query('ROLLBACK');
      continue;
    }
    // What it lacked may have been put back.
    if (mayHaveStopped) await endStop(client, subscription);
    mayHaveStopped = false;
    next = messages.length === limit ? read(last) : undefined;
    // Read after the group's row was locked, so what its last owner parked is seen.
    const free = (await anyParked(client, subscription))
      ? await setAsideParked(client, subscription, messages)
      : messages;
    const poisons = free.length > 0 ? await subscription.handle(free) : [];
    // In the transaction that stores the group's offset: both happen or neither.
    await park(client, subscription, heldBack(free, poisons));
    await client.query(ADVANCE, [consumerId, last]);
    await client.query('COMMIT');
    member.progressed();
    if (next && (await next.messages).length === 0) next = undefined;
  }
}

interface Place {
  readonly position: string;
  readonly deletedThrough: string;
}

/** The messages of a page that follow each other from the group's offset on; if none do, how many were deleted there. */
function upToGap(
  page: readonly ReceivedMessage[],
  place: Place,
): { readonly messages: readonly ReceivedMessage[]; readonly lost: bigint } {
  const last = page.at(-1);
  const position = BigInt(place.position);
  // Offsets have no gaps, so a gap means that messages were deleted.
  if (last !== undefined && BigInt(last.offset) === position + BigInt(page.length)) {
    return { messages: page, lost: 0n };
  }
  const gap = page.findIndex(({ offset }, n) => BigInt(offset) !== position + BigInt(n) + 1n);
  if (gap > 0) return { messages: page.slice(0, gap), lost: 0n };
  return { messages: [], lost: lostBefore(page[0], place) };
}

/** How many messages were deleted between the group's offset and the next message that is left. */
function lostBefore(
  next: ReceivedMessage | undefined,
  { position, deletedThrough }: Place,
): bigint {
  const behind = next === undefined ? BigInt(deletedThrough) : BigInt(next.offset) - 1n;
  return behind - BigInt(position);
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

/** Wakes the members that read a topic which has grown. Only a hint: a notice can be lost. */
export class Notices {
  private readonly members = new Map<string, Set<() => void>>();
  private readonly closing = new AbortController();
  private readonly listening: Promise<void>;

  constructor(connect: () => Promise<Client>) {
    this.listening = this.listen(connect);
  }

  /** Calls `wake` after each notice about the topic. Returns the function that ends this. */
  on(topic: string, wake: () => void): () => void {
    const members = this.members.get(topic) ?? new Set();
    this.members.set(topic, members.add(wake));
    return () => members.delete(wake);
  }

  note(topic: string): void {
    for (const wake of this.members.get(topic) ?? []) wake();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.listening;
  }

  private async listen(connect: () => Promise<Client>): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const client = await connect().catch(() => undefined);
      if (client) {
        client.on('notification', ({ payload }) => this.note(payload ?? ''));
        const lost = once(client, 'end', { signal }).catch(() => undefined);
        await client.query(`LISTEN ${CHANNEL}`).then(
          () => lost,
          () => undefined,
        );
        await client.end().catch(() => undefined);
      }
      await pause(RECONNECT_MS, signal);
    }
  }
}
