import { purseXpubs } from '@daybook/chains';
import { branchesAt, idOf, STREAM_KINDS } from '@daybook/domain';
import {
  type EventStore,
  eventsOf,
  openEventStoreDb,
  PostgresEventStore,
} from '@daybook/event-store';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { DataSource } from 'typeorm';
import { startEventStoreDbStandIn } from '../../../../libs/event-store/testing/eventstoredb-stand-in';
import { freshDatabase, type TestDatabase, until } from '../../../../test/dependencies';
import { moveDatabaseClock } from '../../../../test/moved-clocks';
import { migrate } from '../migrate';
import { startProjector } from '../projections/projector';
import { ledgerDataSource } from '../runtime/data-source';
import { addressBranchesProjection } from './address-branches.projection';
import { openBranch } from './open-branch';
import { PurseAddresses } from './purse-addresses';

const MINUTE_MS = 60_000;
const XPUBS = purseXpubs({ evm: undefined, tron: undefined }, []);

/** A log and its read models. */
interface Installation {
  readonly database: TestDatabase;
  readonly dataSource: DataSource;
  readonly store: EventStore;
}

const installations: Installation[] = [];

async function install(template?: string): Promise<Installation> {
  const database = await freshDatabase(template);
  await migrate(database.url, 'postgres');
  const dataSource = await ledgerDataSource(database.url).initialize();
  const store = new PostgresEventStore(database.url);
  const installation = { database, dataSource, store };
  installations.push(installation);
  return installation;
}

/** Ends a process and all that it holds open, so that its database can be copied. */
async function stop({ store, dataSource }: Installation): Promise<void> {
  await store.close();
  if (dataSource.isInitialized) await dataSource.destroy();
}

const nameOf = ({ database }: Installation) => new URL(database.url).pathname.slice(1);

afterEach(async () => {
  for (const installation of installations.splice(0)) {
    await stop(installation);
    await installation.database.drop();
  }
});

const open = ({ store, dataSource }: Installation) => openBranch(store, dataSource);

/** A process that mints: the paths of the first few addresses that it gives. */
async function pathsOf(installation: Installation, count = 3): Promise<string[]> {
  const addresses = new PurseAddresses(XPUBS, () => open(installation));
  const given = await Promise.all(Array.from({ length: count }, () => addresses.next('evm')));
  return given.map(({ derivation: { branch, index } }) => `${branch}/${index}`);
}

async function project({ store, dataSource }: Installation): Promise<void> {
  const projector = startProjector(store, dataSource, [addressBranchesProjection]);
  const head = await store.head();
  await until(async () => projector.status().position >= head, {
    ...{ timeoutMs: 10_000, description: 'The read model' },
  });
  await projector.stop();
}

describe('a branch of the xpubs', () => {
  it('is opened by one process only, however many open one at once', async () => {
    const installation = await install();
    const branches = await Promise.all(Array.from({ length: 20 }, () => open(installation)));
    expect(new Set(branches).size).toBe(20);
    const recorded: number[] = [];
    for await (const { events } of eventsOf(installation.store, ['branch'])) {
      recorded.push(...events.map(({ stream }) => Number(idOf(stream))));
    }
    expect(recorded.sort((a, b) => a - b)).toEqual(branches.sort((a, b) => a - b));
  });

  it('counts its addresses from 0, and is asked for once', async () => {
    const installation = await install();
    const paths = await pathsOf(installation);
    const [branch] = (paths[0] as string).split('/');
    expect(paths).toEqual([`${branch}/0`, `${branch}/1`, `${branch}/2`]);
    const minute = Math.floor(Date.now() / MINUTE_MS);
    expect(Math.floor(Number(branch) / 8) - minute).toBeGreaterThanOrEqual(-1);
  });

  it('is above those that only the log knows, and those that only the read models know', async () => {
    const installation = await install();
    await moveDatabaseClock(installation.database.url, 60 * MINUTE_MS);
    const first = await open(installation);
    await moveDatabaseClock(installation.database.url, 0);
    const second = await open(installation);
    expect(second).toBeGreaterThan(first);
    await project(installation);
    const later = second + 1_000;
    await installation.dataSource.query(
      'INSERT INTO ledger.address_branch (branch, opened_at, position) VALUES ($1, now(), 0)',
      [later],
    );
    expect(await open(installation)).toBeGreaterThan(later);
  });

  it('is another one in each copy of a database that goes on, minutes apart', async () => {
    const original = await install();
    const before = await pathsOf(original);
    await stop(original);
    const [one, other] = [await install(nameOf(original)), await install(nameOf(original))];
    await moveDatabaseClock(other.database.url, 2 * MINUTE_MS);
    const given = [...before, ...(await pathsOf(one)), ...(await pathsOf(other))];
    expect(new Set(given).size).toBe(given.length);
  });

  it('is a later one where a backup is put back, and repeats nothing of what was given since', async () => {
    const original = await install();
    const before = await pathsOf(original);
    await stop(original);
    const backup = await install(nameOf(original));
    await stop(backup);
    const goingOn = await install(nameOf(original));
    const given = [...before, ...(await pathsOf(goingOn)), ...(await pathsOf(goingOn))];
    const restored = await install(nameOf(backup));
    await moveDatabaseClock(restored.database.url, 60 * MINUTE_MS);
    given.push(...(await pathsOf(restored)));
    expect(new Set(given).size).toBe(given.length);
  });

  it('is another one where a backup is put back after the clock of the database was ahead', async () => {
    const original = await install();
    await moveDatabaseClock(original.database.url, 1_000 * 60 * MINUTE_MS);
    const before = await pathsOf(original);
    await moveDatabaseClock(original.database.url, 0);
    await stop(original);
    const backup = await install(nameOf(original));
    await stop(backup);
    const goingOn = await install(nameOf(original));
    const given = [...before, ...(await pathsOf(goingOn)), ...(await pathsOf(goingOn))];
    const restored = await install(nameOf(backup));
    given.push(...(await pathsOf(restored)));
    expect(new Set(given).size).toBe(given.length);
  });

  it('is none whose stream was deleted, though neither log nor read models know of it any more', async () => {
    const { dataSource } = await install();
    const server = await startEventStoreDbStandIn();
    const store = await openEventStoreDb({ url: server.url, kinds: STREAM_KINDS });
    const administrator = EventStoreDBClient.connectionString(server.url);
    try {
      const { first } = branchesAt(Date.now());
      const { last } = branchesAt(Date.now() + MINUTE_MS);
      for (let branch = first; branch <= last; branch++) {
        await administrator.tombstoneStream(`${store.streamPrefix}branch-${branch}`);
      }
      expect(await openBranch(store, dataSource)).toBeGreaterThan(last);
    } finally {
      await Promise.all([store.close(), administrator.dispose()]);
      await server.stop();
    }
  });

  it('is above all of a log whose read models are lost', async () => {
    const original = await install();
    const before = await pathsOf(original);
    await project(original);
    await original.dataSource.query(
      'TRUNCATE ledger.address_branch; UPDATE ledger.checkpoint SET position = 0',
    );
    await moveDatabaseClock(original.database.url, -60 * MINUTE_MS);
    const [first] = await pathsOf(original);
    expect(Number(first?.split('/')[0])).toBeGreaterThan(Number(before[0]?.split('/')[0]));
  });
});
