import { compare, replay } from '@daybook/audit';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { moveDatabaseClock } from '../../../test/moved-clocks';
import { AUDITED } from '../src/operations/read-models';

let ledger: TestLedger;
let customer: { id: string; position: string };
let purse: { id: string };

beforeAll(async () => {
  ledger = await createLedgerForTest();
  const body = { externalId: 'ann', families: ['evm'] };
  ({ body: customer } = await ledger.request('POST', '/v1/customers', { body }));
  [purse] = (customer as unknown as { purses: [{ id: string }] }).purses;
  await ledger.request('GET', `/v1/customers?minPosition=${customer.position}`);
});

afterAll(() => ledger.close());

const routes = () => [
  `/v1/customers/${customer.id}/balances`,
  `/v1/customers/${customer.id}/throughput`,
  `/v1/purses/${purse.id}/balances`,
  `/v1/purses/${purse.id}/throughput`,
  `/v1/purses/${purse.id}`,
];

describe('asOf', () => {
  it('answers with the position that the answer is of', async () => {
    const last = await ledger.store.head();
    const head = last.toString();
    const { events } = await ledger.store.readAll({ after: last - 1n, limit: 1 });
    const time = events[0]?.recordedAt as string;
    for (const route of routes().slice(0, 4)) {
      expect((await ledger.request('GET', `${route}?asOf=${head}`)).body).toMatchObject({
        asOf: head,
      });
      expect((await ledger.request('GET', `${route}?asOf=${time}`)).body).toMatchObject({
        asOf: head,
      });
      expect((await ledger.request('GET', route)).body).toMatchObject({ asOf: null });
    }
    const { body } = await ledger.request('GET', `/v1/purses/${purse.id}?asOf=${head}`);
    expect(body).toMatchObject({ id: purse.id, status: 'PENDING_PAYMENT' });
  });

  it.each([
    ['999999999', 422, 'as-of-in-future'],
    ['2999-01-01T00:00:00Z', 422, 'as-of-in-future'],
    ['0', 422, 'as-of-too-early'],
    ['1', 422, 'as-of-too-early'],
    ['1999-01-01T00:00:00Z', 422, 'as-of-too-early'],
    ['2026-02-31T00:00:00Z', 400, 'validation-failed'],
    ['yesterday', 400, 'validation-failed'],
    ['-1', 400, 'validation-failed'],
  ])('of %s is refused with %i %s', async (asOf, status, code) => {
    for (const route of routes()) {
      const reply = await ledger.request('GET', `${route}?asOf=${asOf}`);
      expect([reply.status, reply.body.code]).toEqual([status, code]);
    }
  });

  it('at the event of another account is a moment like any other, and shows nothing of theirs', async () => {
    const accountId = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
    const authorization = `Bearer ${await ledger.issueKey({ accountId, scopes: ['read', 'write'] })}`;
    const theirs = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'ann', families: ['evm'] },
      headers: { authorization },
    });
    const { position } = theirs.body;
    for (const route of routes().slice(0, 4)) {
      const { status, body } = await ledger.request('GET', `${route}?asOf=${position}`);
      expect([status, body.asOf, body.data]).toEqual([200, position, []]);
    }
    // Whether somebody else's customer was there at a moment is not told either.
    for (const asOf of [position, '1', customer.position]) {
      const route = `/v1/customers/${theirs.body.id}/balances?asOf=${asOf}`;
      const { status, body } = await ledger.request('GET', route);
      expect([status, body.code]).toEqual([404, 'customer-not-found']);
    }
  });

  it('between two events is the moment of the earlier one', async () => {
    const { body: bob } = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'bob', families: ['evm'] },
    });
    const { events } = await ledger.store.readAll({ after: 0n, limit: 1_000 });
    const first = events.find(({ stream }) => stream === `customer-${bob.id}`);
    const early = new Date(Date.parse(first?.recordedAt ?? '') - 1).toISOString();
    const before = await ledger.request('GET', `/v1/customers/${bob.id}/balances?asOf=${early}`);
    expect([before.status, before.body.code]).toEqual([422, 'as-of-too-early']);
    const route = `/v1/customers/${customer.id}/balances`;
    const { body } = await ledger.request('GET', `${route}?asOf=${early}`);
    const last = events.findLast(({ recordedAt }) => recordedAt <= early.replace('Z', '000Z'));
    expect(body.asOf).toBe(String(last?.position));
  });

  it('does not go with minPosition', async () => {
    for (const route of routes()) {
      const { status, body } = await ledger.request('GET', `${route}?asOf=1&minPosition=1`);
      expect([status, body.errors[0]]).toMatchObject([400, { pointer: 'asOf', code: 'one-of' }]);
    }
  });

  it('is answered as before after one event that the engine recorded a year ahead', async () => {
    const ahead = await withEngineAhead();
    const body = { externalId: 'carl', families: ['evm'] };
    const { body: carl } = await ledger.request('POST', '/v1/customers', { body });
    await ledger.request('GET', `/v1/customers?minPosition=${carl.position}`);
    // The engine keeps its times from running backwards, so what it records now is a year ahead, too.
    const { events } = await ledger.store.readAll({ after: BigInt(ahead) - 1n, limit: 100 });
    for (const { recordedAt } of events)
      expect(Date.parse(recordedAt)).toBeGreaterThan(Date.now() + YEAR_MS / 2);
    const now = new Date().toISOString();
    for (const [id, position] of [
      [customer.id, carl.position],
      [carl.id, carl.position],
    ]) {
      const reply = await ledger.request('GET', `/v1/customers/${id}/balances?asOf=${now}`);
      expect([reply.status, reply.body.asOf]).toEqual([200, position]);
    }
    const tables = () => sql('SELECT * FROM ledger.log_time ORDER BY recorded_at');
    const before = await tables();
    const { store, databaseUrl } = ledger;
    const { differences, violations } = await compare({ ...AUDITED, store, liveUrl: databaseUrl });
    expect([differences, violations]).toEqual([[], []]);
    const year = await replay({ ...AUDITED, store, databaseUrl, to: { time: now } });
    expect([year.position, year.exitCode]).toEqual([BigInt(carl.position), 0]);
    expect(await tables()).toEqual(before);
  });
});

const YEAR_MS = 365 * 24 * 3_600_000;

async function sql(text: string): Promise<unknown[]> {
  const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  return (await client.query(text).finally(() => client.end())).rows;
}

/** Has the engine record one event while its clock is a year ahead. Answers with the position of the event. */
async function withEngineAhead(): Promise<string> {
  const move = (ms: number) => moveDatabaseClock(ledger.databaseUrl, ms);
  await move(YEAR_MS);
  const body = { externalId: 'from-the-future', families: ['evm'] };
  const { body: created } = await ledger.request('POST', '/v1/customers', { body });
  await move(0);
  return created.position;
}
