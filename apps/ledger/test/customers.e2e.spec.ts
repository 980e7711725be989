import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const create = (body: object) => ledger.request('POST', '/v1/customers', { body });
const read = (path: string, position: string) =>
  ledger.request('GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`);

describe('a customer', () => {
  it('is created with purses in one call, and returned afterwards', async () => {
    const first = await create({ externalId: 'ann', description: 'first', families: ['evm'] });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/customers/${first.body.id}`);
    expect(first.body).toMatchObject({
      externalId: 'ann',
      description: 'first',
      status: 'ACTIVE',
      position: expect.stringMatching(/^\d+$/),
      purses: [{ family: 'evm', customerId: first.body.id, status: 'PENDING_PAYMENT' }],
    });
    const again = await create({ externalId: 'ann', description: 'other', families: ['evm'] });
    expect(again.status).toBe(200);
    expect(again.headers.get('location')).toBeNull();
    expect(again.body).toEqual(first.body);
  });

  it('is one customer, whatever number of requests create it at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 100 }, () => create({ externalId: 'crowd' })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(99);
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    const { id, position } = replies[0]?.body ?? {};
    const history = await ledger.store.readStream(`customer-${id}`);
    expect(history.map(({ type }) => type)).toEqual(['CustomerCreated']);
    const list = await read('/v1/customers?externalId=crowd', position);
    expect(list.body.data).toHaveLength(1);
  });

  it('can be read after its own position', async () => {
    const { body } = await create({ externalId: 'bob' });
    const { purses: _, position, ...customer } = body;
    expect((await read(`/v1/customers/${body.id}`, position)).body).toEqual(customer);
  });

  it('changes its description, and loses it', async () => {
    const { body } = await create({ externalId: 'carol', description: 'old' });
    const path = `/v1/customers/${body.id}`;
    const changed = await ledger.request('PATCH', path, { body: { description: 'new' } });
    expect([changed.status, changed.body.description]).toEqual([200, 'new']);
    const gone = await ledger.request('PATCH', path, { body: { description: null } });
    expect([gone.status, gone.body.description]).toEqual([200, null]);
    expect((await read(path, gone.body.position)).body.description).toBeNull();
  });

  it('is blocked and unblocked with a reason, and keeps its purses', async () => {
    const { body } = await create({ externalId: 'dave', families: ['evm'] });
    const path = `/v1/customers/${body.id}`;
    const reason = { body: { reason: 'case 7' } };
    const blocked = await ledger.request('POST', `${path}/block`, reason);
    expect([blocked.status, blocked.body.status]).toEqual([200, 'BLOCKED']);
    const repeated = await ledger.request('POST', `${path}/block`, reason);
    expect(repeated.body).toEqual(blocked.body);
    const purses = await read(`${path}/purses`, blocked.body.position);
    expect(purses.body.data).toEqual(body.purses);
    const list = await read('/v1/customers?status=BLOCKED', blocked.body.position);
    expect(list.body.data.map(({ id }: { id: string }) => id)).toContain(body.id);
    const unblocked = await ledger.request('POST', `${path}/unblock`, reason);
    expect(unblocked.body.status).toBe('ACTIVE');
    const reasons = await ledger.store.readStream(`customer-${body.id}`);
    expect(reasons.slice(1).map(({ type, data }) => [type, data.reason])).toEqual([
      ['CustomerBlocked', 'case 7'],
      ['CustomerUnblocked', 'case 7'],
    ]);
  });

  it('gets an address of each family in one call', async () => {
    const { status, body } = await create({ externalId: 'eve', families: ['evm', 'tron'] });
    expect(status).toBe(201);
    expect(body.purses).toMatchObject([
      { family: 'evm', address: expect.stringMatching(/^0x[0-9a-fA-F]{40}$/) },
      { family: 'tron', address: expect.stringMatching(/^T[1-9A-HJ-NP-Za-km-z]{33}$/) },
    ]);
    const [, tron] = body.purses;
    const found = await read(`/v1/purses?address=${tron.address}`, body.position);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([tron.id]);
  });
});

describe('a purse', () => {
  const mint = (customerId: string, body: object) =>
    ledger.request('POST', `/v1/customers/${customerId}/purses`, { body });

  it('is one purse with one address, whatever number of requests mint it at once', async () => {
    const { body: customer } = await create({ externalId: 'frank' });
    const replies = await Promise.all(
      Array.from({ length: 64 }, () => mint(customer.id, { family: 'evm' })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(63);
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(new Set(replies.map(({ body }) => body.address)).size).toBe(1);
    const { id, position } = replies[0]?.body ?? {};
    const history = await ledger.store.readStream(`purse-${id}`);
    expect(history.map(({ type }) => type)).toEqual(['PurseMinted']);
    expect((await read(`/v1/customers/${customer.id}/purses`, position)).body.data).toHaveLength(1);
  });

  it('differs from every other, and is found by its address in any letter case', async () => {
    const [{ body: grace }, { body: heidi }] = await Promise.all([
      create({ externalId: 'grace', families: ['evm'] }),
      create({ externalId: 'heidi', families: ['evm'] }),
    ]);
    const [purse] = grace.purses;
    expect(purse.address).toMatch(/^0x[0-9a-fA-F]{40}$/);
    expect(purse.address).not.toBe(heidi.purses[0].address);
    const digits = purse.address.slice(2);
    for (const address of [
      purse.address,
      `0x${digits.toLowerCase()}`,
      `0x${digits.toUpperCase()}`,
    ]) {
      const list = await read(`/v1/purses?address=${address}`, grace.position);
      expect(list.body.data).toEqual([purse]);
    }
    const flipped = purse.address.replace(/[a-fA-F]/, (letter: string) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    const wrong = await ledger.request('GET', `/v1/purses?address=${flipped}`);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid-address']);
    expect(wrong.body.detail).toMatch(/0x and 40 hex.* T and 33 letters.* or 41 and 40 hex/);
  });

  it('can be asked for by currency, and carries the order id', async () => {
    const { body: customer } = await create({ externalId: 'ivan' });
    const body = { currency: 'USDT_ETH', outsideOrderId: 'order 7/ä' };
    const minted = await mint(customer.id, body);
    expect([minted.status, minted.body.family]).toEqual([201, 'evm']);
    expect(minted.headers.get('location')).toBe(`/v1/purses/${minted.body.id}`);
    expect(minted.body.outsideOrderId).toBe('order 7/ä');
    const { position, ...purse } = minted.body;
    expect((await read(`/v1/purses/${minted.body.id}`, position)).body).toEqual(purse);
    const unknown = await mint(customer.id, { currency: 'DOGE' });
    expect([unknown.status, unknown.body.code]).toEqual([422, 'asset-unknown']);
  });

  it('is refused for an unknown customer', async () => {
    const missing = await mint('0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52', { family: 'evm' });
    expect([missing.status, missing.body.code]).toEqual([404, 'customer-not-found']);
  });
});
