import type { ClientBase, Pool } from 'pg';
import type { ParkedKey, ReceivedMessage, Subscription } from './durable-log';
import { type HeldBack, heldBack } from './poison';

/** Whose keys. */
export type Whose = Pick<Subscription, 'topic' | 'group'>;

/** How often a running member looks whether somebody asked to try a key again. */
export const RETRY_LOOK_MS = 1_000;
/** The most keys that are told of: an operator reads them, and a page must not be without end. */
const LISTED_MAX = 1_000;

const ANY = {
  name: 'messaging-any-parked',
  text: `
    SELECT EXISTS (
      SELECT FROM messaging.parked_key WHERE topic = $1 AND group_name = $2) AS "anyParked"`,
};

/** In one order for everybody, so that two who need several rows never wait for each other. */
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

/** A key that another member is trying already is left to it. */
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

/** Whether any key of the group stands still: one look at an index. */
export async function anyParked(
  client: ClientBase | Pool,
  { topic, group }: Whose,
): Promise<boolean> {
  const { rows } = await client.query<{ anyParked: boolean }>(ANY, [topic, group]);
  return rows[0]?.anyParked ?? false;
}

/**
 * The messages of a batch whose keys do not stand still; the others are added to what waits. Needs a
 * transaction. Only the member that reads a key's messages parks the key, and a retry removes it under
 * the row lock taken here: so a key that is not found is free, and stays so while the batch is handled.
 */
export async function setAsideParked(
  client: ClientBase,
  { topic, group }: Whose,
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
 * Parks keys with their messages. Needs a transaction. Doing it again, after a crash, adds nothing: a
 * message has one place in the topic.
 */
export async function park(
  client: ClientBase,
  { topic, group }: Whose,
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
 * Tries one batch of one key that somebody asked to try again, and tells whether there was one. The key's
 * row is held meanwhile: other members neither try it nor add to it, and when nothing waits any more,
 * the key goes in the same transaction. Rejects when `handle` does; everything is as before then.
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

/** The keys of the group that stand still, longest first, at most a thousand. */
export async function listParked(pool: Pool, { topic, group }: Whose): Promise<ParkedKey[]> {
  type Row = Omit<ParkedKey, 'since'> & { parkedAt: Date };
  const { rows } = await pool.query<Row>(LIST, [topic, group]);
  return rows.map(({ key, reason, parkedAt, messages }) => ({
    key,
    reason,
    since: parkedAt.toISOString(),
    messages,
  }));
}

export async function countParked(pool: Pool, { topic, group }: Whose): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM messaging.parked_key WHERE topic = $1 AND group_name = $2',
    [topic, group],
  );
  return rows[0]?.count ?? 0;
}

/** Asks for a key to be tried again; false when it does not stand still. */
export async function askForRetry(
  pool: Pool,
  { topic, group }: Whose,
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

/** `offset` is `17`, or `3:17` where a topic has partitions. Within a key both grow. */
function placeOf({ offset }: ReceivedMessage): { partition: string; offset: string } {
  const at = offset.indexOf(':');
  return { partition: at < 0 ? '0' : offset.slice(0, at), offset: offset.slice(at + 1) };
}

/** PostgreSQL's text holds every character but this one. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
