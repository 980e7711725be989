import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { anAppend } from '../../testing/an';
import { freshLog, type LogDatabase } from '../../testing/postgres';
import { PostgresEventStore } from './postgres-event-store';
import { sessionConfig } from './session';

let log: LogDatabase;

beforeAll(async () => {
  log = await freshLog();
  // With the statistics of an almost empty table, the planner left to itself scans it.
  const store = new PostgresEventStore(log.url);
  await store.appendMany([anAppend(), anAppend(), anAppend()]);
  await store.close();
  await log.sql('VACUUM ANALYZE event_store.event');
});
afterAll(() => log.drop());

interface Scans {
  readonly seq: string;
  readonly position: string;
  readonly revision: string;
}

/** Statistics are written when a session ends, so the store must be closed. */
async function scans(): Promise<Scans> {
  const [row] = await log.sql<Scans>(`
    SELECT seq_scan AS seq,
      (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'event_pkey') AS position,
      (SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE 'event_stream_id%') AS revision
    FROM pg_stat_user_tables WHERE schemaname = 'event_store' AND relname = 'event'`);
  return row as Scans;
}

describe('the cost of the store', () => {
  it('does not grow with the log: nothing scans it', async () => {
    const before = await scans();
    const store = new PostgresEventStore(log.url);
    const requests = Array.from({ length: 10 }, () => anAppend());
    for (const request of requests) await store.append(request);
    await store.appendMany(requests);
    await store.appendMany(requests.map(({ stream }) => anAppend({ stream })));
    await store.readStreams(requests);
    await store.readStream(requests[0]?.stream ?? '');
    await store.readAll({ after: 2n, limit: 2 });
    await store.head();
    await store.close();
    const after = await scans();
    expect(after.seq).toBe(before.seq);
    expect(BigInt(after.position)).toBeGreaterThan(BigInt(before.position));
    expect(BigInt(after.revision)).toBeGreaterThan(BigInt(before.revision));
  });

  it('reads in index order, without sorting', async () => {
    const client = surviveErrors(new Client(sessionConfig(log.ownerUrl)));
    await client.connect();
    const notices: string[] = [];
    client.on('notice', ({ message }) => void notices.push(message ?? ''));
    await client.query(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0;
      SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice`);
    const store = new PostgresEventStore(log.ownerUrl);
    // The very statements of the store, on a session that explains itself.
    Object.assign(store, { pool: client });
    await store.readAll({ after: 0n, limit: 10 });
    await store.readStreams([{ stream: 'a', from: 1n }, { stream: 'b' }]);
    await store.head();
    const plans = notices.filter((notice) => notice.includes('event_store.event'));
    expect(plans).toHaveLength(3);
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan|Sort|Hash|Materialize|Bitmap|JIT/);
    expect(plans[0]).toMatch(/Index Scan using event_pkey/);
    expect(plans[1]).toMatch(/Index Scan using event_stream_id_revision_key/);
    expect(plans[2]).toMatch(/Index Only Scan Backward using event_pkey/);
    await store.close();
  });
});
