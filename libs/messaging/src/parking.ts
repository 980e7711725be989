import type { ClientBase, Pool } from 'pg';
import type { ParkedKey, ReceivedMessage, Subscription } from './durable-log';
import { type HeldBack, heldBack } from './poison';

/** A group of consumers on a topic. */
export type TopicGroup = Pick<Subscription, 'topic' | 'group'>;

/** How often a running member checks for requests to retry a key. */
export const RETRY_CHECK_MS = 1_000;
/** The most keys that a list has: an operator reads it. */
const LISTED_MAX = 1_000;

const ANY = {
  name: 'messaging-any-parked',
  text: `
    SELECT EXISTS (
      SELECT FROM messaging.parked_key WHERE topic = $1 AND group_name = $2) AS "anyParked"`,
};

/** Always in the same order, so that two members who lock several rows cannot deadlock. */
const LOCK = `
  SELECT parked_id AS "parkedId", key FROM messaging.parked_key
  WHERE topic = $1 AND group_name = $2 AND key = ANY($3)
  ORDER BY parked_id FOR UPDATE`;

const PARK = `
  INSERT INTO messaging.parked_key AS known (topic, group_name, key, reason)
  SELECT $1, $2, w.key, w.reason FROM unnest($3::text[], $4::text[]) AS w (key, reason) ORDER BY w.key
  ON CONFLICT (topic, group_name, key) DO UPDATE SET reason = known.reason
  RETURNING parked_id AS "parkedId", key`;

const ADD = `
  INSERT INTO messaging.parked_message (parked_id, partition, "offset", id, message)
  SELECT * FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[], $5::text[])
  ON CONFLICT DO NOTHING`;

const ASKED = {
  name: 'messaging-asked-to-retry',
  text: `
    SELECT EXISTS (
      SELECT FROM messaging.parked_key
      WHERE topic = $1 AND group_name = $2 AND retry_requested_at IS NOT NULL) AS asked`,
};

