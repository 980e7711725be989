/** The part of TypeORM's query runner that a migration needs, so that this library does not import TypeORM. */
export interface Queries {
  query(sql: string): Promise<unknown>;
}

/**
 * The tables of the durable log. It is idempotent: every app that uses the log runs it and keeps its own
 * record of migrations.
 */
export class CreateMessaging1763700000000 {
  readonly name = 'CreateMessaging1763700000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE SCHEMA IF NOT EXISTS messaging;

      -- A publisher locks the topic's row until its commit, so offsets have no gaps and grow in commit
      -- order: a reader needs only "offset > mine". The last offset is not stored here: a row that
      -- every commit updates keeps its dead versions while an old snapshot is open (of a backup, for
      -- example), and every publisher would scan them.
      CREATE TABLE IF NOT EXISTS messaging.topic (
        topic_id  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name      text   NOT NULL UNIQUE,
        -- Not used any more.
        compacted bigint NOT NULL DEFAULT 0
      );

      -- Text, not jsonb: no query reads the content, and text is a third faster to write and to read.
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

      -- position is the offset of the last message that the group has handled. The member that
      -- handles the next ones locks the row.
      CREATE TABLE IF NOT EXISTS messaging.consumer (
        consumer_id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic_id      integer NOT NULL REFERENCES messaging.topic,
        group_name    text    NOT NULL,
        position      bigint  NOT NULL DEFAULT 0,
        progressed_at timestamptz,
        UNIQUE (topic_id, group_name)
      );

      -- A function, so that its second statement sees what was committed while the first one waited.
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
}

/** Parked keys and their messages, for every engine: a broker cannot hold back one key. */
export class ParkKeys1763800000000 {
  readonly name = 'ParkKeys1763800000000';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      -- To add a message of the key, or to retry the key, a member locks the row, so a key is never
      -- handled twice at the same time.
      CREATE TABLE IF NOT EXISTS messaging.parked_key (
        parked_id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic              text        NOT NULL,
        group_name         text        NOT NULL,
        key                text        NOT NULL,
        reason             text        NOT NULL,
        parked_at          timestamptz NOT NULL DEFAULT clock_timestamp(),
        retry_requested_at timestamptz,
        attempts           integer     NOT NULL DEFAULT 0,
        UNIQUE (topic, group_name, key)
      );
      CREATE INDEX IF NOT EXISTS parked_key_to_retry
        ON messaging.parked_key (topic, group_name, retry_requested_at)
        WHERE retry_requested_at IS NOT NULL;

      -- message is JSON text, as a poison message may hold a character that a text column refuses.
      CREATE TABLE IF NOT EXISTS messaging.parked_message (
        parked_id    bigint      NOT NULL REFERENCES messaging.parked_key ON DELETE CASCADE,
        partition    integer     NOT NULL,
        "offset"     bigint      NOT NULL,
        id           text        NOT NULL,
        message      text        NOT NULL,
        PRIMARY KEY (parked_id, partition, "offset", id)
      );`);
  }
}

/**
 * A topic of which every message was deleted goes on behind its groups: they would never read offsets that they
 * have passed. Only then is it asked where they are, since their rows may have many dead versions.
 */
export class KeepOffsets1763800017320 {
  readonly name = 'KeepOffsets1763800017320';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE OR REPLACE FUNCTION messaging.publish(
        to_topic integer, ids text[], keys text[], contents text[], heads text[]
      ) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM FROM messaging.topic WHERE topic_id = to_topic FOR NO KEY UPDATE;
        INSERT INTO messaging.message (topic_id, "offset", id, key, value, headers, published_at)
        SELECT to_topic, last."offset" + m.n, m.id, m.key, m.value, m.headers, clock_timestamp()
        FROM
          (SELECT coalesce(
             (SELECT max("offset") FROM messaging.message WHERE topic_id = to_topic),
             (SELECT max(position) FROM messaging.consumer WHERE topic_id = to_topic),
             0) AS "offset") AS last,
          unnest(ids, keys, contents, heads) WITH ORDINALITY AS m (id, key, value, headers, n);
      END $$;`);
  }
}

