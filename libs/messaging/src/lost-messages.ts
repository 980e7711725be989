import type { ClientBase, Pool } from 'pg';
import type { StoppedGroup, Subscription } from './durable-log';

/** The parked key that stands for messages which were deleted before a group read them. No message has it. */
export const LOST_KEY = '(deleted messages)';

const NOTE = `
  INSERT INTO messaging.parked_key (topic, group_name, key, reason) VALUES ($1, $2, $3, $4)
  ON CONFLICT (topic, group_name, key) DO UPDATE SET reason = excluded.reason`;
const IS_ADMITTED = `
  SELECT FROM messaging.parked_key
  WHERE topic = $1 AND group_name = $2 AND key = $3 AND retry_requested_at IS NOT NULL`;
/** What an operator has admitted continues soon. */
const STOPPED = `
  SELECT topic, group_name AS "group", reason FROM messaging.parked_key
  WHERE key = $1 AND retry_requested_at IS NULL ORDER BY topic, group_name`;
const FORGET = `
  DELETE FROM messaging.parked_key WHERE topic = $1 AND group_name = $2 AND key = $3`;

/** Messages were deleted from the log before a group that needs each of them had read them. */
export class MessagesLost extends Error {
  override readonly name = 'MessagesLost';

  constructor({ topic, group }: Pick<Subscription, 'topic' | 'group'>, count: bigint) {
    const messages = count === 1n ? 'message' : 'messages';
    super(
      `${count} ${messages} of ${topic} were deleted before ${group} read them, so ${group} has stopped. ` +
        '"npx daybook watch rescan --from <block> --report-again --after-loss", for each chain, has the watchers report again what it ' +
        'lacks and lets it continue after them; "npx daybook replay --compare --watcher" names the blocks. ' +
        `"npx daybook parked retry ${topic} ${group} '${LOST_KEY}'" only lets it continue.`,
    );
  }
}

/** The groups that have stopped and that no operator has let continue. */
export async function stoppedGroups(pool: Pool): Promise<readonly StoppedGroup[]> {
  return (await pool.query<StoppedGroup>(STOPPED, [LOST_KEY])).rows;
}

/** Ends the stop of a group that lacks nothing any more. */
export async function endStop(
  client: ClientBase | Pool,
  { topic, group }: Subscription,
): Promise<void> {
  await client.query(FORGET, [topic, group, LOST_KEY]);
}

/**
 * Stops a group that lacks messages: parks `LOST_KEY` and throws `MessagesLost`. When an operator has requested
 * a retry of that key, calls `moveOn` instead, which moves the group behind the deleted messages.
 */
export async function stopOrMoveOn(
  client: ClientBase | Pool,
  subscription: Subscription,
  lost: bigint,
  moveOn: () => Promise<unknown>,
): Promise<void> {
  const { topic, group } = subscription;
  const { rowCount } = await client.query(IS_ADMITTED, [topic, group, LOST_KEY]);
  if (rowCount === 0) {
    const error = new MessagesLost(subscription, lost);
    await client.query(NOTE, [topic, group, LOST_KEY, error.message]);
    throw error;
  }
  await moveOn();
  await endStop(client, subscription);
}
