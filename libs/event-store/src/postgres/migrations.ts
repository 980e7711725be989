import type { Queries } from '@daybook/platform/plain';
import { escapeIdentifier } from 'pg';

/** The log, and the one row that writers lock to commit in order. */
const TABLES = `
  CREATE SCHEMA event_store;

  -- Writers hold this row from before they look until they have committed. That makes position order
  -- the commit order, without gaps, so a reader needs nothing but "position > mine". The position itself is
  -- not kept here: dead versions of a row that every commit rewrites slow writers down while a backup runs.
  CREATE TABLE event_store.head (one boolean PRIMARY KEY DEFAULT true CHECK (one));
  INSERT INTO event_store.head DEFAULT VALUES;

  -- Two indexes and no table of streams: where a stream stands is one probe into (stream_id, revision).
  -- Text, not jsonb: nothing looks inside, and text is a third faster to write and to read.
  CREATE TABLE event_store.event (
    position    bigint      NOT NULL CHECK (position > 0),
    revision    bigint      NOT NULL CHECK (revision >= 0),
    recorded_at timestamptz NOT NULL,
    event_id    uuid        NOT NULL,
    stream_id   text        COLLATE "C" NOT NULL,
    type        text        COLLATE "C" NOT NULL,
    data        text        COLLATE "C" NOT NULL,
    metadata    text        COLLATE "C" NOT NULL,
    PRIMARY KEY (position),
    UNIQUE (stream_id, revision)
  )`;

/** The log is append-only, for the owner of the tables too: to edit it, the triggers must be dropped first. */
const APPEND_ONLY = `
  CREATE FUNCTION event_store.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% of %.% is refused: the log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege';
  END $$;

  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.event
    FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_change();
  CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store.head
    FOR EACH STATEMENT EXECUTE FUNCTION event_store.refuse_change();

  -- ALWAYS: also when the session claims to be a replica, which disables ordinary triggers.
  ALTER TABLE event_store.event ENABLE ALWAYS TRIGGER append_only;
  ALTER TABLE event_store.head ENABLE ALWAYS TRIGGER append_only`;

/** The first form of the append function, which left the places of events to its caller. */
const FIRST_APPEND = `
  CREATE FUNCTION event_store.append(
    a_stream text[], a_expected bigint[], a_count integer[], a_before integer[],
    e_append integer[], e_offset integer[],
    e_stream text[], e_id uuid[], e_type text[], e_data text[], e_metadata text[],
    OUT head bigint, OUT revisions bigint[], OUT positions bigint[]
  ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    current  bigint[];                          -- where each stream stands, -1 for no stream
    before   bigint[] := a_before;              -- events stored before each append, -1 for a refused one
    stored   bigint   := cardinality(e_id);
    clock    timestamptz;
  BEGIN
    PERFORM FROM event_store.head FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'event_store.head has lost its row'; END IF;

    SELECT e.position, e.recorded_at INTO head, clock
      FROM event_store.event e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    -- A clock that was set back must not make history run backwards.
    clock := greatest(clock_timestamp(), clock);

    current := ARRAY(
      SELECT coalesce((SELECT e.revision FROM event_store.event e WHERE e.stream_id = a.stream
                       ORDER BY e.revision DESC LIMIT 1), -1)
      FROM unnest(a_stream) AS a(stream));

    -- When every stream is where its writer believed, the caller can work out the rest from head.
    IF current <> a_expected THEN
      stored := 0;
      FOR i IN 1 .. cardinality(a_stream) LOOP
        IF a_expected[i] = current[i] OR a_expected[i] = -2 OR (a_expected[i] = -4 AND current[i] >= 0) THEN
          before[i] := stored;
          stored := stored + a_count[i];
          revisions[i] := current[i] + a_count[i];
          positions[i] := head + stored;
        -- Exactly these events stand where they were to go: a repeat of an append that succeeded.
        ELSIF a_expected[i] >= -1 AND e_id[a_before[i] + 1 : a_before[i] + a_count[i]] = ARRAY(
            SELECT e.event_id FROM event_store.event e
            WHERE e.stream_id = a_stream[i]
              AND e.revision > a_expected[i] AND e.revision <= a_expected[i] + a_count[i]
            ORDER BY e.revision) THEN
          before[i] := -1;
          revisions[i] := a_expected[i] + a_count[i];
          positions[i] := (SELECT e.position FROM event_store.event e
                           WHERE e.stream_id = a_stream[i] AND e.revision = revisions[i]);
        ELSE
          before[i] := -1;
          revisions[i] := current[i];
          positions[i] := 0;
        END IF;
      END LOOP;
    END IF;

    INSERT INTO event_store.event (position, revision, recorded_at, event_id, stream_id, type, data, metadata)
      SELECT head + before[e.append] + e.place, current[e.append] + e.place, clock,
             e.id, e.stream, e.type, e.data, e.metadata
      FROM (SELECT unnest(e_append) AS append, unnest(e_offset) AS place, unnest(e_id) AS id,
                   unnest(e_stream) AS stream, unnest(e_type) AS type, unnest(e_data) AS data,
                   unnest(e_metadata) AS metadata) e
      WHERE before[e.append] >= 0;

    IF stored > 0 THEN PERFORM pg_notify('event_store', (head + stored)::text); END IF;
  END $$;

  REVOKE ALL ON FUNCTION event_store.append FROM PUBLIC`;

