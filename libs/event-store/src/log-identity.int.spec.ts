import { until } from '../../../test/dependencies';
import { anAppend } from '../testing/an';
import { checkOf, readerAt } from '../testing/event-store.identity';
import { startEventStoreDbStandIn } from '../testing/eventstoredb-stand-in';
import { freshLog } from '../testing/postgres';
import { rejection, SUITE_KINDS } from '../testing/store-under-test';
import type { ReaderPlace } from './check-log';
import { type EventStore, type LogCheck, WrongLog } from './event-store';
import { openEventStoreDb } from './eventstoredb/open';
import { PostgresEventStore } from './postgres/postgres-event-store';

const BEYOND_ANY = 2n ** 60n;

const SESSIONS = `
  SELECT pid FROM pg_stat_activity
  WHERE application_name = 'daybook-event-store' AND datname = current_database()`;

/** A check that is counted. */
function counted(check: LogCheck) {
  const counts = { checks: 0 };
  const counting: LogCheck = (source) => {
    counts.checks += 1;
    return check(source);
  };
  return { counts, counting };
}

async function appends(store: EventStore): Promise<boolean> {
  const [result] = await store.appendMany([anAppend()]);
  return result !== undefined && 'outcome' in result;
}

describe('a server that comes back', () => {
  it('(EventStoreDB) with another log is refused before the first append, and taken again with the right one', async () => {
    const [right, wrong] = [await startEventStoreDbStandIn(), await startEventStoreDbStandIn()];
    const { port } = right;
    await wrong.halt();
    const store = await openEventStoreDb({ url: right.url, kinds: SUITE_KINDS });
    let readers: readonly ReaderPlace[] = [];
    await store.checkWith(checkOf(() => readers));
    const { stream } = anAppend();
    await store.append(anAppend({ stream }));
    const [last] = await store.readStream(stream);
    readers = [readerAt(store, last ?? null)];

    await right.halt();
    const other = await startEventStoreDbStandIn({ port });
    await until(async () => {
      const [result] = await store.appendMany([anAppend()]);
      expect(result).not.toMatchObject({ outcome: expect.anything() });
      return result instanceof WrongLog;
    });
    expect(await store.head()).toBe(0n);
    await other.stop();
    await right.start();
    await until(() => appends(store));
    await store.close();
    await right.stop();
  });

  it('(PostgreSQL) is asked for its log before the first append', async () => {
    const log = await freshLog();
    const store = new PostgresEventStore(log.url);
    let readers: readonly ReaderPlace[] = [];
    const { counts, counting } = counted(checkOf(() => readers));
    await store.checkWith(counting);
    expect(await appends(store)).toBe(true);
    expect(await appends(store)).toBe(true);
    expect(counts.checks).toBe(1);
    readers = [readerAt(store, null, { position: BEYOND_ANY })];
    const sessions = await log.sql<{ pid: number }>(SESSIONS);
    const pids = sessions.map(({ pid }) => pid);
    await log.sql('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
    const left = 'SELECT FROM pg_stat_activity WHERE pid = ANY ($1::int[])';
    await until(async () => (await log.sql(left, [pids])).length === 0);
    await until(async () => {
      const error = await rejection(store.append(anAppend())).catch(() => 'appended');
      expect(error).not.toBe('appended');
      return error instanceof WrongLog;
    });
    readers = [];
    await until(() => appends(store));
    await store.close();
    await log.drop();
  });
});
