import type { DataSource } from 'typeorm';
import { anAppend, anEvent } from '../../../../libs/event-store/testing/an';
import { InMemoryEventStore } from '../../../../libs/event-store/testing/in-memory-event-store';
import { copyOf, type TestDatabase } from '../../../../test/dependencies';
import { moveDatabaseClock } from '../../../../test/moved-clocks';
import { migrate } from '../migrate';
import { ledgerDataSource } from '../runtime/data-source';
import { readClocks } from './clocks';
import { differingClocks } from './problems';

const MINUTE_MS = 60_000;
/** The event log is not in PostgreSQL. */
const OTHER_ENGINE = { eventstoredbUrl: 'esdb://localhost' };
const AGREED = { clocksAgree: true, clockDifferenceMs: 0 };

let database: TestDatabase;
let dataSource: DataSource;
let store: InMemoryEventStore;

beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  dataSource = await ledgerDataSource(database.url).initialize();
});
beforeEach(() => {
  store = new InMemoryEventStore();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Appends an event whose writer's clock is so far behind the engine's. */
async function append(aheadMs: number): Promise<void> {
  const writtenAt = new Date(Date.now() - aheadMs).toISOString();
  await store.append(anAppend({ events: [anEvent({ metadata: { writtenAt } })] }));
}

describe('the clocks', () => {
  it('agree on one machine, and where the log is in PostgreSQL there is none besides', async () => {
    await append(0);
    for (const env of [{}, OTHER_ENGINE]) {
      const clocks = await readClocks(env, store, dataSource);
      expect([clocks.agree, differingClocks(clocks, AGREED)]).toEqual([true, []]);
    }
    expect((await readClocks({}, store, dataSource)).eventLogAheadMs).toBeNull();
  });

  it('are not known of an engine without events, or with those of an early version', async () => {
    expect((await readClocks(OTHER_ENGINE, store, dataSource)).eventLogAheadMs).toBeNull();
    await store.append(anAppend());
    expect((await readClocks(OTHER_ENGINE, store, dataSource)).eventLogAheadMs).toBeNull();
  });

  it('differ when the engine recorded the last event long after its writer, until it does not again', async () => {
    await append(0);
    await append(5 * MINUTE_MS);
    const clocks = await readClocks(OTHER_ENGINE, store, dataSource);
    expect(Math.round((clocks.eventLogAheadMs ?? 0) / MINUTE_MS)).toBe(5);
    expect(clocks.agree).toBe(false);
    expect(differingClocks(clocks, AGREED)).toEqual([
      expect.stringMatching(/^The clock of the event log is 300 s ahead of that of the writer/),
    ]);
    await append(-5 * MINUTE_MS);
    const behind = await readClocks(OTHER_ENGINE, store, dataSource);
    expect(differingClocks(behind, AGREED)[0]).toContain('300 s behind');
    await append(0);
    expect((await readClocks(OTHER_ENGINE, store, dataSource)).agree).toBe(true);
  });

  it("differ when the database's is another, which is said once", async () => {
    await moveDatabaseClock(database.url, 2 * MINUTE_MS);
    const clocks = await readClocks({}, store, dataSource);
    await moveDatabaseClock(database.url, 0);
    expect(Math.round(clocks.databaseAheadMs / MINUTE_MS)).toBe(2);
    expect(clocks.agree).toBe(false);
    expect(differingClocks(clocks, AGREED)).toEqual([
      "The database's clock is 120 s ahead of that of this ledger.",
    ]);
    expect(differingClocks(clocks, { clocksAgree: false, clockDifferenceMs: 120_000 })).toEqual([]);
  });
});
