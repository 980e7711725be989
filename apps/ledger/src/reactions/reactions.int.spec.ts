import { PostgresEventStore } from '@daybook/event-store';
import { PostgresLog } from '@daybook/messaging';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { anAppend, anEvent } from '../../../../libs/event-store/testing/an';
import { copyOf, type TestDatabase, until } from '../../../../test/dependencies';
import { moveDatabaseClock } from '../../../../test/moved-clocks';
import { LedgerEnv } from '../ledger.env';
import { migrate } from '../migrate';
import { BackgroundWork } from '../runtime/background-work';
import { ledgerDataSource } from '../runtime/data-source';
import { Databases } from '../runtime/databases';
import type { Lease } from './due-times';
import { GetReactionsHandler, type ReactionState } from './get-reactions';
import { type Reaction, Reactions } from './reactions';

const HOUR_MS = 3_600_000;
const realNow = Date.now;
const PAST = '2020-01-01T00:00:00.000Z';

let database: TestDatabase;
let dataSource: DataSource;
let works: BackgroundWork[];

beforeEach(async () => {
  works = [];
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  dataSource = await ledgerDataSource(database.url).initialize();
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const work of works) await work.onApplicationShutdown();
  await dataSource.destroy();
  await database.drop();
});

/** Starts what one process of the ledger runs: its own connections, and this reaction. */
async function startProcess(reaction: Partial<Reaction<'purse'>>): Promise<Reactions> {
  const env = Object.assign(new LedgerEnv(), { databaseUrl: database.url });
  const store = new PostgresEventStore(database.url);
  const log = new PostgresLog({ url: database.url });
  const own = await ledgerDataSource(database.url).initialize();
  const work = new BackgroundWork(env, store, log, Databases.of(own));
  works.push(work);
  const reactions = new Reactions(work, store);
  reactions.register({
    name: 'test',
    kinds: ['purse'],
    schedule: async () => undefined,
    act: async () => null,
    ...reaction,
  });
  await work.onApplicationBootstrap();
  return reactions;
}

const state = async (): Promise<ReactionState> => {
  const { reactions } = await new GetReactionsHandler(dataSource).execute();
  return reactions[0] as ReactionState;
};
const rows = async (): Promise<{ key: string; attempts: number; lease: string | null }[]> =>
  dataSource.query('SELECT key, attempts, lease FROM ledger.due ORDER BY key');
const keys = (count: number) => Array.from({ length: count }, (_, i) => `row-${i}`);
const due = (...of: string[]) => of.map((key) => ({ key, dueAt: PAST }));

/** Moves both clocks together. */
async function moveBothClocks(ms: number): Promise<void> {
  await moveDatabaseClock(database.url, ms);
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ms);
}

it('acts once on each row that is due, however many processes share them', async () => {
  const acted: string[] = [];
  const act: Reaction<'purse'>['act'] = async ({ key }) => {
    acted.push(key);
    return null;
  };
  const reactions = await startProcess({ act });
  await startProcess({ act });
  await reactions.dueTimes('test').set([...due(...keys(200)), { key: 'resting', dueAt: null }]);
  await until(async () => (await rows()).length === 1);
  expect(acted).toHaveLength(200);
  expect(new Set(acted)).toEqual(new Set(keys(200)));
});

it('writes due times of the kinds of events that it is for, with how far it has read', async () => {
  await startProcess({
    schedule: async (batch, dueTimes) =>
      dueTimes.set(batch.map(({ recorded }) => ({ key: recorded.stream, dueAt: '2999-01-01' }))),
  });
  const event = anEvent({ type: 'PurseRestored', data: {} });
  for (const stream of ['purse-1', 'customer-1', 'purse-2']) {
    await works[0]?.store.append(
      anAppend({ stream, events: [anEvent({ ...event, id: anEvent().id })] }),
    );
  }
  await until(async () => (await rows()).length === 2);
  expect((await rows()).map(({ key }) => key)).toEqual(['purse-1', 'purse-2']);
  const reached = async () => {
    const [row] = await dataSource.query(
      `SELECT position FROM ledger.checkpoint WHERE name = 'reaction:test'`,
    );
    return row.position === '3';
  };
  await until(reached);
});

