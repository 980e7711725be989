/** What a migration needs of TypeORM's query runner, so that this library need not know TypeORM. */
export interface Queries {
  query(sql: string): Promise<unknown>;
}

/**
 * The tables of the durable log. Repeating it changes nothing: every app that uses the log brings
 * the migration along and keeps its own record of what it ran.
 */
export class CreateMessaging1763700000000 {
  readonly name = 'CreateMessaging1763700000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE SCHEMA IF NOT EXISTS messaging;

      -- A publisher holds the topic's row to its commit, so offsets have no gaps and grow in commit
      -- order: a reader needs nothing but "offset > mine". The head itself is not kept here: a row
      -- that every commit rewrites grows a chain of dead versions for as long as anyone holds an old
      -- snapshot (a backup, say), and every publisher would walk it.
      CREATE TABLE IF NOT EXISTS messaging.topic (
        topic_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name      text   NOT NULL UNIQUE,
        -- Up to here superseded messages have been removed (compacted topics only).
        compacted bigint NOT NULL DEFAULT 0
      );

      -- Text, not jsonb: nothing looks inside, and text is a third faster to write and to read.
      CREATE TABLE IF NOT EXISTS messaging.message (
        topic_id     integer     NOT NULL,
        "offset"     bigint      NOT NULL,
        id           text        NOT NULL,
        key          text        NOT NULL,
        value        text        NOT NULL,
        headers      text        NOT NULL,
        published_at timestamptz NOT NULL,
        PRIMARY KEY (topic_id, "offset")
      );

      -- position is the offset of the last message that the group has handled. Whoever handles the
      -- next ones holds the row.
      CREATE TABLE IF NOT EXISTS messaging.consumer (
        consumer_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic_id      integer NOT NULL REFERENCES messaging.topic,
        group_name    text    NOT NULL,
        position      bigint  NOT NULL DEFAULT 0,
        progressed_at timestamptz,
        UNIQUE (topic_id, group_name)
      );

      -- A function, as its second statement must see what was committed while the first one waited.
      CREATE OR REPLACE FUNCTION messaging.publish(
        to_topic integer, ids text[], keys text[], contents text[], heads text[]
      ) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM FROM messaging.topic WHERE topic_id = to_topic FOR NO KEY UPDATE;
        INSERT INTO messaging.message (topic_id, "offset", id, key, value, headers, published_at)
        SELECT to_topic, last."offset" + m.n, m.id, m.key, m.value, m.headers, clock_timestamp()
        FROM
          (SELECT coalesce(max("offset"), 0) AS "offset"
           FROM messaging.message WHERE topic_id = to_topic) AS last,
          unnest(ids, keys, contents, heads) WITH ORDINALITY AS m (id, key, value, headers, n);
      END $$;`);
  }

  async down(queries: Queries): Promise<void> {
    await queries.query('DROP SCHEMA messaging CASCADE');
  }
}

/** In the order in which they must run; hand them to a TypeORM data source. */
export const messagingMigrations = [CreateMessaging1763700000000] as const;

/** Lets `role` publish, consume and clear what is passed, and never change a message. */
export async function grantMessaging(queries: Queries, role: string): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  await queries.query(`
    GRANT USAGE ON SCHEMA messaging TO ${name};
    GRANT SELECT, INSERT, UPDATE ON messaging.topic, messaging.consumer TO ${name};
    GRANT SELECT, INSERT, DELETE ON messaging.message TO ${name};`);
}
