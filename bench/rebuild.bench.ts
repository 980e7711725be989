import { PostgresEventStore, START } from '@daybook/event-store';
import type { Bench, Measurement } from './measurement';
import { groupsAfter, prepareBareFold } from './support/bare-fold';
import { runBareFold } from './support/bare-run';
import { costsSoFar, describeCosts } from './support/costs';
import { type Database, settle } from './support/database';
import { logOfTransfers, startLedger } from './support/ledgers';
import { watchReadModels } from './support/read-models';
import { profileStatements } from './support/statements';

/** Target. */
const TARGET_PER_SECOND = 60_000;
const PAGE_EVENTS = 2_000;

/** How fast the projector builds the read models from a whole event log. */
export const rebuild: Measurement = {
  name: 'rebuild',
  title: 'Rebuild of the read models',

  async run(bench) {
    const { settings, server, progress } = bench;
    const { database, events } = await logOfTransfers(bench);
    try {
      await settle(server, database);
      const readRate = await readingRate(bench, database, events);
      const ledger = await startLedger(database, ['projector'], settings);
      const writeStatements = await profileStatements(server, settings);
      const projecting = progress.step('rebuilding the read models', events, 'events');
      let before = await costsSoFar(server, ledger.pid);
      const passage = await watchReadModels(
        database,
        { from: 0, to: events },
        projecting,
        async () => {
          before = await costsSoFar(server, ledger.pid);
        },
      );
      const costs = describeCosts(before, await costsSoFar(server, ledger.pid), passage.events);
      await writeStatements('rebuild', events);
      await ledger.stop();

      const groups = await groupsAfter(database, 0);
      progress.step('preparing the same rows', 1, 'time');
      const rows = await prepareBareFold(database, { from: 0, to: events }, groups);
      await settle(server, database);
      const writing = progress.step('bare SQL of the same rows', events, 'events');
      const seconds = await runBareFold(database, rows, 'projections', writing);
      return [
        {
          name: `rebuild from ${events.toLocaleString('en')} events`,
          value: passage.events / passage.seconds,
          unit: 'events/s',
          better: 'more',
          limit: {
            value: events / seconds,
            what: `reading and the same rows by bare SQL, ${groups.projection} events a commit`,
          },
          target: TARGET_PER_SECOND,
          notes: [
            `reading the log alone: ${Math.round(readRate).toLocaleString('en')} events/s`,
            costs,
          ],
        },
      ];
    } finally {
      await database.drop();
    }
  },
};

async function readingRate(
  { progress }: Bench,
  database: Database,
  events: number,
): Promise<number> {
  const tick = progress.step('reading the log', events, 'events');
  const store = new PostgresEventStore(database.url);
  try {
    const startedAt = performance.now();
    let after = START;
    for (let seen = 0; seen < events; ) {
      const page = await store.readAll({ after, limit: PAGE_EVENTS });
      after = page.end;
      seen += page.events.length;
      tick(seen);
    }
    return events / ((performance.now() - startedAt) / 1000);
  } finally {
    await store.close();
  }
}
