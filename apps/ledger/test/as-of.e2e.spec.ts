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
    const head = (await ledger.store.head()).toString();
    const time = new Date().toISOString();
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

  it('does not go with minPosition', async () => {
    for (const route of routes()) {
      const { status, body } = await ledger.request('GET', `${route}?asOf=1&minPosition=1`);
      expect([status, body.errors[0]]).toMatchObject([400, { pointer: 'asOf', code: 'one-of' }]);
    }
  });
});
