import { rebuild, rollBack } from '@daybook/audit';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { AUDITED } from '../src/operations/read-models';

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await createLedgerForTest();
});

afterAll(() => ledger.close());

/** Sends requests of every kind, one after the other, until `stop`, which returns those that failed. */
function traffic(name: string) {
  const failures: Reply[] = [];
  let [stopped, requests] = [false, 0];
  const ask = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const reply = await ledger.request(method, path, body === undefined ? {} : { body });
    requests += 1;
    if (reply.status >= 400) failures.push(reply);
    return reply;
  };
  const run = async () => {
    for (let n = 0; !stopped; n++) {
      const made = await ask('POST', '/v1/customers', {
        externalId: `${name}-${n}`,
        families: ['evm'],
      });
      const { id, position, purses } = made.body;
      await ask('GET', `/v1/customers/${id}?minPosition=${position}`);
      await ask('GET', `/v1/customers/${id}/balances`);
      await ask('GET', `/v1/customers/${id}/balances?asOf=${position}`);
      await ask('GET', `/v1/purses/${purses[0].id}/throughput`);
      await ask('GET', '/v1/replenishments');
      await ask('GET', '/v1/purses?limit=5');
    }
  };
  const ended = run();
  return {
    failures,
    requests: () => requests,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
}

describe('while requests are answered', () => {
  it('a rebuild, its swap and the way back let none of them fail', async () => {
    const callers = ['a', 'b', 'c'].map(traffic);
    const count = () => callers.reduce((sum, { requests }) => sum + requests(), 0);
    const options = {
      ...AUDITED,
      store: ledger.store,
      ownerUrl: ledger.databaseUrl,
      actor: 'test',
    };
    for (let round = 0; round < 2; round++) {
      const before = count();
      const { certificate } = await rebuild({ ...options, readModel: 'all' });
      expect(certificate).toMatchObject({ outcome: 'swapped', differences: 0 });
      await rollBack(options);
      await until(() => count() > before + 20);
    }
    await Promise.all(callers.map(({ stop }) => stop()));
    expect(callers.flatMap(({ failures }) => failures)).toEqual([]);
  });

  it('statements that were prepared before a swap read the new tables after it', async () => {
    const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
    await client.connect();
    const prepared = {
      name: 'prepared',
      text: `SELECT c.tableoid::text, count(*) OVER () AS customers FROM ledger.customer c
              JOIN ledger.purse p ON p.customer_id = c.id LIMIT 1`,
    };
    // More than five times, so that the server has settled for one plan.
    for (let n = 0; n < 8; n++) await client.query(prepared);
    const { rows: before } = await client.query(prepared);
    await rebuild({
      ...AUDITED,
      store: ledger.store,
      ownerUrl: ledger.databaseUrl,
      actor: 'test',
      readModel: 'all',
    });
    const { rows: after } = await client.query(prepared);
    expect(after[0].customers).toBe(before[0].customers);
    expect(after[0].tableoid).not.toBe(before[0].tableoid);
    await client.end();
  });
});
