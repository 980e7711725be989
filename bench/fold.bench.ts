import { TOPICS } from '@daybook/contracts';
import { PostgresLog } from '@daybook/messaging';
import type { Bench, Figure, Measurement } from './measurement';
import { groupsAfter, prepareBareFold } from './support/bare-fold';
import { runBareFold } from './support/bare-run';
import { costsSoFar, describeCosts } from './support/costs';
import { createDatabase, type Database, settle, withClient } from './support/database';
import { headOf, ledgerWithPurses, planTransfers, startLedger } from './support/ledgers';
import { watchReadModels } from './support/read-models';
import { profileStatements } from './support/statements';
import { messageOf } from './support/transfers';

/** Of the issue. */
const TARGET_PER_SECOND = 10_000;
const TARGET_HOT_OF_COLD = 0.6;
/** Messages published at once. */
const PUBLISHED_AT_ONCE = 2_000;
/** A transfer that is final at once is detected and confirmed. */
const EVENTS_A_TRANSFER = 2;
/** Transfers that warm up the processes where they would else start cold into the measured time. */
const WARM_UP_SHARE = 0.1;

/** Transfers from the durable log to visible balances, by a ledger in a process of its own. */
export const fold: Measurement = {
  name: 'fold',
  title: 'Transfers folded to visible balances',

  async run(bench) {
    const { purses } = bench.settings;
    const template = await ledgerWithPurses(bench, { customers: purses, purses });
    try {
      const cold = await foldBacklog(bench, template, false);
      const hot = await foldBacklog(bench, template, true);
      const ratio: Figure = {
        name: 'hot of cold',
        value: hot.value / cold.value,
        unit: '%',
        better: 'more',
        limit: null,
        target: TARGET_HOT_OF_COLD,
        notes: [],
      };
      return [cold, hot, ratio, await foldWhilePublishing(bench, template)];
    } finally {
      await template.drop();
    }
  },
};

/** Everything is on the log before the ledger starts: how fast it catches up. */
async function foldBacklog(bench: Bench, template: Database, isHot: boolean): Promise<Figure> {
  const { settings, server, progress } = bench;
  const { transfers, purses } = settings;
  const database = await createDatabase(server, template);
  try {
    const { reports } = planTransfers(transfers, purses, isHot, 'backlog');
    const publishing = progress.step('publishing transfers', transfers, 'transfers');
    await publish(database, reports.map(messageOf), publishing);
    await settle(server, database);

    const from = await headOf(database);
    const to = from + transfers * EVENTS_A_TRANSFER;
    const ledger = await startLedger(database, ['consumer', 'projector'], settings);
    const writeStatements = await profileStatements(server, settings);
    const folding = progress.step(isHot ? 'folding, hot' : 'folding, cold', transfers, 'transfers');
    let before = await costsSoFar(server, ledger.pid);
    const passage = await watchReadModels(
      database,
      { from, to },
      (events) => folding(events / EVENTS_A_TRANSFER),
      async () => {
        before = await costsSoFar(server, ledger.pid);
      },
    );
    const counted = passage.events / EVENTS_A_TRANSFER;
    const costs = describeCosts(before, await costsSoFar(server, ledger.pid), counted);
    await writeStatements(isHot ? 'hot' : 'cold', transfers);
    await ledger.stop();
    await checkReceipts(database, transfers);

    const groups = await groupsAfter(database, from);
    progress.step('preparing the same rows', 1, 'time');
    const rows = await prepareBareFold(database, { from, to }, groups);
    await settle(server, database);
    const writing = progress.step('bare SQL of the same rows', transfers, 'transfers');
    const bareSeconds = await runBareFold(database, rows, 'both', (events) =>
      writing(events / EVENTS_A_TRANSFER),
    );
    return {
      name: isHot ? 'hot: 1 % of the purses take 50 %' : 'cold: every purse equally often',
      value: counted / passage.seconds,
      unit: 'transfers/s',
      better: 'more',
      limit: {
        value: transfers / bareSeconds,
        what: `the same rows by bare SQL, ${groups.append} and ${groups.projection} events a commit`,
      },
      target: isHot ? null : TARGET_PER_SECOND,
      notes: [costs],
    };
  } finally {
    await database.drop();
  }
}

/** The ledger is idle when publishing begins: how fast transfers go from end to end. */
async function foldWhilePublishing(bench: Bench, template: Database): Promise<Figure> {
  const { settings, server, progress } = bench;
  const { transfers, purses } = settings;
  const database = await createDatabase(server, template);
  const warmUp = Math.ceil(transfers * WARM_UP_SHARE);
  const { reports } = planTransfers(warmUp + transfers, purses, false, 'end to end');
  const messages = reports.map(messageOf);
  const ledger = await startLedger(database, ['consumer', 'projector'], settings);
  try {
    await settle(server, database);
    const from = await headOf(database);
    const warm = from + warmUp * EVENTS_A_TRANSFER;
    const warming = progress.step('warming up', warmUp, 'transfers');
    await Promise.all([
      publish(database, messages.slice(0, warmUp), () => undefined),
      watchReadModels(database, { from, to: warm }, (n) => warming(n / EVENTS_A_TRANSFER)),
    ]);

    const before = await costsSoFar(server, ledger.pid);
    const to = warm + transfers * EVENTS_A_TRANSFER;
    const tick = progress.step('publishing and folding', transfers, 'transfers');
    const startedAt = performance.now();
    let publishedAfter = 0;
    await Promise.all([
      publish(database, messages.slice(warmUp), () => undefined).then(() => {
        publishedAfter = (performance.now() - startedAt) / 1000;
      }),
      watchReadModels(database, { from: warm, to }, (n) => tick(n / EVENTS_A_TRANSFER)),
    ]);
    const seconds = (performance.now() - startedAt) / 1000;
    const costs = describeCosts(before, await costsSoFar(server, ledger.pid), transfers);
    await checkReceipts(database, warmUp + transfers);
    return {
      name: 'cold, published meanwhile on the same machine',
      value: transfers / seconds,
      unit: 'transfers/s',
      better: 'more',
      limit: { value: transfers / publishedAfter, what: 'publishing, with the ledger behind it' },
      target: null,
      notes: [costs],
    };
  } finally {
    await ledger.stop();
    await database.drop();
  }
}

async function publish(
  database: Database,
  messages: Parameters<PostgresLog['publish']>[1],
  tick: (done: number) => void,
): Promise<void> {
  const log = new PostgresLog({ url: database.url, applicationName: 'publisher' });
  try {
    for (let from = 0; from < messages.length; from += PUBLISHED_AT_ONCE) {
      await log.publish(TOPICS.transfer, messages.slice(from, from + PUBLISHED_AT_ONCE));
      tick(from);
    }
  } finally {
    await log.close();
  }
}

/** A fast ledger that loses a transfer has no figure. */
async function checkReceipts(database: Database, expected: number): Promise<void> {
  const receipts = await withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ receipts: string }>(
      'SELECT sum(receipts) AS receipts FROM ledger.purse_figures',
    );
    return Number(rows[0]?.receipts);
  });
  if (receipts !== expected) throw new Error(`${receipts} of ${expected} transfers are visible.`);
}
