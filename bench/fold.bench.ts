import { TOPIC_SETTINGS, TOPICS } from '@daybook/contracts';
import { type DurableLog, openKafka, PostgresLog } from '@daybook/messaging';
import type { Bench, Figure, Measurement } from './measurement';
import { groupsAfter, prepareBareFold } from './support/bare-fold';
import { runBareFold } from './support/bare-run';
import { costsSoFar, describeCosts } from './support/costs';
import { createDatabase, type Database, settle, withClient } from './support/database';
import { headOf, ledgerWithPurses, planTransfers, startLedger } from './support/ledgers';
import { watchReadModels } from './support/read-models';
import { profileStatements } from './support/statements';
import { describeBroker, startTopics, type Topics } from './support/topics';
import { messageOf } from './support/transfers';

/** Target. */
const TARGET_PER_SECOND = 10_000;
const TARGET_KAFKA_PER_SECOND = 6_000;
const TARGET_HOT_OF_COLD = 0.6;
/** Messages published at once. */
const PUBLISHED_AT_ONCE = 2_000;
/** A transfer that is final at once has two events: detected and confirmed. */
const EVENTS_A_TRANSFER = 2;
/** The asset of all transfers is recorded with the first of them. */
const EVENTS_OF_THE_ASSET = 1;
/** The share of transfers that warm up the processes before the measured time. */
const WARM_UP_SHARE = 0.1;

/** Transfers from the durable log to visible balances, in a ledger process. */
export const fold: Measurement = {
  name: 'fold',
  title: 'Transfers folded to visible balances',

  async run(bench) {
    const { purses } = bench.settings;
    const template = await ledgerWithPurses(bench, { customers: purses, purses });
    try {
      const cold = await foldBacklog(bench, template, COLD);
      const hot = await foldBacklog(bench, template, HOT);
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

/** The same with Kafka, whose broker shares the machine. */
export const foldKafka: Measurement = {
  name: 'fold-kafka',
  title: 'Transfers folded to visible balances, from Kafka',

  async run(bench) {
    const { purses } = bench.settings;
    const template = await ledgerWithPurses(bench, { customers: purses, purses });
    bench.progress.step('starting Kafka', 1, '');
    const topics = await startTopics();
    try {
      const target = TARGET_KAFKA_PER_SECOND;
      return [await foldBacklog(bench, template, { ...COLD, target, topics })];
    } finally {
      await topics.stop();
      await template.drop();
    }
  },
};

/** A backlog of transfers, in PostgreSQL unless topics are given. */
interface Backlog {
  readonly name: string;
  readonly isHot: boolean;
  readonly target: number | null;
  readonly topics?: Topics;
}

const COLD: Backlog = {
  name: 'cold: every purse equally often',
  isHot: false,
  target: TARGET_PER_SECOND,
};
const HOT: Backlog = { name: 'hot: 1 % of the purses take 50 %', isHot: true, target: null };

/** Everything is published before the ledger starts. Measures how fast it catches up. */
async function foldBacklog(
  bench: Bench,
  template: Database,
  { name, isHot, target, topics }: Backlog,
): Promise<Figure> {
  const { settings, server, progress } = bench;
  const { transfers, purses } = settings;
  const database = await createDatabase(server, template);
  try {
    const { reports } = planTransfers(transfers, purses, isHot, 'backlog');
    const publishing = progress.step('publishing transfers', transfers, 'transfers');
    await publish(await openLog(database, topics), reports.map(messageOf), publishing);
    await settle(server, database);

    const from = await headOf(database);
    const to = from + EVENTS_OF_THE_ASSET + transfers * EVENTS_A_TRANSFER;
    const ledger = await startLedger(database, ['consumer', 'projector'], settings, {
      ...(topics && { DAYBOOK_KAFKA_BROKERS: topics.brokers }),
    });
    const writeStatements = await profileStatements(server, settings);
    const folding = progress.step(isHot ? 'folding, hot' : 'folding, cold', transfers, 'transfers');
    let before = await costsSoFar(server, ledger.pid);
    let brokerBefore = 0;
    const passage = await watchReadModels(
      database,
      { from, to },
      (events) => folding(events / EVENTS_A_TRANSFER),
      async () => {
        before = await costsSoFar(server, ledger.pid);
        brokerBefore = topics?.cpuSeconds() ?? 0;
      },
    );
    const counted = passage.events / EVENTS_A_TRANSFER;
    const notes = topics ? [describeBroker(topics, brokerBefore, counted)] : [];
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
      name,
      value: counted / passage.seconds,
      unit: 'transfers/s',
      better: 'more',
      limit: {
        value: transfers / bareSeconds,
        what: `the same rows by bare SQL, ${groups.append} and ${groups.projection} events a commit`,
      },
      target,
      notes: [costs, ...notes],
    };
  } finally {
    await database.drop();
  }
}

/** The ledger is idle when publishing begins. Measures the end-to-end throughput. */
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
    const warm = from + EVENTS_OF_THE_ASSET + warmUp * EVENTS_A_TRANSFER;
    const warming = progress.step('warming up', warmUp, 'transfers');
    await Promise.all([
      publish(await openLog(database), messages.slice(0, warmUp), () => undefined),
      watchReadModels(database, { from, to: warm }, (n) => warming(n / EVENTS_A_TRANSFER)),
    ]);

    const before = await costsSoFar(server, ledger.pid);
    const to = warm + transfers * EVENTS_A_TRANSFER;
    const tick = progress.step('publishing and folding', transfers, 'transfers');
    const log = await openLog(database);
    const startedAt = performance.now();
    let publishedAfter = 0;
    await Promise.all([
      publish(log, messages.slice(warmUp), () => undefined).then(() => {
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

async function openLog(database: Database, topics?: Topics): Promise<DurableLog> {
  if (!topics) return new PostgresLog({ url: database.ownerUrl, applicationName: 'publisher' });
  return openKafka({
    brokers: topics.brokers,
    clientId: 'publisher',
    topics: TOPIC_SETTINGS,
    parkingUrl: database.url,
  });
}

/** Publishes everything and closes the log. */
async function publish(
  log: DurableLog,
  messages: Parameters<DurableLog['publish']>[1],
  tick: (done: number) => void,
): Promise<void> {
  try {
    for (let from = 0; from < messages.length; from += PUBLISHED_AT_ONCE) {
      await log.publish(TOPICS.transfer, messages.slice(from, from + PUBLISHED_AT_ONCE));
      tick(from);
    }
  } finally {
    await log.close();
  }
}

/** Fails if the ledger lost a transfer. */
async function checkReceipts(database: Database, expected: number): Promise<void> {
  const receipts = await withClient(database.ownerUrl, async (client) => {
    const { rows } = await client.query<{ receipts: string }>(
      'SELECT sum(receipts) AS receipts FROM ledger.figures',
    );
    return Number(rows[0]?.receipts);
  });
  if (receipts !== expected) throw new Error(`${receipts} of ${expected} transfers are visible.`);
}
