import type { Pool } from 'pg';

/** The most messages of one pass, to keep it short. */
const PASS_MESSAGES_MAX = 50_000;

/** What may be removed of a topic once every group has handled it. */
export type Retention =
  | { readonly kind: 'delete'; readonly olderThanMs: number }
  /** Keeps the newest message of every key for ever. */
  | { readonly kind: 'compact' };

/** The last message always stays: the next offset derives from it. */
const DELETE_OLD = `
  WITH old AS (
    SELECT m."offset" FROM messaging.message m
    WHERE m.topic_id = $1 AND m.published_at < now() - make_interval(secs => $2)
      AND m."offset" <= (SELECT min(position) FROM messaging.consumer WHERE topic_id = $1)
      AND m."offset" < (SELECT max("offset") FROM messaging.message WHERE topic_id = $1)
    ORDER BY m."offset" LIMIT ${PASS_MESSAGES_MAX}
  )
  DELETE FROM messaging.message m USING old
  WHERE m.topic_id = $1 AND m."offset" = old."offset"`;

const COMPACT = `
  WITH fresh AS (
    SELECT m.key, m."offset" FROM messaging.message m, messaging.topic t
    WHERE m.topic_id = $1 AND t.topic_id = $1 AND m."offset" > t.compacted
      AND m."offset" <= (SELECT min(position) FROM messaging.consumer WHERE topic_id = $1)
    ORDER BY m."offset" LIMIT ${PASS_MESSAGES_MAX}
  ), newest AS (
    SELECT key, max("offset") AS "offset" FROM fresh GROUP BY key
  ), removed AS (
    DELETE FROM messaging.message m USING newest
    WHERE m.topic_id = $1 AND m.key = newest.key AND m."offset" < newest."offset" RETURNING 1
  ), noted AS (
    UPDATE messaging.topic SET compacted = (SELECT max("offset") FROM fresh)
    WHERE topic_id = $1 AND EXISTS (SELECT FROM fresh)
  )
  SELECT count(*)::int AS removed FROM removed`;

/**
 * Removes what the policy does not keep, in one bounded pass, and returns how many messages were removed.
 * Messages that a group has not handled stay; a topic without groups keeps everything.
 */
export async function removePassed(
  pool: Pool,
  topicId: number,
  retention: Retention,
): Promise<number> {
  switch (retention.kind) {
    case 'delete': {
      const { rowCount } = await pool.query(DELETE_OLD, [topicId, retention.olderThanMs / 1000]);
      return rowCount ?? 0;
    }
    case 'compact': {
      const { rows } = await pool.query<{ removed: number }>(COMPACT, [topicId]);
      return rows[0]?.removed ?? 0;
    }
  }
}