/** The log of events: tables, the append function and the triggers that make it append-only. */
export class CreateEventLog1700000000001 {
  readonly name = 'CreateEventLog1700000000001';

  async up(queries: Queries): Promise<void> {
    for (const sql of [TABLES, APPEND_ONLY, FIRST_APPEND]) await queries.query(sql);
  }
}

/**
 * The only way to write. It runs with its owner's rights, so the role of a service may only read the tables. All arrays
 * a_* have one element an append, all e_* one an event, in order. An expectation is a revision, or -1 for no stream.
 *
 * It works out streams, revisions and positions itself. Whatever a caller sends, events lie behind the head without a gap,
 * and those of a stream behind its last one: a caller can only fail, or append what it could append anyway.
 */
const APPEND = `
  DROP FUNCTION event_store.append;

  CREATE FUNCTION event_store.append(
    a_stream text[], a_expected bigint[], a_count integer[],
    e_id uuid[], e_type text[], e_data text[], e_metadata text[],
    OUT head bigint, OUT revisions bigint[], OUT positions bigint[]
  ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    current  bigint[];                          -- where each stream stands, -1 for no stream
    accepted boolean[];                         -- which appends are stored; null for all of them
    e_append integer[];                         -- of each event, the number of its append,
    e_place  integer[];                         -- its place in the append, from 1,
    e_stream text[];                            -- and its stream
    first    integer := 1;
    total    bigint  := (SELECT sum(c) FROM unnest(a_count) AS a(c));
    stored   bigint  := total;
    clock    timestamptz;
  BEGIN
    -- Subscripts below are those of arrays of one dimension that begin at 1.
    IF array_ndims(a_stream) IS DISTINCT FROM 1 OR array_lower(a_stream, 1) <> 1
      OR (array_dims(a_expected), array_dims(a_count)) IS DISTINCT FROM (array_dims(a_stream), array_dims(a_stream))
      OR (0 < ALL (a_count)) IS NOT TRUE
      OR (cardinality(e_id), cardinality(e_type), cardinality(e_data), cardinality(e_metadata))
         IS DISTINCT FROM (total, total, total, total)
    THEN
      RAISE EXCEPTION 'the arrays of event_store.append do not fit together' USING ERRCODE = 'invalid_parameter_value';
    END IF;

    PERFORM FROM event_store.head FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'event_store.head has lost its row'; END IF;

    SELECT e.position, e.recorded_at INTO head, clock
      FROM event_store.event e ORDER BY e.position DESC LIMIT 1;
    head := coalesce(head, 0);
    -- A clock that was set back must not make history run backwards.
    clock := greatest(clock_timestamp(), clock);

    current := ARRAY(
      SELECT coalesce((SELECT e.revision FROM event_store.event e WHERE e.stream_id = a.stream
                       ORDER BY e.revision DESC LIMIT 1), -1)
      FROM unnest(a_stream) AS a(stream));

    -- When every stream is where its writer believed, the caller can work out the rest from head.
    IF current <> a_expected THEN
      stored := 0;
      FOR i IN 1 .. cardinality(a_stream) LOOP
        accepted[i] := a_expected[i] = current[i];
        IF accepted[i] THEN
          stored := stored + a_count[i];
          revisions[i] := current[i] + a_count[i];
          positions[i] := head + stored;
        -- Exactly these events stand where they were to go: a repeat of an append that succeeded.
        ELSIF a_expected[i] >= -1 AND e_id[first : first + a_count[i] - 1] = ARRAY(
            SELECT e.event_id FROM event_store.event e
            WHERE e.stream_id = a_stream[i]
              AND e.revision > a_expected[i] AND e.revision <= a_expected[i] + a_count[i]
            ORDER BY e.revision) THEN
          revisions[i] := a_expected[i] + a_count[i];
          positions[i] := (SELECT e.position FROM event_store.event e
                           WHERE e.stream_id = a_stream[i] AND e.revision = revisions[i]);
        ELSE
          revisions[i] := current[i];
          positions[i] := 0;
        END IF;
        first := first + a_count[i];
      END LOOP;
    END IF;

    IF total = cardinality(a_stream) THEN
      e_append := ARRAY(SELECT generate_series(1, cardinality(a_stream)));
      e_place := a_count;
      e_stream := a_stream;
    ELSE
      SELECT array_agg(a.append ORDER BY a.append, place), array_agg(place ORDER BY a.append, place),
             array_agg(a.stream ORDER BY a.append, place)
        INTO e_append, e_place, e_stream
        FROM unnest(a_stream, a_count) WITH ORDINALITY AS a(stream, count, append),
             generate_series(1, a.count) AS place;
    END IF;

    INSERT INTO event_store.event (position, revision, recorded_at, event_id, stream_id, type, data, metadata)
      SELECT head + row_number() OVER (), current[e.append] + e.place, clock,
             e.id, e.stream, e.type, e.data, e.metadata
      FROM (SELECT unnest(e_append) AS append, unnest(e_place) AS place, unnest(e_id) AS id,
                   unnest(e_stream) AS stream, unnest(e_type) AS type, unnest(e_data) AS data,
                   unnest(e_metadata) AS metadata) e
      WHERE accepted IS NULL OR accepted[e.append];

    IF stored > 0 THEN PERFORM pg_notify('event_store', (head + stored)::text); END IF;
  END $$;

  REVOKE ALL ON FUNCTION event_store.append FROM PUBLIC`;

