import { type ReplayReport, rebuild, replay } from '@daybook/audit';
import { PostgresEventStore, START } from '@daybook/event-store';
import { GetFigures, GetFiguresHandler } from '../apps/ledger/src/books/get-figures';
import { DEFAULT_ACCOUNT_ID } from '../apps/ledger/src/edge/identity';
import { AUDITED } from '../apps/ledger/src/operations/read-models';
import { ledgerDataSource } from '../apps/ledger/src/runtime/data-source';
import { type Bench, type Figure, type Measurement, median, takeTurns } from './measurement';
import { groupsAfter, prepareBareFold } from './support/bare-fold';
import { runBareFold } from './support/bare-run';
import { closedLoop } from './support/closed-loop';
import { type Database, settle } from './support/database';
import { logOfTransfers, startLedger } from './support/ledgers';
import { randomOf } from './support/random';
import { watchReadModels } from './support/read-models';
import { purseAt } from './support/transfers';

/** Targets. */
const IN_MEMORY_PER_SECOND = 100_000;
const INTO_TABLES_PER_SECOND = 50_000;
const REBUILD_PER_SECOND = 60_000;
const AS_OF_P99_MS = 20;
const AS_OF_EVENTS = 1_000_000;
const AS_OF_CALLERS = 4;
const PAGE_EVENTS = 2_500;
const SEED = 20_261_121;

/** Replay in memory, replay into tables, and rebuild. */
export const audit: Measurement = {
  name: 'audit',
  title: 'Audit replay and rebuild',

  async run(bench) {
    const { settings, server } = bench;
    const { database, events } = await logOfTransfers(bench);
    const store = new PostgresEventStore(database.url);
    try {
      await projectAll(bench, database, events);
      await settle(server, database);
      const runs = await takeTurns(settings.rounds, {
        read: () => readAll(bench, store, events),
        memory: () => replayed(bench, store, events, null),
        tables: () => replayed(bench, store, events, database.ownerUrl),
      });
      const hashes = new Set(runs.tables.map(({ stateHash }) => stateHash));
      if (hashes.size !== 1) throw new Error('Replays of one log have different state hashes.');
      const rebuilt = await rebuildAll(bench, database, store, events);
      await settle(server, database);
      const rows = await prepareBareFold(
        database,
        { from: 0, to: events },
        await groupsAfter(database, 0),
      );
      const writing = bench.progress.step('bare SQL of the same rows', events, 'events');
      const bare = events / (await runBareFold(database, rows, 'projections', writing));
      const limit = { value: bare, what: 'reading and most of the same rows by bare SQL' };
      const rate = (reports: readonly ReplayReport[]) =>
        events / median(reports.map(({ foldingSeconds }) => foldingSeconds));
      const whole = median(runs.tables.map(({ seconds }) => seconds));
      const what = `reading alone, pages of ${PAGE_EVENTS}`;
      const reading = { value: events / median(runs.read), what };
      const name = `of ${events.toLocaleString('en')} events`;
      return [
        figure(`replay in memory ${name}`, rate(runs.memory), reading, IN_MEMORY_PER_SECOND, []),
        figure(`replay into tables ${name}`, rate(runs.tables), limit, INTO_TABLES_PER_SECOND, [
          `with the books in memory; with digests of all rows ${whole.toFixed(1)} s in all`,
        ]),
        figure(`rebuild ${name}`, rebuilt, limit, REBUILD_PER_SECOND, [
          'folding and all indexes, into tables that survive a crash',
        ]),
      ];
    } finally {
      await store.close();
      await database.drop();
    }
  },
};

/** Balances of a random purse at a random position, among a million events. */
export const asOf: Measurement = {
  name: 'as-of',
  title: 'Balances as of a random position',

  async run(bench) {
    const purses = 50_000;
    const transfers = (AS_OF_EVENTS - 2 * purses) / 2;
    const settings = { ...bench.settings, purses, transfers };
    const { database, events } = await logOfTransfers({ ...bench, settings }, true);
    const dataSource = await ledgerDataSource(database.url).initialize();
    try {
      await projectAll(bench, database, events);
      await settle(bench.server, database);
      const handler = new GetFiguresHandler(dataSource);
      const random = randomOf(SEED);
      const firstTransfer = 2 * purses;
      const asking = bench.progress.step('asking', settings.seconds, 'seconds');
      const measured = await closedLoop(
        AS_OF_CALLERS,
        settings.seconds,
        async () => {
          // Squared, so that purses with many lines are read more often.
          const id = purseAt(Math.floor(random() ** 2 * purses)).purseId;
          const position = BigInt(firstTransfer + Math.floor(random() * (events - firstTransfer)));
          const asked = new GetFigures(DEFAULT_ACCOUNT_ID, {
            owner: { kind: 'purse', id },
            asOf: position,
          });
          if ((await handler.execute(asked)) === null) throw new Error(`No purse ${id}.`);
          return 1;
        },
        asking,
      );
      const common = { unit: 'ms', better: 'less', limit: null } as const;
      const notes = [`${events.toLocaleString('en')} events, ${AS_OF_CALLERS} callers`];
      return [
        { ...common, name: 'as-of balance p50', value: measured.p50Ms, target: null, notes },
        {
          ...common,
          name: 'as-of balance p99',
          value: measured.p99Ms,
          target: AS_OF_P99_MS,
          notes,
        },
      ];
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  },
};

async function projectAll(bench: Bench, database: Database, events: number): Promise<void> {
  const ledger = await startLedger(database, ['projector'], { ...bench.settings, profiles: null });
  const projecting = bench.progress.step('projecting', events, 'events');
  await watchReadModels(database, { from: 0, to: events }, projecting);
  await ledger.stop();
}

async function readAll(bench: Bench, store: PostgresEventStore, events: number): Promise<number> {
  const tick = bench.progress.step('reading the log', events, 'events');
  const startedAt = performance.now();
  let after = START;
  let seen = 0;
  for (;;) {
    const page = await store.readAll({ after, limit: PAGE_EVENTS });
    seen += page.events.length;
    after = page.end;
    tick(seen);
    if (page.atEnd) return (performance.now() - startedAt) / 1_000;
  }
}

async function replayed(
  bench: Bench,
  store: PostgresEventStore,
  events: number,
  databaseUrl: string | null,
): Promise<ReplayReport> {
  const where = databaseUrl === null ? 'in memory' : 'into tables';
  const tick = bench.progress.step(`replaying ${where}`, events, 'events');
  const report = await replay({
    ...AUDITED,
    store,
    databaseUrl,
    onProgress: ({ step, done }) => (step === 'folding' ? tick(done) : undefined),
  });
  if (report.events !== events || report.exitCode !== 0) throw new Error('The replay is wrong.');
  return report;
}

/** Events a second, with the indexes. */
async function rebuildAll(
  bench: Bench,
  { ownerUrl }: Database,
  store: PostgresEventStore,
  events: number,
): Promise<number> {
  const tick = bench.progress.step('rebuilding', events, 'events');
  const report = await rebuild({
    ...AUDITED,
    store,
    ownerUrl,
    readModel: 'all',
    actor: 'bench',
    onProgress: ({ step, done }) => (step === 'folding' ? tick(done) : undefined),
  });
  if (report.certificate.differences !== 0) throw new Error('The rebuild found differences.');
  return events / report.seconds;
}

function figure(
  name: string,
  value: number,
  limit: Figure['limit'],
  target: number,
  notes: readonly string[],
): Figure {
  return { name, value, unit: 'events/s', better: 'more', limit, target, notes };
}
