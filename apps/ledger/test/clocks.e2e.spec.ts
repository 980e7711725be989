import { randomUUID } from 'node:crypto';
import { streamName } from '@daybook/domain';
import { createHealth, createMetrics, type Health } from '@daybook/platform';
import type { Registry } from 'prom-client';
import { anAppend, anEvent } from '../../../libs/event-store/testing/an';
import {
  type StandIn,
  startEventStoreDbStandIn,
} from '../../../libs/event-store/testing/eventstoredb-stand-in';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { moveDatabaseClock } from '../../../test/moved-clocks';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { Monitoring } from '../src/operations/monitoring';

const MINUTE_MS = 60_000;

let server: StandIn;
let ledger: TestLedger;
let health: Health;
let registry: Registry;

beforeAll(async () => {
  server = await startEventStoreDbStandIn();
  ledger = await createLedgerForTest({ env: { eventstoredbUrl: server.url } });
  const metrics = createMetrics('ledger');
  registry = metrics.registry;
  const monitoring = new Monitoring(metrics, () => ledger.app, 100);
  health = createHealth(monitoring.checks);
  monitoring.start();
  health.started();
});
afterAll(async () => {
  await ledger?.close();
  await server.stop();
});

/** How far `daybook_clock_ahead_seconds` says that a clock is ahead, in seconds. */
async function ahead(clock: 'database' | 'event-log'): Promise<number> {
  const line = new RegExp(`^daybook_clock_ahead_seconds\\{clock="${clock}".*\\} (\\S+)$`, 'm');
  return Number(line.exec(await registry.metrics())?.[1]);
}

async function readiness() {
  const { httpStatus, body } = await health.readyz();
  const { clocks = { status: 'unknown' } } = body.checks;
  return { httpStatus, status: body.status, clocks };
}

const WELL = { httpStatus: 200, status: 'ok', clocks: { status: 'ok' } };
const differing = (detail: RegExp) => ({
  ...{ httpStatus: 200, status: 'degraded' },
  clocks: { status: 'failing', detail: expect.stringMatching(detail) },
});

/** Appends an event that the engine records so long after its writer's time. */
async function append(aheadMs: number): Promise<void> {
  const writtenAt = new Date(Date.now() - aheadMs).toISOString();
  const [customerId, accountId] = [randomUUID(), DEFAULT_ACCOUNT_ID];
  const data = { accountId, externalId: customerId, description: null, createdAt: writtenAt };
  const event = anEvent({ type: 'CustomerCreated', data, metadata: { accountId, writtenAt } });
  const stream = streamName('customer', customerId);
  await ledger.store.append(anAppend({ stream, events: [event] }));
}

describe('the clocks of the ledger, its database and its event log', () => {
  it('show that they agree', async () => {
    await append(0);
    await until(async () => Math.abs(await ahead('event-log')) < 5);
    expect(Math.abs(await ahead('database'))).toBeLessThan(5);
    await until(async () => (await readiness()).status === 'ok');
    expect(await readiness()).toEqual(WELL);
  });

  it('show an event log five minutes ahead of a writer, and the end of it', async () => {
    await append(5 * MINUTE_MS);
    await until(async () => Math.round((await ahead('event-log')) / 60) === 5);
    await until(async () => (await readiness()).status === 'degraded');
    expect(await readiness()).toEqual(
      differing(/^The clock of the event log is 30\d s ahead of that of the writer/),
    );
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const { body } = await ledger.request('GET', '/v1/operations/status', { headers });
    expect(body.problems.join()).toContain('The clock of the event log is');
    expect(body.clocks.agree).toBe(false);
    await append(0);
    await until(async () => (await readiness()).status === 'ok');
    expect(await readiness()).toEqual(WELL);
  });

  it.each([2, -2])('show a database %s minutes ahead, and the end of it', async (minutes) => {
    await moveDatabaseClock(ledger.databaseUrl, minutes * MINUTE_MS);
    try {
      await until(async () => Math.round((await ahead('database')) / 60) === minutes);
      await until(async () => (await readiness()).clocks.status === 'failing');
      const way = minutes > 0 ? 'ahead of' : 'behind';
      const clock = new RegExp(`^The database's clock is 1[12]\\d s ${way}`);
      expect(await readiness()).toEqual(differing(clock));
    } finally {
      await moveDatabaseClock(ledger.databaseUrl, 0);
    }
    // What reacts to times may have read the moved clock, and looks at it again within half a minute.
    await until(async () => (await readiness()).clocks.status === 'ok');
    expect(Math.abs(await ahead('database'))).toBeLessThan(5);
  });
});