/**
 * Nobody writes messages but through this function, which lets each user publish to the topics that its app may publish
 * to, and to no others: one that is taken over cannot forge what another one says.
 */
export class PublishOwnTopics1763800017550 {
  readonly name = 'PublishOwnTopics1763800017550';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      CREATE TABLE IF NOT EXISTS messaging.publisher (
        user_name text NOT NULL,
        topic     text NOT NULL,
        -- Several apps may connect as one user, and each grants its own topics.
        app       text NOT NULL,
        PRIMARY KEY (user_name, topic, app)
      );
      CREATE OR REPLACE FUNCTION messaging.publish(
        to_topic integer, ids text[], keys text[], contents text[], heads text[]
      ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        topic_name text;
      BEGIN
        SELECT name INTO topic_name FROM messaging.topic WHERE topic_id = to_topic FOR NO KEY UPDATE;
        -- The owner, and a superuser, may publish everything.
        IF topic_name IS NULL OR NOT (pg_has_role(session_user, current_user, 'MEMBER') OR EXISTS (
          SELECT FROM messaging.publisher p WHERE p.user_name = session_user AND p.topic = topic_name
        )) THEN
          RAISE EXCEPTION 'permission denied: % may not publish to %', session_user, coalesce(topic_name, 'an unknown topic')
            USING ERRCODE = 'insufficient_privilege';
        END IF;
        INSERT INTO messaging.message (topic_id, "offset", id, key, value, headers, published_at)
        SELECT to_topic, last."offset" + m.n, m.id, m.key, m.value, m.headers, clock_timestamp()
        FROM
          (SELECT coalesce(
             (SELECT max("offset") FROM messaging.message WHERE topic_id = to_topic),
             (SELECT max(position) FROM messaging.consumer WHERE topic_id = to_topic),
             0) AS "offset") AS last,
          unnest(ids, keys, contents, heads) WITH ORDINALITY AS m (id, key, value, headers, n);
      END $$;
      REVOKE ALL ON FUNCTION messaging.publish FROM PUBLIC;`);
  }
}

/**
 * Keeps up to where messages of a topic were deleted. Gaps show what is gone before a message that is left; behind the last
 * one only this tells it. Its cost falls on deletions, not on every commit of a publisher.
 */
export class NoteDeletedMessages1763800018250 {
  readonly name = 'NoteDeletedMessages1763800018250';

  async up(queries: Queries): Promise<void> {
    await queries.query(`
      ALTER TABLE messaging.topic ADD COLUMN IF NOT EXISTS deleted_through bigint NOT NULL DEFAULT 0;

      CREATE OR REPLACE FUNCTION messaging.note_deleted() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        UPDATE messaging.topic t SET deleted_through = gone.last
        FROM (SELECT topic_id, max("offset") AS last FROM deleted GROUP BY topic_id) AS gone
        WHERE gone.topic_id = t.topic_id AND gone.last > t.deleted_through;
        RETURN NULL;
      END $$;
      CREATE OR REPLACE FUNCTION messaging.note_truncated() RETURNS trigger
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        UPDATE messaging.topic t SET deleted_through = gone.last
        FROM (SELECT topic_id, max("offset") AS last FROM messaging.message GROUP BY topic_id) AS gone
        WHERE gone.topic_id = t.topic_id AND gone.last > t.deleted_through;
        RETURN NULL;
      END $$;
      REVOKE ALL ON FUNCTION messaging.note_deleted, messaging.note_truncated FROM PUBLIC;
      CREATE OR REPLACE TRIGGER note_deleted AFTER DELETE ON messaging.message
        REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION messaging.note_deleted();
      CREATE OR REPLACE TRIGGER note_truncated BEFORE TRUNCATE ON messaging.message
        FOR EACH STATEMENT EXECUTE FUNCTION messaging.note_truncated();

      CREATE OR REPLACE FUNCTION messaging.publish(
        to_topic integer, ids text[], keys text[], contents text[], heads text[]
      ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        topic_name text;
        deleted_last bigint;
      BEGIN
        SELECT name, deleted_through INTO topic_name, deleted_last
        FROM messaging.topic WHERE topic_id = to_topic FOR NO KEY UPDATE;
        -- The owner, and a superuser, may publish everything.
        IF topic_name IS NULL OR NOT (pg_has_role(session_user, current_user, 'MEMBER') OR EXISTS (
          SELECT FROM messaging.publisher p WHERE p.user_name = session_user AND p.topic = topic_name
        )) THEN
          RAISE EXCEPTION 'permission denied: % may not publish to %', session_user, coalesce(topic_name, 'an unknown topic')
            USING ERRCODE = 'insufficient_privilege';
        END IF;
        INSERT INTO messaging.message (topic_id, "offset", id, key, value, headers, published_at)
        SELECT to_topic, last."offset" + m.n, m.id, m.key, m.value, m.headers, clock_timestamp()
        FROM
          -- A dump may have been restored without messages: then the groups know how far the topic was.
          (SELECT greatest(deleted_last, coalesce(
             (SELECT max("offset") FROM messaging.message WHERE topic_id = to_topic),
             (SELECT max(position) FROM messaging.consumer WHERE topic_id = to_topic),
             0)) AS "offset") AS last,
          unnest(ids, keys, contents, heads) WITH ORDINALITY AS m (id, key, value, headers, n);
      END $$;`);
  }
}

/** In the order in which they must run; pass them to a TypeORM data source. */
export const messagingMigrations = [
  CreateMessaging1763700000000,
  ParkKeys1763800000000,
  KeepOffsets1763800017320,
  PublishOwnTopics1763800017550,
  NoteDeletedMessages1763800018250,
] as const;

/** What a user of the database may do with the durable log. */
export interface MessagingRights {
  /** Whose rights these are. Another app that connects as the same user keeps its own. */
  readonly app: string;
  /** The topics to which it publishes. */
  readonly publishes: readonly string[];
  /** Whether it is a member of consumer groups, and parks keys. */
  readonly consumes: boolean;
  /** Whether it asks groups to retry parked keys. */
  readonly retries: boolean;
}

/** Grants `role` these rights. Nobody may write, change or delete a message but through `messaging.publish`. */
export async function grantMessaging(
  queries: Queries,
  role: string,
  { app, publishes, consumes, retries }: MessagingRights,
): Promise<void> {
  const name = `"${role.replaceAll('"', '""')}"`;
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const topics = publishes.map((topic) => `(${text(role)}, ${text(topic)}, ${text(app)})`);
  await queries.query(`
    -- Versions before granted these. The owner's rights are its own.
    DO $$ BEGIN IF current_user <> ${text(role)} THEN
      REVOKE INSERT ON messaging.message FROM ${name};
      REVOKE UPDATE ON messaging.topic FROM ${name};
    END IF; END $$;
    GRANT USAGE ON SCHEMA messaging TO ${name};
    GRANT SELECT ON messaging.topic, messaging.consumer, messaging.message, messaging.parked_key, messaging.parked_message TO ${name};
    DELETE FROM messaging.publisher WHERE user_name = ${text(role)} AND app = ${text(app)};
    ${
      topics.length === 0
        ? ''
        : `INSERT INTO messaging.publisher (user_name, topic, app) VALUES ${topics.join(', ')};
    GRANT EXECUTE ON FUNCTION messaging.publish TO ${name};`
    }
    ${topics.length > 0 || consumes ? `GRANT INSERT ON messaging.topic TO ${name};` : ''}
    ${retries ? `GRANT UPDATE ON messaging.parked_key TO ${name};` : ''}
    ${
      consumes
        ? `GRANT INSERT, UPDATE ON messaging.consumer TO ${name};
           GRANT INSERT, UPDATE, DELETE ON messaging.parked_key TO ${name};
           GRANT INSERT, DELETE ON messaging.parked_message TO ${name};`
        : ''
    }`);
}
