import type { ClientBase, Pool } from 'pg';
import type { ParkedKey, Poison, ReceivedMessage, Subscription } from './durable-log';
import { LOST_KEY } from './lost-messages';

/** A group of consumers on a topic. */
type TopicGroup = Pick<Subscription, 'topic' | 'group'>;

/** How often a running member checks for requests to retry a key. */
export const RETRY_CHECK_MS = 1_000;
/** The most keys that a list has: an operator reads it. */
const LISTED_MAX = 1_000;

const ANY = {
  name: 'messaging-any-parked',
  text: `
    SELECT EXISTS (
      SELECT FROM messaging.parked_key
       WHERE topic = $1 AND group_name = $2 AND ($3::text[] IS NULL OR key = ANY($3))) AS "anyParked"`,
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

/** Skips a key that another member is retrying. */
const TAKE = {
  name: 'messaging-take-parked',
  text: `
    SELECT parked_id AS "parkedId" FROM messaging.parked_key
    WHERE topic = $1 AND group_name = $2 AND retry_requested_at IS NOT NULL AND key <> '${LOST_KEY}'
    ORDER BY retry_requested_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
};

const WAITING = `
  SELECT message FROM messaging.parked_message WHERE parked_id = $1
  ORDER BY partition, "offset", id LIMIT $2`;

const REMOVE = `
  DELETE FROM messaging.parked_message
  WHERE parked_id = $1 AND (partition, "offset", id) IN (
    SELECT partition, "offset", id FROM messaging.parked_message WHERE parked_id = $1
    ORDER BY partition, "offset", id LIMIT $2)`;

const LIST = `
  SELECT key, reason, parked_at AS since, (
    SELECT count(*)::int FROM messaging.parked_message m WHERE m.parked_id = k.parked_id
  ) AS messages
  FROM messaging.parked_key k WHERE topic = $1 AND group_name = $2
  ORDER BY parked_at, parked_id LIMIT ${LISTED_MAX}`;

interface LockedKey {
  readonly parkedId: string;
  readonly key: string;
}

/** A poison message and the messages that follow it under its key, none of which are handled. */
export interface HeldBack {
  readonly key: string;
  readonly reason: string;
  /** In order, the poison first. */
  readonly messages: readonly ReceivedMessage[];
}

/**
 * The keys of `batch` that must be parked. The first poison of a key counts, as no later message of the key
 * was handled. Throws when a poison message is not in the batch, as it is unknown then what was handled.
 */
export function heldBack(
  batch: readonly ReceivedMessage[],
  poisons: readonly Poison[],
): readonly HeldBack[] {
  if (poisons.length === 0) return [];
  const reasons = new Map(poisons.map(({ message, reason }) => [message.offset, reason]));
  const held = new Map<string, HeldBack & { messages: ReceivedMessage[] }>();
  for (const message of batch) {
    const reason = reasons.get(message.offset);
    const known = held.get(message.key);
    if (known) known.messages.push(message);
    else if (reason !== undefined) {
      held.set(message.key, { key: message.key, reason, messages: [message] });
    }
    reasons.delete(message.offset);
  }
  const [unknown] = reasons.keys();
  if (unknown !== undefined) {
    throw new Error(`The handler reported a poison message outside its batch: offset ${unknown}.`);
  }
  return [...held.values()];
}

/** Whether any key of the group, or any of `keys`, is parked: one index lookup. */
export async function anyParked(
  client: ClientBase | Pool,
  { topic, group }: TopicGroup,
  keys?: readonly string[],
): Promise<boolean> {
  const values = [topic, group, keys?.map(storable) ?? null];
  const { rows } = await client.query<{ anyParked: boolean }>(ANY, values);
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
  const parked = new Set(rows.map(({ key }) => key));
  const isParked = ({ key }: ReceivedMessage): boolean => parked.has(storable(key));
  await add(client, rows, batch.filter(isParked));
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
  if (held.length === 0) return;
  const reasons = new Map(held.map(({ key, reason }) => [storable(key), storable(reason)]));
  const values = [topic, group, [...reasons.keys()], [...reasons.values()]];
  const { rows } = await client.query<LockedKey>(PARK, values);
  await add(
    client,
    rows,
    held.flatMap(({ messages }) => messages),
  );
}

/**
 * Retries one batch of one key whose retry was requested; returns whether there was such a key. Needs a
 * transaction: it locks the key's row, so other members neither retry the key nor add to it meanwhile, and it
 * removes the key when no message is left. Rejects when `handle` does.
 */
export async function retryOne(
  client: ClientBase,
  { topic, group, limit, handle }: Subscription,
): Promise<boolean> {
  const taken = await client.query<LockedKey>(TAKE, [topic, group]);
  const parkedId = taken.rows[0]?.parkedId;
  if (parkedId === undefined) return false;
  const { rows } = await client.query<{ message: string }>(WAITING, [parkedId, limit]);
  const waiting = rows.map(({ message }): ReceivedMessage => JSON.parse(message));
  const [held] = waiting.length > 0 ? heldBack(waiting, await handle(waiting)) : [];
  const handled = held ? waiting.indexOf(held.messages[0] as ReceivedMessage) : waiting.length;
  await client.query(REMOVE, [parkedId, handled]);
  if (held) {
    await client.query(
      `UPDATE messaging.parked_key
       SET reason = $2, attempts = attempts + 1, retry_requested_at = NULL WHERE parked_id = $1`,
      [parkedId, storable(held.reason)],
    );
  } else if (waiting.length < limit) {
    await client.query('DELETE FROM messaging.parked_key WHERE parked_id = $1', [parkedId]);
  }
  return true;
}

/** The parked keys of the group, longest first, at most a thousand. */
export async function listParked(pool: Pool, { topic, group }: TopicGroup): Promise<ParkedKey[]> {
  type Row = Omit<ParkedKey, 'since'> & { since: Date };
  const { rows } = await pool.query<Row>(LIST, [topic, group]);
  return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
}

/** The groups that have parked keys. */
export async function groupsWithParked(pool: Pool): Promise<readonly TopicGroup[]> {
  const { rows } = await pool.query<TopicGroup>(
    'SELECT DISTINCT topic, group_name AS "group" FROM messaging.parked_key',
  );
  return rows;
}

export async function countParked(pool: Pool, { topic, group }: TopicGroup): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM messaging.parked_key WHERE topic = $1 AND group_name = $2',
    [topic, group],
  );
  return rows[0]?.count ?? 0;
}

/** Requests a retry of a key; false when it is not parked. */
export async function requestRetry(pool: Pool, of: TopicGroup, key: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE messaging.parked_key SET retry_requested_at = coalesce(retry_requested_at, now())
     WHERE topic = $1 AND group_name = $2 AND key = $3`,
    [of.topic, of.group, storable(key)],
  );
  return rowCount === 1;
}

async function add(
  client: ClientBase,
  parked: readonly LockedKey[],
  messages: readonly ReceivedMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const ids = new Map(parked.map(({ key, parkedId }) => [key, parkedId]));
  // An offset is `17`, or `3:17` (partition and offset) in Kafka.
  const places = messages.map(({ offset }) => offset.split(':'));
  await client.query(ADD, [
    messages.map(({ key }) => ids.get(storable(key))),
    places.map((place) => place.at(-2) ?? '0'),
    places.map((place) => place.at(-1)),
    messages.map(({ id }) => storable(id)),
    messages.map((message) => JSON.stringify(message)),
  ]);
}

/** PostgreSQL's text cannot hold a NUL character. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
