import { uuid5 } from '@daybook/event-store';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID, unkeyedCustomerIdOf } from '../src/edge/identity';
import { DEVELOPMENT_KEYS, newKeyring } from '../src/keyring.env';

const AT = '2025-01-02T03:04:05.678Z';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const create = (body: object) => ledger.request('POST', '/v1/customers', { body });
const read = (path: string, position: string) =>
  ledger.request('GET', `${path}${path.includes('?') ? '&' : '?'}minPosition=${position}`);

/** The customer's events as the feed has them. */
async function eventsOf(id: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const found = [];
  for (let after: string | null = '0'; after !== null; ) {
    const { body } = await ledger.request('GET', `/v1/events?after=${after}&limit=100`);
    found.push(...body.data.filter(({ subject }: Event) => subject === `customer/${id}`));
    after = body.nextCursor;
  }
  return found;
}

interface Event {
  readonly subject: string;
}

/** Everything in the database as text, without what PostgreSQL has not yet cleaned up. */
async function dump(): Promise<string> {
  const client = new Client({ connectionString: ledger.databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
      WHERE relkind = 'r' AND nspname IN ('ledger', 'event_store', 'messaging', 'vault')`,
  );
  let text = '';
  for (const { name } of rows) {
    const table = await client.query(`SELECT t::text AS row FROM ${name} AS t`);
    text += table.rows.map(({ row }) => `${name} ${row}\n`).join('');
  }
  await client.end();
  return text;
}

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
    const again = await create({ externalId: 'ann', families: ['evm'] });
    expect(again.status).toBe(200);
    expect(again.headers.get('location')).toBeNull();
    expect(again.body).toEqual(first.body);
  });

  it('is updated with what a repeat gives: absent keeps, null clears, also of a blocked one', async () => {
    const profile = {
      ...{ email: ' Ann@Example.com ', firstName: 'Ann', lastName: 'Ünal', phone: '+41 79 123' },
      ...{ description: 'gold', metadata: { tier: 'gold', since: '2019' } },
    };
    const first = await create({ externalId: 'updated', ...profile });
    const { email: _, ...others } = profile;
    expect(first.body).toMatchObject({ ...others, email: 'Ann@Example.com' });
    const same = await create({ externalId: 'updated', ...profile });
    expect([same.status, same.body]).toEqual([200, first.body]);
    const path = `/v1/customers/${first.body.id}`;
    await ledger.request('POST', `${path}/block`, { body: { reason: 'case 7' } });
    const changed = await create({ externalId: 'updated', phone: null, lastName: 'Smith' });
    const now = { ...others, email: 'Ann@Example.com', phone: null, lastName: 'Smith' };
    expect(changed.body).toMatchObject({ ...now, status: 'BLOCKED' });
    const patched = await ledger.request('PATCH', path, { body: { metadata: { tier: 'black' } } });
    expect(patched.body).toMatchObject({ ...now, metadata: { tier: 'black' } });
    const nothing = await ledger.request('PATCH', path, { body: {} });
    expect([nothing.status, nothing.body]).toEqual([200, patched.body]);
    const { position, ...shown } = patched.body;
    expect((await read(path, position)).body).toEqual(shown);
  });

  it.each([
    ['email', 'ann'],
    ['email', `${'a'.repeat(250)}@b.ch`],
    ['firstName', ''],
    ['lastName', 'a\nb'],
    ['phone', 'call me'],
    ['metadata', { 'a b': 'c' }],
    ['metadata', { a: 1 }],
    ['metadata', []],
    ['externalId', 'a\u0007'],
    ['externalId', 'x'.repeat(256)],
  ])('is not created with %s %j', async (field, value) => {
    const { status, body } = await create({ externalId: 'refused', [field]: value });
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, `/${field}`]);
  });

  it('is found exactly by its external id in any script, and by its e-mail address in any case', async () => {
    const name = '客户 Jürg 🦊';
    const { body } = await create({
      externalId: name.normalize('NFD'),
      email: 'Straße@Example.com',
    });
    expect(body.externalId).toBe(name.normalize('NFC'));
    expect((await create({ externalId: name.normalize('NFC') })).body.id).toBe(body.id);
    const by = async (query: object) => {
      const { body: page } = await read(
        `/v1/customers?${new URLSearchParams({ ...query })}`,
        body.position,
      );
      return page.data.map(({ id }: { id: string }) => id);
    };
    expect(await by({ externalId: name })).toEqual([body.id]);
    expect(await by({ externalId: '客户' })).toEqual([]);
    expect(await by({ email: 'STRASSE@example.COM' })).toEqual([body.id]);
    expect(await by({ email: 'strasse@example.co' })).toEqual([]);
    const from = body.createdAt;
    expect(await by({ email: 'straße@example.com', from })).toEqual([body.id]);
    expect(await by({ email: 'straße@example.com', to: from })).toEqual([]);
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
    expect((await eventsOf(body.id)).slice(1).map(({ type, data }) => [type, data.reason])).toEqual(
      [
        ['CustomerBlocked', 'case 7'],
        ['CustomerUnblocked', 'case 7'],
      ],
    );
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

describe('personal data', () => {
  const PERSON = {
    ...{
      externalId: 'secret-id-7431',
      email: 'secret-mail@example.com',
      phone: '+41 99 743 17 43',
    },
    ...{ firstName: 'Secretfirst', lastName: 'Secretlast', description: 'secret text' },
    metadata: { note: 'secret note' },
  } as const;
  const WORDS = [
    ...Object.values(PERSON).filter((value) => typeof value === 'string'),
    ...['secret note', 'secret reason'],
  ];
  const erase = (id: string) =>
    ledger.request('POST', `/v1/customers/${id}/erase`, { body: { reason: 'ticket 9' } });

  it('is nowhere in the clear: not in the log, its ids, the tables or what is logged', async () => {
    const { body } = await create({ ...PERSON, families: ['evm'] });
    await ledger.request('POST', `/v1/customers/${body.id}/block`, {
      body: { reason: 'secret reason' },
    });
    await ledger.request('PATCH', `/v1/customers/${body.id}`, { body: { description: 'another' } });
    await read(`/v1/customers/${body.id}`, String(await ledger.store.head()));
    const [stored, logged] = [await dump(), JSON.stringify(ledger.logged)];
    expect(stored).toContain(body.id);
    for (const word of WORDS) {
      expect(stored.includes(word)).toBe(false);
      expect(logged.includes(word)).toBe(false);
    }
    const [created, blocked, updated] = await eventsOf(body.id);
    expect(created?.data).toMatchObject({ ...PERSON, externalIdHash: expect.any(String) });
    expect(blocked?.data).toEqual({ reason: 'secret reason' });
    expect(updated?.data).toEqual({ description: 'another' });
  });

  it('is erased for ever: shown no more, found no more, and the external id is free again', async () => {
    const { body } = await create(PERSON);
    const erased = await erase(body.id);
    const gone = {
      ...{ id: body.id, externalId: '', status: 'ERASED' },
      createdAt: body.createdAt,
    };
    const nothing = Object.fromEntries(
      ['email', 'firstName', 'lastName', 'phone', 'description', 'metadata'].map((f) => [f, null]),
    );
    const { position, ...shown } = erased.body;
    expect([erased.status, shown]).toEqual([200, { ...gone, ...nothing }]);
    expect((await read(`/v1/customers/${body.id}`, position)).body).toEqual(shown);
    expect((await erase(body.id)).body).toEqual(erased.body);
    const feed = await eventsOf(body.id);
    expect(feed[0]?.data).toMatchObject({ externalId: '', ...nothing });
    expect(feed.map(({ type, data }) => [type, data.reason])).toEqual([
      ...[
        ['CustomerCreated', undefined],
        ['CustomerBlocked', ''],
      ],
      ...[
        ['CustomerUpdated', undefined],
        ['CustomerUpdated', undefined],
        ['CustomerErased', 'ticket 9'],
      ],
    ]);
    for (const word of ['secret-mail@example.com', 'Secretlast', 'secret reason']) {
      expect(JSON.stringify(feed)).not.toContain(word);
    }
    expect(await dump()).not.toMatch(new RegExp(`customer_key \\(${body.id}`));
    for (const [method, path, sent] of [
      ['PATCH', '', { phone: null }],
      ['POST', '/block', { reason: 'x' }],
      ['POST', '/unblock', { reason: 'x' }],
      ['POST', '/purses', { family: 'evm' }],
    ] as const) {
      const refused = await ledger.request(method, `/v1/customers/${body.id}${path}`, {
        body: sent,
      });
      expect([refused.status, refused.body.code]).toEqual([409, 'customer-erased']);
    }
    const next = await Promise.all(Array.from({ length: 8 }, () => create(PERSON)));
    expect(new Set(next.map(({ body: { id } }) => id)).size).toBe(1);
    const other = next[0]?.body;
    expect(other.id).not.toBe(body.id);
    expect(other).toMatchObject({ ...PERSON, status: 'ACTIVE' });
    const list = await read(`/v1/customers?externalId=${PERSON.externalId}`, other.position);
    expect(list.body.data.map(({ id }: { id: string }) => id)).toContain(other.id);
    // The first one had purses: they stay watched, and what arrives there is held.
    const { body: purses } = await read(`/v1/customers/${body.id}/purses`, position);
    const [purse] = purses.data;
    const txHash = `0x${'e'.repeat(64)}`;
    await ledger.publishTransfers([
      {
        ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', txHash },
        ...{
          chain: 'eip155:1',
          asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
        },
        ...{ amount: '900000000', from: `0x${'a'.repeat(40)}`, to: purse.address.toLowerCase() },
        block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
        finality: { kind: 'depth', confirmations: 12 },
      },
    ]);
    const held = async () =>
      (await ledger.request('GET', `/v1/replenishments?purseId=${purse.id}`)).body.data?.[0];
    await until(async () => (await held())?.status === 'held', {
      description: 'The held transfer',
    });
    expect(await held()).toMatchObject({ creditedTo: 'suspense', reason: 'customer-erased' });
  });

  it('does not come back with a restored vault or a restored log', async () => {
    const [{ body: ann }, { body: eve }] = await Promise.all([
      create({ externalId: 'restored ann', phone: '+41 1' }),
      create({ externalId: 'restored eve', phone: '+41 2' }),
    ]);
    const client = new Client({ connectionString: ledger.databaseUrl });
    await client.connect();
    const [key] = (
      await client.query('SELECT * FROM vault.customer_key WHERE customer_id = $1', [ann.id])
    ).rows;
    await erase(ann.id);
    // A vault from before the erasure.
    await client.query('DELETE FROM vault.erasure WHERE customer_id = $1', [ann.id]);
    await client.query('DELETE FROM vault.progress');
    await client.query('INSERT INTO vault.customer_key VALUES ($1, $2, $3)', [
      ...[key.customer_id, key.master_version, key.wrapped_key],
    ]);
    // A log from before the erasure, with a list of exports that has it.
    await client.query('INSERT INTO vault.erasure VALUES ($1, $2, now())', [
      ...[eve.id, '00000000-0000-5000-8000-000000000000'],
    ]);
    await client.query(
      `UPDATE vault.erasure SET account_id = (SELECT account_id FROM ledger.customer WHERE id = $1)
        WHERE customer_id = $1`,
      [eve.id],
    );
    const second = await createLedgerForTest({ beside: ledger });
    for (const { id } of [ann, eve]) {
      const path = `/v1/customers/${id}?minPosition=${await second.store.head()}`;
      const { body } = await second.request('GET', path);
      expect(body).toMatchObject({ externalId: '', phone: null, status: 'ERASED' });
    }
    await second.close();
    const left = await client.query('SELECT FROM vault.customer_key WHERE customer_id = ANY($1)', [
      [ann.id, eve.id],
    ]);
    await client.end();
    expect(left.rows).toHaveLength(0);
    expect(JSON.stringify(await eventsOf(ann.id))).not.toContain('+41 1');
  });

  it('stays redacted when the vault is lost, while customers are found and changed as before', async () => {
    const { body } = await create({ externalId: 'lost vault', email: 'lost@example.com' });
    const client = new Client({ connectionString: ledger.databaseUrl });
    await client.connect();
    await client.query('DELETE FROM vault.customer_key WHERE customer_id = $1', [body.id]);
    await client.end();
    // Another process, which never had the key in memory.
    const second = await createLedgerForTest({ beside: ledger });
    const again = await second.request('POST', '/v1/customers', {
      body: { externalId: 'lost vault', phone: '+41 79 7' },
    });
    expect(again.body).toMatchObject({
      id: body.id,
      externalId: '',
      email: null,
      phone: '+41 79 7',
    });
    const path = `/v1/customers?externalId=lost%20vault&minPosition=${again.body.position}`;
    const { data } = (await second.request('GET', path)).body;
    expect(data).toMatchObject([{ id: body.id, externalId: '', email: null, phone: '+41 79 7' }]);
    await second.close();
  });

  it('of a customer from before there were keys stays found under its id, and can be erased', async () => {
    const [id, accountId] = [unkeyedCustomerIdOf(DEFAULT_ACCOUNT_ID, 'old'), DEFAULT_ACCOUNT_ID];
    const data = { accountId, externalId: 'old', description: 'in the clear', createdAt: AT };
    const metadata = { accountId, actor: 'test', commandId: 'old', schemaVersion: 1 };
    const event = { id: uuid5(id, 'created'), type: 'CustomerCreated', data, metadata };
    await ledger.store.append({ stream: `customer-${id}`, expected: 'no-stream', events: [event] });
    // The first process has decided that there are none; another one is asked, as after an upgrade.
    const second = await createLedgerForTest({ beside: ledger });
    const post = (body: object) => second.request('POST', '/v1/customers', { body });
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => post({ externalId: 'old', email: 'old@example.com' })),
    );
    expect(new Set(replies.map(({ body }) => body.id))).toEqual(new Set([id]));
    expect(replies[0]?.body).toMatchObject({
      description: 'in the clear',
      email: 'old@example.com',
    });
    const found = `/v1/customers?externalId=old&minPosition=${await second.store.head()}`;
    expect((await second.request('GET', found)).body.data).toMatchObject([{ id }]);
    const gone = await second.request('POST', `/v1/customers/${id}/erase`, {
      body: { reason: 'ticket 9' },
    });
    expect(gone.body).toMatchObject({ externalId: '', description: null, status: 'ERASED' });
    expect((await eventsOf(id))[0]?.data).toMatchObject({ externalId: '', description: null });
    const next = await post({ externalId: 'old' });
    expect([next.status, next.body.id === id]).toEqual([201, false]);
    await second.close();
  });

  it('is not served with other keys than those that were in use, nor without them', async () => {
    const start = (env: object) => createLedgerForTest({ beside: ledger, env });
    const [one, two] = [newKeyring(), newKeyring().replace('1:', '2:')];
    await expect(start({ lookupKeys: one })).rejects.toThrow(
      'DAYBOOK_LOOKUP_KEYS: Version 1 is another key than before.',
    );
    await expect(start({ vaultKeys: one })).rejects.toThrow(
      'DAYBOOK_VAULT_KEYS: Version 1 is another key than before.',
    );
    await expect(start({ lookupKeys: two })).rejects.toThrow(
      'DAYBOOK_LOOKUP_KEYS: Version 1 is missing',
    );
    await expect(start({ vaultKeys: `3:${two.slice(2)}` })).rejects.toThrow(
      'DAYBOOK_VAULT_KEYS: Version 1 is missing',
    );
    // A new version in front is all that a rotation of lookup keys takes.
    const rotated = await start({
      lookupKeys: `${two.replace('2:', '4:')},${two},${DEVELOPMENT_KEYS}`,
    });
    await rotated.close();
  });
});