it('acts again at the time that it set, and reports what a row waits for', async () => {
  let looks = 0;
  const again = new Date(Date.now() + HOUR_MS).toISOString();
  const reactions = await startProcess({
    act: async () => {
      looks += 1;
      return looks === 1 ? { dueAt: again, because: 'A chain is silent.' } : null;
    },
  });
  await reactions.dueTimes('test').set(due('row'));
  await until(async () => (await state()).notes.length === 1);
  expect(await state()).toMatchObject({
    name: 'test',
    nextDueAt: new Date(again),
    overdue: 0,
    notes: [{ note: 'A chain is silent.', isError: false, rows: 1 }],
  });
  await moveBothClocks(HOUR_MS);
  await until(async () => (await rows()).length === 0);
  expect(looks).toBe(2);
});

it('retries what failed with back-off and never drops it', async () => {
  let tries = 0;
  const reactions = await startProcess({
    act: async () => {
      tries += 1;
      if (tries < 3) throw new Error('The chain is on fire.');
      return null;
    },
  });
  await reactions.dueTimes('test').set(due('row'));
  for (const attempts of [1, 2]) {
    await until(async () => (await rows())[0]?.attempts === attempts);
    expect((await state()).notes).toEqual([
      { note: 'The chain is on fire.', isError: true, rows: 1 },
    ]);
    await moveBothClocks(attempts * HOUR_MS);
  }
  await until(async () => (await rows()).length === 0);
  expect(tries).toBe(3);
});

it('takes over from a process that crashed, whose late result has no effect', async () => {
  const acted: string[] = [];
  const reactions = await startProcess({
    act: async ({ key }) => {
      acted.push(key);
      return { dueAt: '2999-01-01' };
    },
  });
  // The row of a process that claimed it and crashed.
  const [lease] = await dataSource.query<[Lease]>(
    `INSERT INTO ledger.due (reaction, key, due_at, lease)
     VALUES ('test', 'left', ledger.clock() + interval '1 minute', gen_random_uuid())
     RETURNING key, lease, data, attempts`,
  );
  await reactions.dueTimes('test').set(due('free'));
  await until(() => acted.length > 0);
  expect(acted).toEqual(['free']);
  await moveBothClocks(HOUR_MS);
  await until(async () => acted.length === 2 && (await rows()).every((row) => row.lease === null));
  expect(acted).toEqual(['free', 'left']);
  await reactions.dueTimes('test').finish(lease, null);
  expect((await rows()).map(({ key }) => key)).toEqual(['free', 'left']);
});

it('acts again on a row whose due time was set while it was acted on', async () => {
  let looks = 0;
  const reactions = await startProcess({
    act: async ({ key }) => {
      looks += 1;
      if (looks === 1) await reactions.dueTimes('test').set([{ key, dueAt: '2999-01-01' }]);
      return null;
    },
  });
  await reactions.dueTimes('test').set(due('row'));
  await until(() => looks === 1);
  // Never later than the lease would have ended.
  await moveBothClocks(HOUR_MS);
  await until(async () => (await rows()).length === 0);
  expect(looks).toBe(2);
});

it('does nothing while the clocks of database and process differ by a minute', async () => {
  const acted: string[] = [];
  const reactions = await startProcess({
    act: async ({ key }) => {
      acted.push(key);
      return null;
    },
  });
  const logged = jest.spyOn(Logger.prototype, 'error');
  await moveDatabaseClock(database.url, 60_500);
  await until(() => JSON.stringify(logged.mock.calls).includes('clocks differ'));
  await reactions.dueTimes('test').set(due('row'));
  const report = await new GetReactionsHandler(dataSource).execute();
  expect(report).toMatchObject({ clocksAgree: false, reactions: [{ overdue: 1 }] });
  expect(report.clockDifferenceMs).toBeGreaterThan(60_000);
  await moveDatabaseClock(database.url, 59_000);
  const said = jest.spyOn(Logger.prototype, 'log');
  await until(() => JSON.stringify(said.mock.calls).includes('clocks agree again'));
  await until(async () => (await rows()).length === 0);
  expect(acted).toEqual(['row']);
});

it('reports the clock of the process that acts, until it is right or has not been heard of', async () => {
  const agree = async () => (await new GetReactionsHandler(dataSource).execute()).clocksAgree;
  await startProcess({});
  expect(await agree()).toBe(true);
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + HOUR_MS);
  await until(async () => !(await agree()));
  await works.pop()?.onApplicationShutdown();
  jest.restoreAllMocks();

  // A second process, whose clock is right, acts and does not hide the wrong one.
  const right = await startProcess({});
  await right.dueTimes('test').set(due('row'));
  await until(async () => (await rows()).length === 0);
  expect(await agree()).toBe(false);
  await moveBothClocks(31_000);
  await until(agree);
});
