import { EventStoreError, PostgresEventStore } from '@daybook/event-store';
import { type Bench, type Figure, type Measurement, median, takeTurns } from './measurement';
import { insertBare } from './support/bare-inserts';
import { closedLoop } from './support/closed-loop';
import { createDatabase, type Database, settle, withClient } from './support/database';
import { anAppend, EVENT_BYTES } from './support/sample-events';

const IN_FLIGHT = [1, 32, 256] as const;
const APPEND_MANY = 1_000;
/** Target at 256 in flight. */
const TARGET_AT_256 = 15_000;
const SINGLE_ROW_CONNECTIONS = 32;
const COMMITS_IN_FLIGHT = 2;

/** Single-event appends to new streams, and `appendMany`; the limit is a plain insert of the same rows. */
export const appends: Measurement = {
  name: 'appends',
  title: 'Appends to the event store',

  async run(bench) {
    const database = await createDatabase(bench.server);
    const store = new PostgresEventStore(database.url);
    try {
      const figures: Figure[] = [];
      for (const inFlight of IN_FLIGHT) {
        const name = `single appends, ${inFlight} in flight`;
        figures.push(await compare(bench, database, store, { name, inFlight, atOnce: 1 }));
      }
      const name = `appendMany of ${APPEND_MANY.toLocaleString('en')}`;
      figures.push(
        await compare(bench, database, store, { name, inFlight: 1, atOnce: APPEND_MANY }),
      );
      figures.push(await insertSingly(bench, database));
      return figures;
    } finally {
      await store.close();
      await database.drop();
    }
  },
};

interface Load {
  readonly name: string;
  readonly inFlight: number;
  readonly atOnce: number;
}

/** Appends by callers, and plain inserts of the same rows in the groups that the store formed. */
async function compare(
  { server, settings, progress }: Bench,
  database: Database,
  store: PostgresEventStore,
  { name, inFlight, atOnce }: Load,
): Promise<Figure> {
  const { seconds } = settings;
  let group = 1;
  const runs = await takeTurns(settings.rounds, {
    store: async () => {
      await settle(server, database);
      const before = await countCommits(database);
      const step = progress.step(name, seconds, 's');
      const result = await closedLoop(inFlight, seconds, () => append(store, atOnce), step);
      const after = await countCommits(database);
      group = Math.round((after.events - before.events) / (after.commits - before.commits));
      return result;
    },
    bare: async () => {
      await settle(server, database);
      const step = progress.step(`bare SQL in groups of ${group}`, seconds, 's');
      // As many statements in flight as the store has commits.
      const pipelined = Math.min(inFlight * atOnce, COMMITS_IN_FLIGHT);
      const load = { group, connections: 1, pipelined, seconds };
      return insertBare(database.ownerUrl, load, step);
    },
  });
  const p50 = median(runs.store.map((run) => run.p50Ms));
  const p99 = median(runs.store.map((run) => run.p99Ms));
  return {
    name,
    value: median(runs.store.map((run) => run.rate)),
    unit: 'events/s',
    better: 'more',
    limit: { value: median(runs.bare), what: `INSERT of ${group} rows, one connection` },
    target: inFlight === 256 ? TARGET_AT_256 : null,
    notes: [`p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; ${EVENT_BYTES} B an event`],
  };
}

/** Writers without group commit: each row in its own transaction. */
async function insertSingly(
  { server, settings, progress }: Bench,
  database: Database,
): Promise<Figure> {
  const { seconds } = settings;
  const runs = await takeTurns(settings.rounds, {
    bare: async () => {
      await settle(server, database);
      const step = progress.step('bare SQL, a row a transaction', seconds, 's');
      const load = { group: 1, connections: SINGLE_ROW_CONNECTIONS, pipelined: 1, seconds };
      return insertBare(database.ownerUrl, load, step);
    },
  });
  return {
    name: `for comparison: bare INSERT, a row a transaction, ${SINGLE_ROW_CONNECTIONS} connections`,
    value: median(runs.bare),
    unit: 'events/s',
    better: 'more',
    limit: null,
    target: null,
    notes: [],
  };
}

async function append(store: PostgresEventStore, atOnce: number): Promise<number> {
  if (atOnce === 1) {
    await store.append(anAppend());
    return 1;
  }
  const results = await store.appendMany(Array.from({ length: atOnce }, anAppend));
  for (const result of results) if (result instanceof EventStoreError) throw result;
  return results.length;
}

/** Counts commits by `xmin`, the transaction that wrote a row. */
async function countCommits(database: Database): Promise<{ events: number; commits: number }> {
  return withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ events: string; commits: string }>(
      'SELECT count(*) AS events, count(DISTINCT xmin::text) AS commits FROM event_store.event',
    );
    return { events: Number(rows[0]?.events), commits: Number(rows[0]?.commits) };
  });
}
