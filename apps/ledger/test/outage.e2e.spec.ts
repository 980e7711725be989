import { type BreakableLine, breakableLine } from '../../../test/breakable-line';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

let ledger: TestLedger;
let line: BreakableLine;

beforeAll(async () => {
  ledger = await createLedgerForTest({
    route: async (databaseUrl) => {
      line = await breakableLine(databaseUrl);
      return line.url;
    },
  });
});
afterAll(async () => {
  await ledger.close();
  await line.close();
});

const create = (externalId: string) =>
  ledger.request('POST', '/v1/customers', {
    body: { externalId },
    headers: { 'idempotency-key': `key-${externalId}` },
  });

describe('while the database is away', () => {
  it('requests are answered with a retryable problem, and a repeated command takes effect once', async () => {
    await create('before');
    line.cut();
    const away = await Promise.all([create('ann'), create('ann'), create('bob')]);
    const reads = await Promise.all(
      ['/v1/customers', '/v1/events', '/v1/chains'].map((path) => ledger.request('GET', path)),
    );
    for (const { status, body, headers } of [...away, ...reads]) {
      expect(status).toBe(503);
      expect(['unavailable', 'outcome-unknown', 'timeout']).toContain(body.code);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      const lines = ledger.logged.filter(
        ({ requestId, msg }) => requestId === body.requestId && msg === 'request failed',
      );
      expect(lines).toHaveLength(1);
    }
    expect((await ledger.request('GET', '/livez')).status).toBe(200);
    const unready = await ledger.request('GET', '/readyz');
    expect(unready.body).toMatchObject({
      status: 503,
      code: 'not-ready',
      checks: { database: { status: 'failing' } },
    });
    line.mend();
    await until(async () => (await create('ann')).status === 201);
    expect((await ledger.request('GET', '/readyz')).body.status).toBe('ok');
    const again = await create('ann');
    expect(again.status).toBe(201);
    const history = await ledger.store.readStream(`customer-${again.body.id}`);
    expect(history.map(({ type }) => type)).toEqual(['CustomerCreated']);
    const list = `/v1/customers?externalId=ann&minPosition=${again.body.position}`;
    expect((await ledger.request('GET', list)).body.data).toHaveLength(1);
  });
});

describe('when the service stops', () => {
  it('answers what has reached it, then closes', async () => {
    const stopping = await createLedgerForTest();
    try {
      const before = await stopping.store.head();
      const body = (n: number) => ({ body: { externalId: `last-${n}` } });
      const underWay = Array.from({ length: 50 }, (_, n) =>
        stopping.request('POST', '/v1/customers', body(n)).then(
          ({ status }) => status,
          () => 'not accepted',
        ),
      );
      await until(async () => (await stopping.store.head()) > before);
      const closed = stopping.app.close();
      const answers = await Promise.all(underWay);
      await closed;
      // A connection that was not accepted yet may be refused; what was accepted is answered well.
      expect(answers).toContain(201);
      expect(answers.filter((answer) => answer !== 201 && answer !== 'not accepted')).toEqual([]);
      await expect(stopping.request('GET', '/livez')).rejects.toThrow();
    } finally {
      await stopping.close();
    }
  });
});
