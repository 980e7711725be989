import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

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
});
