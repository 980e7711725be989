import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const send = (method: string, path: string, key: string, body: object) =>
  ledger.request(method, path, { body, headers: { 'idempotency-key': key } });
const create = (key: string, body: object) => send('POST', '/v1/customers', key, body);
const replayed = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed');

describe('a request that is repeated with its Idempotency-Key', () => {
  it('is answered as the first time, and takes effect once', async () => {
    const body = { externalId: 'ann', description: 'x', families: ['evm'] };
    const first = await create('k-1', body);
    expect([first.status, replayed(first)]).toEqual([201, null]);
    const head = await ledger.store.head();
    const second = await create('k-1', { families: ['evm'], description: 'x', externalId: 'ann' });
    expect([second.status, replayed(second)]).toEqual([201, 'true']);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.body).toEqual(first.body);
    expect(await ledger.store.head()).toBe(head);
  });

  it('is answered with the first result even after others changed the resource', async () => {
    const { body: customer } = await create('k-2', { externalId: 'bob', description: 'first' });
    const path = `/v1/customers/${customer.id}`;
    const update = await send('PATCH', path, 'k-3', { description: 'second' });
    await ledger.request('POST', `${path}/block`, { body: { reason: 'later' } });
    await ledger.request('PATCH', path, { body: { description: 'third' } });
    const repeat = await send('PATCH', path, 'k-3', { description: 'second' });
    expect(repeat.body).toEqual(update.body);
    expect(replayed(repeat)).toBe('true');
    const { body: now } = await ledger.request(
      'GET',
      `${path}?minPosition=${await ledger.store.head()}`,
    );
    expect(now).toMatchObject({ description: 'third', status: 'BLOCKED' });
  });

  it('takes effect once, also when all repeats arrive at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 32 }, () => create('k-4', { externalId: 'crowd' })),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(32).fill(201));
    expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const [first] = replies;
    expect(await ledger.store.readStream(`customer-${first?.body.id}`)).toHaveLength(1);
  });

  it('is another request for another account', async () => {
    const accountId = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
    const key = await ledger.issueKey({ scopes: ['read', 'write'], accountId });
    const own = await create('k-5', { externalId: 'own' });
    const other = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'theirs' },
      headers: { authorization: `Bearer ${key}`, 'idempotency-key': 'k-5' },
    });
    expect([own.status, other.status]).toEqual([201, 201]);
  });
});

describe('a request that changes nothing', () => {
  it('claims its key, and is answered as the first time after others changed the resource', async () => {
    const { body: customer } = await create('k-11', { externalId: 'same', description: 'first' });
    const again = await create('k-12', { externalId: 'same', description: 'first' });
    expect([again.status, replayed(again)]).toEqual([200, null]);
    await ledger.request('PATCH', `/v1/customers/${customer.id}`, { body: { description: 'new' } });
    const repeat = await create('k-12', { externalId: 'same', description: 'first' });
    expect([repeat.status, replayed(repeat)]).toEqual([200, 'true']);
    expect(repeat.body).toEqual(again.body);
    const other = await create('k-12', { externalId: 'another' });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency-key-reused']);
  });
});

it('keeps no body in the log, and nothing to try bodies with', async () => {
  await create('k-13', { externalId: 'secret-13' });
  const { events } = await ledger.store.readAll({ after: 0n, limit: 10_000, kinds: ['claim'] });
  expect(events.length).toBeGreaterThan(0);
  for (const { type, data, fingerprint } of events) {
    expect(fingerprint).toBeUndefined();
    if (type === 'IdempotencyKeyClaimed')
      expect(Object.keys(data)).toEqual(['commandId', 'request']);
  }
  expect(JSON.stringify(events.map(({ data, metadata }) => [data, metadata]))).not.toMatch(
    /secret-13|k-13/,
  );
});

describe('a key that is used for another request', () => {
  it('is refused, whatever differs', async () => {
    const key = 'reused';
    const first = await create(key, { externalId: key });
    const path = `/v1/customers/${first.body.id}`;
    const head = await ledger.store.head();
    const others = [
      await create(key, { externalId: `${key}-2` }),
      await create(key, { externalId: key, description: 'more' }),
      await send('POST', `${path}/purses`, key, { family: 'evm' }),
      await send('PATCH', path, key, { description: 'x' }),
      await send('POST', `${path}/block`, key, { reason: 'x' }),
    ];
    for (const reply of others) {
      expect([reply.status, reply.body.code]).toEqual([409, 'idempotency-key-reused']);
    }
    expect(await ledger.store.head()).toBe(head);
    expect((await create(key, { externalId: key })).body).toEqual(first.body);
  });

  it('lets exactly one of two requests through that race for it', async () => {
    const replies = await Promise.all(
      Array.from({ length: 16 }, (_, n) => create('k-8', { externalId: `racer-${n}` })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 409)).toHaveLength(15);
  });

  it('is free again when its request was refused, by its form or by the rules', async () => {
    expect((await create('k-9', { externalId: '' })).status).toBe(400);
    expect((await create('k-9', { externalId: 'mended' })).status).toBe(201);
    const nobody = '/v1/customers/00000000-0000-5000-8000-000000000000/block';
    expect((await send('POST', nobody, 'k-10', { reason: 'x' })).status).toBe(404);
    expect((await create('k-10', { externalId: 'mended-too' })).status).toBe(201);
  });
});

it.each(['', ' ', 'with space', 'ä', 'x'.repeat(256)])('%j is no key', async (key) => {
  const head = await ledger.store.head();
  const reply = await ledger.request('POST', '/v1/customers', {
    body: { externalId: 'never' },
    headers: { 'idempotency-key': Buffer.from(key).toString('latin1') },
  });
  expect([reply.status, reply.body.code]).toEqual([400, 'idempotency-key-invalid']);
  expect(await ledger.store.head()).toBe(head);
});

it('is not two keys', async () => {
  const headers: [string, string][] = [
    ['authorization', `Bearer ${ledger.apiKey}`],
    ['content-type', 'application/json'],
    ['idempotency-key', 'a'],
    ['idempotency-key', 'b'],
  ];
  const body = JSON.stringify({ externalId: 'never' });
  const response = await fetch(`${ledger.url}/v1/customers`, { method: 'POST', headers, body });
  expect(await response.json()).toMatchObject({ code: 'idempotency-key-invalid' });
});