/** The append function derives the places of events, so that a role that may append cannot forge any. */
export class AppendDerivesPlaces1700000017400 {
  readonly name = 'AppendDerivesPlaces1700000017400';

  async up(queries: Queries): Promise<void> {
    await queries.query(APPEND);
  }
}

/**
 * `append` for batches in which some appends are claims: `a_claims` says of each append whether it is the claim of
 * the one after it. Both are stored, or were stored before, or neither is: an expectation that no stream can meet
 * refuses them together.
 */
const APPEND_CLAIMED = `
  CREATE FUNCTION event_store.append_claimed(
    a_claims boolean[], a_stream text[], a_expected bigint[], a_count integer[],
    e_id uuid[], e_type text[], e_data text[], e_metadata text[],
    OUT head bigint, OUT revisions bigint[], OUT positions bigint[]
  ) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    expected bigint[] := a_expected;
    first    integer  := 1;                     -- where the events of append i begin
    start    integer;
    refused  boolean;
  BEGIN
    -- The other arrays are checked by event_store.append; one that does not fit can refuse too much at most.
    IF array_dims(a_claims) IS DISTINCT FROM array_dims(a_stream) THEN
      RAISE EXCEPTION 'the arrays of event_store.append_claimed do not fit together' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM FROM event_store.head FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'event_store.head has lost its row'; END IF;
    FOR i IN 1 .. cardinality(a_stream) - 1 LOOP
      IF a_claims[i] THEN
        refused := false;
        start := first;
        FOR j IN i .. i + 1 LOOP
          IF a_expected[j] IS DISTINCT FROM coalesce((
              SELECT e.revision FROM event_store.event e WHERE e.stream_id = a_stream[j]
              ORDER BY e.revision DESC LIMIT 1), -1) THEN
            refused := refused OR e_id[start : start + a_count[j] - 1] IS DISTINCT FROM ARRAY(
              SELECT e.event_id FROM event_store.event e
              WHERE e.stream_id = a_stream[j]
                AND e.revision > a_expected[j] AND e.revision <= a_expected[j] + a_count[j]
              ORDER BY e.revision);
          END IF;
          start := start + a_count[j];
        END LOOP;
        IF refused THEN
          expected[i] := -3;
          expected[i + 1] := -3;
        END IF;
      END IF;
      first := first + a_count[i];
    END LOOP;
    SELECT a.head, a.revisions, a.positions INTO head, revisions, positions
      FROM event_store.append(a_stream, expected, a_count, e_id, e_type, e_data, e_metadata) a;
  END $$;

  REVOKE ALL ON FUNCTION event_store.append_claimed FROM PUBLIC`;

/** Idempotency keys are claimed in the commit of their effect. */
export class ClaimKeys1700000017420 {
  readonly name = 'ClaimKeys1700000017420';

  async up(queries: Queries): Promise<void> {
    await queries.query(APPEND_CLAIMED);
  }
}

/** In the order in which they must run; pass them to a TypeORM data source. */
export const eventStoreMigrations = [
  CreateEventLog1700000000001,
  AppendDerivesPlaces1700000017400,
  ClaimKeys1700000017420,
] as const;

/** Grants `role` to append through the function and to read, and nothing else. */
export async function grantEventStore(queries: Queries, role: string): Promise<void> {
  const name = escapeIdentifier(role);
  await queries.query(`
    GRANT USAGE ON SCHEMA event_store TO ${name};
    GRANT SELECT ON event_store.event TO ${name};
    GRANT EXECUTE ON FUNCTION event_store.append, event_store.append_claimed TO ${name}`);
}