/** Skips a key that another member is retrying. */
const TAKE = `
  SELECT parked_id AS "parkedId" FROM messaging.parked_key
  WHERE topic = $1 AND group_name = $2 AND retry_requested_at IS NOT NULL
  ORDER BY retry_requested_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

const WAITING = `
  SELECT message FROM messaging.parked_message WHERE parked_id = $1
  ORDER BY partition, "offset" LIMIT $2`;

const REMOVE = `
  DELETE FROM messaging.parked_message p
  USING unnest($2::integer[], $3::bigint[], $4::text[]) AS handled (partition, "offset", id)
  WHERE p.parked_id = $1 AND p.partition = handled.partition
    AND p."offset" = handled."offset" AND p.id = handled.id`;

const LIST = `
  SELECT key, reason, parked_at AS "parkedAt", (
    SELECT count(*)::int FROM messaging.parked_message m WHERE m.parked_id = k.parked_id
  ) AS messages
  FROM messaging.parked_key k WHERE topic = $1 AND group_name = $2
  ORDER BY parked_at, parked_id LIMIT ${LISTED_MAX}`;

interface LockedKey {
  readonly parkedId: string;
  readonly key: string;
}

/** Whether any key of the group is parked: one index lookup. */
export async function anyParked(
  client: ClientBase | Pool,
  { topic, group }: TopicGroup,
): Promise<boolean> {
  const { rows } = await client.query<{ anyParked: boolean }>(ANY, [topic, group]);
  return rows[0]?.anyParked ?? false;
}

/**
 * Returns the messages of a batch whose keys are not parked, and adds the others to their parked keys. Needs
 * a transaction. Only the member that reads a key's messages parks the key, and a retry removes it under
 * the row lock taken here: so a key that is not found stays free while the batch is handled.
 */
export async function setAsideParked(
  client: ClientBase,
  { topic, group }: TopicGroup,
  batch: readonly ReceivedMessage[],
): Promise<readonly ReceivedMessage[]> {
  const keys = [...new Set(batch.map(({ key }) => storable(key)))];
  const { rows } = await client.query<LockedKey>(LOCK, [topic, group, keys]);
  if (rows.length === 0) return batch;
  const parked = new Map(rows.map(({ key, parkedId }) => [key, parkedId]));
  const isParked = ({ key }: ReceivedMessage): boolean => parked.has(storable(key));
  await add(client, parked, batch.filter(isParked));
  return batch.filter((message) => !isParked(message));
}

/**
 * Parks keys with their messages. Needs a transaction. Repeating it after a crash adds nothing, as messages
 * are stored by their offsets.
 */
export async function park(
  client: ClientBase,
  { topic, group }: TopicGroup,
  held: readonly HeldBack[],
): Promise<void> {
  const reasons = new Map(held.map(({ key, reason }) => [storable(key), storable(reason)]));
  const { rows } = await client.query<LockedKey>(PARK, [
    topic,
    group,
    [...reasons.keys()],
    [...reasons.values()],
  ]);
  const parked = new Map(rows.map(({ key, parkedId }) => [key, parkedId]));
  await add(
    client,
    parked,
    held.flatMap(({ messages }) => messages),
  );
}

/**
 * Retries one batch of one key whose retry was requested; returns whether there was such a key. The key's
 * row is locked meanwhile: other members neither retry it nor add to it, and when no message is left,
 * the key is removed in the same transaction. Rejects when `handle` does; nothing is changed then.
 */
export async function retryOne(
  client: ClientBase,
  { topic, group, limit, handle }: Subscription,
): Promise<boolean> {
  const { rows } = await client.query<{ asked: boolean }>(ASKED, [topic, group]);
  if (!rows[0]?.asked) return false;
  await client.query('BEGIN');
  try {
    const taken = await client.query<LockedKey>(TAKE, [topic, group]);
    const parkedId = taken.rows[0]?.parkedId;
    if (parkedId !== undefined) await tryAgain(client, parkedId, limit, handle);
    await client.query('COMMIT');
    return parkedId !== undefined;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function tryAgain(
  client: ClientBase,
  parkedId: string,
  limit: number,
  handle: Subscription['handle'],
): Promise<void> {
  const { rows } = await client.query<{ message: string }>(WAITING, [parkedId, limit]);
  const waiting = rows.map(({ message }): ReceivedMessage => JSON.parse(message));
  const held = waiting.length > 0 ? heldBack(waiting, await handle(waiting)) : [];
  const keep = new Set(held.flatMap(({ messages }) => messages));
  const handled = waiting.filter((message) => !keep.has(message));
  const places = handled.map(placeOf);
  await client.query(REMOVE, [
    parkedId,
    places.map(({ partition }) => partition),
    places.map(({ offset }) => offset),
    handled.map(({ id }) => storable(id)),
  ]);
  if (held[0]) {
    await client.query(
      `UPDATE messaging.parked_key
       SET reason = $2, attempts = attempts + 1, retry_requested_at = NULL WHERE parked_id = $1`,
      [parkedId, storable(held[0].reason)],
    );
  } else if (waiting.length < limit) {
    await client.query('DELETE FROM messaging.parked_key WHERE parked_id = $1', [parkedId]);
  }
}

/** The parked keys of the group, longest first, at most a thousand. */
export async function listParked(pool: Pool, { topic, group }: TopicGroup): Promise<ParkedKey[]> {
  type Row = Omit<ParkedKey, 'since'> & { parkedAt: Date };
  const { rows } = await pool.query<Row>(LIST, [topic, group]);
  return rows.map(({ key, reason, parkedAt, messages }) => ({
    key,
    reason,
    since: parkedAt.toISOString(),
    messages,
  }));
}

export async function countParked(pool: Pool, { topic, group }: TopicGroup): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM messaging.parked_key WHERE topic = $1 AND group_name = $2',
    [topic, group],
  );
  return rows[0]?.count ?? 0;
}

/** Requests a retry of a key; false when it is not parked. */
export async function askForRetry(
  pool: Pool,
  { topic, group }: TopicGroup,
  key: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE messaging.parked_key SET retry_requested_at = coalesce(retry_requested_at, now())
     WHERE topic = $1 AND group_name = $2 AND key = $3`,
    [topic, group, storable(key)],
  );
  return rowCount === 1;
}

async function add(
  client: ClientBase,
  parked: ReadonlyMap<string, string>,
  messages: readonly ReceivedMessage[],
): Promise<void> {
  const places = messages.map(placeOf);
  await client.query(ADD, [
    messages.map(({ key }) => parked.get(storable(key))),
    places.map(({ partition }) => partition),
    places.map(({ offset }) => offset),
    messages.map(({ id }) => storable(id)),
    messages.map((message) => JSON.stringify(message)),
  ]);
}

/** `offset` is `17`, or `3:17` (partition and offset) in Kafka. */
function placeOf({ offset }: ReceivedMessage): { partition: string; offset: string } {
  const at = offset.indexOf(':');
  return { partition: at < 0 ? '0' : offset.slice(0, at), offset: offset.slice(at + 1) };
}

/** PostgreSQL's text cannot hold a NUL character. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
