import { compare } from '@daybook/audit';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { parseApiKey } from '../src/edge/api-key';
import { ApiKeys } from '../src/edge/api-keys';
import { DEFAULT_OPERATOR_NAME, operatorIdOf } from '../src/edge/identity';
import { AUDITED } from '../src/operations/read-models';

let ledger: TestLedger;
/** Another process of the same Daybook. */
let second: TestLedger;

beforeAll(async () => {
  ledger = await createLedgerForTest();
  second = await createLedgerForTest({ beside: ledger });
});
afterAll(async () => {
  await second?.close();
  await ledger?.close();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const as = (key: string, method: string, path: string, body?: object, at = ledger) =>
  at.request(method, path, { headers: bearer(key), ...(body && { body }) });
const operate = (path: string, body?: object) =>
  as(ledger.operatorKey, body ? 'POST' : 'GET', `/v1/accounts${path}`, body);
const reason = 'a test';

async function openAccount(more: object = {}): Promise<string> {
  const { status, body } = await operate('', { name: 'Example Shop', reason, ...more });
  expect(status).toBe(201);
  return body.id;
}

/** A key of the account that works in both processes. */
async function issue(accountId: string, key: object = { scopes: ['read', 'write'] }) {
  const { status, body } = await operate(`/${accountId}/keys`, { reason, ...key });
  expect(status).toBe(200);
  await until(() => ledger.app.get(ApiKeys).isIssued(body.key), { description: 'The new key' });
  return body.key as string;
}

const ADMIN = { scopes: ['read', 'write', 'account:admin'], person: 'Ann Example' };

describe('an account', () => {
  it('is opened by an operator, once for each idempotency key, and found', async () => {
    const body = { name: 'Example Exchange', preset: 'calypso', reason: 'contract 1742' };
    const headers = { ...bearer(ledger.operatorKey), 'idempotency-key': 'open-1' };
    const [first, again] = [
      await ledger.request('POST', '/v1/accounts', { body, headers }),
      await ledger.request('POST', '/v1/accounts', { body, headers }),
    ];
    expect([first.status, again.status]).toEqual([201, 201]);
    const { position, ...account } = first.body;
    expect(first.headers.get('location')).toBe(`/v1/accounts/${account.id}`);
    expect(again.body).toEqual(first.body);
    expect(account).toMatchObject({
      ...{ name: 'Example Exchange', status: 'open', preset: 'calypso', deviations: [] },
      ...{ purseUnusedDays: 30, purseIdleDays: 30, complianceMode: 'none' },
      ...{ walletRequests: null, allowedAddresses: [] },
    });
    const found = await operate(`/${account.id}?minPosition=${position}`);
    expect(found.body).toEqual(account);
    const [event] = await ledger.store.readStream(`account-${account.id}`);
    expect(event?.metadata).toMatchObject({
      accountId: account.id,
      actor: `operator:${operatorIdOf(DEFAULT_OPERATOR_NAME)}`,
      reason: 'contract 1742',
    });
    expect((await as(ledger.apiKey, 'POST', '/v1/accounts', body)).status).toBe(403);
  });

  it('is listed page by page, in the order of ids', async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(await openAccount());
    await operate(`?minPosition=${await ledger.store.head()}`);
    const listed: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await operate(`?limit=2${cursor && `&cursor=${cursor}`}`);
      listed.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    }
    for (const [n, id] of listed.entries())
      expect(n === 0 || id > (listed[n - 1] ?? '')).toBe(true);
    expect(listed).toEqual(expect.arrayContaining(ids));
    expect((await operate('?cursor=nonsense')).body.code).toBe('invalid-cursor');
  });

  it('takes a preset and single settings, and shows what differs', async () => {
    const id = await openAccount();
    const taken = await operate(`/${id}/policy`, { preset: '3pay', reason });
    expect(taken.body).toMatchObject({
      ...{ preset: '3pay', deviations: [], walletRequests: 20, walletWindowSeconds: 900 },
      ...{ financialRequests: 30, standardRequests: 100 },
    });
    const settings = { purseUnusedDays: 7, walletRequests: null, complianceMode: 'manual' };
    const changed = await operate(`/${id}/policy`, { ...settings, reason });
    expect(changed.body).toMatchObject({
      ...{ ...settings, purseIdleDays: null, preset: '3pay', financialRequests: 30 },
      deviations: ['purseUnusedDays', 'walletRequests'],
    });
    const { position, ...shown } = changed.body;
    expect((await operate(`/${id}?minPosition=${position}`)).body).toEqual(shown);
    for (const half of [{ walletRequests: 5 }, { walletWindowSeconds: 5 }]) {
      const { status, body } = await operate(`/${id}/policy`, { ...half, reason });
      expect([status, body.code]).toEqual([400, 'invalid-policy']);
    }
    const allow = (allowedAddresses: unknown) =>
      operate(`/${id}/policy`, { allowedAddresses, reason });
    for (const wrong of [['10.0.0.0/33'], ['shop.example']]) {
      const { status, body } = await allow(wrong);
      expect([status, body.code]).toEqual([400, 'invalid-policy']);
      expect(body.detail).toContain(wrong[0]);
    }
    for (const wrong of [[], ['10.0.0.1', '10.0.0.1'], 'all', [1]]) {
      const { body } = await allow(wrong);
      expect(body.errors).toMatchObject([{ pointer: '/allowedAddresses' }]);
    }
  });

  it('gives its quotas to its keys', async () => {
    const id = await openAccount({ preset: '3pay' });
    const key = await issue(id);
    const quotas = async () => {
      const caller = await ledger.app.get(ApiKeys).examine(key);
      if (typeof caller === 'string') throw new Error(`The key is ${caller}.`);
      return caller.quotas;
    };
    const per = (requests: number) => ({ requests, windowSeconds: 900 });
    expect(await quotas()).toEqual({ wallet: per(20), financial: per(30), standard: per(100) });
    const stated = async (path: string, body?: object) => {
      const { headers } = await as(key, body ? 'POST' : 'GET', path, body);
      return headers.get('ratelimit-policy');
    };
    expect(await stated('/v1/customers', { externalId: 'alice' })).toBe('"wallet";q=20;w=900');
    expect(await stated('/v1/customers')).toBe('"standard";q=100;w=900');
    await operate(`/${id}/policy`, { financialRequests: null, reason });
    await until(async () => (await quotas())?.financial === undefined);
    await operate(`/${id}/policy`, { preset: 'daybook', reason });
    await until(async () => (await quotas()) === null);
    expect(await stated('/v1/customers')).toMatch(/^"default"/);
  });
});

const isAccepted = ({ status }: { status: number }) => status < 300;

/** Calls both processes again and again until `act` is answered, and once more after that. */
async function callWhile(
  act: () => Promise<unknown>,
  call: (at: TestLedger) => Promise<{ status: number }>,
) {
  let isOver = false;
  const goOn = async (at: TestLedger) => {
    let before = 0;
    while (!isOver) if (isAccepted(await call(at))) before += 1;
    return before;
  };
  const running = [goOn(ledger), goOn(second)];
  const answer = await act().finally(() => {
    isOver = true;
  });
  const after = await Promise.all([ledger, second].map(call));
  return { answer, before: await Promise.all(running), after };
}

describe('a closed account', () => {
  it('reads only, from the answer on, and is booked as before', async () => {
    const id = await openAccount();
    const key = await issue(id);
    const created = await as(key, 'POST', '/v1/customers', {
      externalId: 'ann',
      families: ['evm'],
    });
    const { id: customerId, purses } = created.body;
    const update = (at: TestLedger) =>
      as(key, 'PATCH', `/v1/customers/${customerId}`, { description: 'x' }, at);
    const close = () => operate(`/${id}/close`, { reason: 'the contract has ended' });
    const { answer, before, after } = await callWhile(close, update);
    expect(answer).toMatchObject({ status: 200, body: { status: 'closed', inEffect: true } });
    for (const count of before) expect(count).toBeGreaterThan(0);
    const head = await ledger.store.head();
    expect(after.map(({ status }) => status)).toEqual([409, 409]);
    expect((await update(ledger)).body.code).toBe('account-closed');
    expect(await ledger.store.head()).toBe(head);

    await ledger.publishTransfers([transferTo(purses[0].address)]);
    const replenishments = async () => (await as(key, 'GET', '/v1/replenishments')).body.data;
    await until(async () => (await replenishments()).length === 1);
    const { body } = await as(key, 'GET', `/v1/customers/${customerId}/balances`);
    expect(body.data[0].available?.baseUnits ?? JSON.stringify(body.data[0])).toContain('2500000');

    const history = await ledger.store.readStream(`account-${id}`);
    expect(history.at(-1)).toMatchObject({
      type: 'AccountClosed',
      data: { reason: 'the contract has ended' },
      metadata: { actor: `operator:${operatorIdOf(DEFAULT_OPERATOR_NAME)}` },
    });
    expect((await operate(`/${id}/reopen`, { reason })).body.status).toBe('open');
    await until(async () => isAccepted(await update(ledger)) && isAccepted(await update(second)));
  });
});

describe('a revocation', () => {
  it('is answered when no process accepts the key any more', async () => {
    const id = await openAccount();
    const key = await issue(id);
    const keyId = parseApiKey(key)?.keyId;
    const revoke = () => operate(`/${id}/keys/${keyId}/revoke`, { reason: 'leaked' });
    const read = (at: TestLedger) => as(key, 'GET', '/v1/assets', undefined, at);
    const { answer, before, after } = await callWhile(revoke, read);
    expect(answer).toMatchObject({ status: 200, body: { status: 'revoked', inEffect: true } });
    for (const count of before) expect(count).toBeGreaterThan(0);
    expect(after.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('says that it is not in effect yet while the read models stand still', async () => {
    const id = await openAccount();
    const key = await issue(id);
    const keyId = parseApiKey(key)?.keyId;
    const client = surviveErrors(new Client(ledger.databaseUrl));
    await client.connect();
    try {
      await client.query('BEGIN');
      await client.query('SELECT FROM ledger.checkpoint FOR UPDATE');
      const { body } = await operate(`/${id}/keys/${keyId}/revoke`, { reason: 'leaked' });
      expect(body).toMatchObject({ status: 'revoked', inEffect: false });
      expect((await as(key, 'GET', '/v1/assets')).status).toBe(200);
    } finally {
      await client.end();
    }
    await until(async () => (await as(key, 'GET', '/v1/assets')).status === 401);
  });
});

describe("an account's own people", () => {
  it('see their account, and change what is theirs', async () => {
    const id = await openAccount();
    const admin = await issue(id, ADMIN);
    expect((await as(admin, 'GET', '/v1/account')).body).toMatchObject({ id, status: 'open' });
    const policy = { purseIdleDays: 90, allowedAddresses: ['127.0.0.0/8', '::1'] };
    const { status, body } = await as(admin, 'POST', '/v1/account/policy', { ...policy, reason });
    expect([status, body]).toEqual([200, expect.objectContaining(policy)]);
    const theirs = {
      preset: 'daybook',
      complianceMode: 'none',
      walletRequests: null,
      status: 'closed',
    };
    for (const [name, value] of Object.entries(theirs)) {
      const refused = await as(admin, 'POST', '/v1/account/policy', { [name]: value, reason });
      expect([refused.status, refused.body.errors[0].code]).toEqual([400, 'unknown-field']);
    }
    const key = await issue(id);
    for (const path of ['/v1/account', '/v1/account/keys']) {
      expect((await as(key, 'GET', path)).body.code).toBe('forbidden');
    }
  });

  it('issue keys that may do no more than their own', async () => {
    const id = await openAccount();
    const admin = await issue(id, { scopes: ['read', 'account:admin'], person: 'Ann Example' });
    const create = (key: object) => as(admin, 'POST', '/v1/account/keys', { reason, ...key });
    for (const scopes of [['write'], ['read', 'purses:write']]) {
      expect((await create({ scopes })).body.code).toBe('forbidden');
    }
    expect((await create({ scopes: ['account:admin'] })).body.code).toBe('invalid-person');
    const made = await create({ scopes: ['purses:read'], name: 'reports', person: 'Bob' });
    expect(made.body).toMatchObject({
      ...{ scopes: ['purses:read'], person: 'Bob', issuedByPerson: 'Ann Example' },
      issuedByKeyId: parseApiKey(admin)?.keyId,
    });
    const event = (await ledger.store.readStream(`account-${id}`)).at(-1);
    expect(event?.metadata).toMatchObject({ actor: `key:${parseApiKey(admin)?.keyId}`, reason });
    const first = await as(admin, 'GET', '/v1/account/keys?limit=1');
    const next = await as(admin, 'GET', `/v1/account/keys?cursor=${first.body.nextCursor}`);
    expect([first, next].map(({ body }) => body.data[0].name)).toEqual([null, 'reports']);
    expect(next.body.nextCursor).toBeNull();
    expect(first.body.data[0].issuedByPerson).toBe(DEFAULT_OPERATOR_NAME);
    // Not by the way round: the successor of a key is known to who asks for it.
    const strong = await issue(id, { scopes: ['write'] });
    const path = `/v1/account/keys/${parseApiKey(strong)?.keyId}/rotate`;
    expect((await as(admin, 'POST', path, { overlapSeconds: 0, reason })).body.code).toBe(
      'forbidden',
    );
  });

  it('rotate a key with an overlap, and without one', async () => {
    const id = await openAccount();
    const admin = await issue(id, ADMIN);
    const old = await issue(id, { scopes: ['read'], name: 'reports', person: 'Bob' });
    const rotate = (key: string, overlapSeconds: number, more: object = {}) =>
      as(admin, 'POST', `/v1/account/keys/${parseApiKey(key)?.keyId}/rotate`, {
        ...{ overlapSeconds, reason: 'the yearly rotation' },
        ...more,
      });
    const kept = await rotate(old, 3_600, { expiresAt: '2999-01-01T00:00:00Z' });
    expect(kept.body).toMatchObject({
      ...{ scopes: ['read'], name: 'reports', person: 'Bob', inEffect: false, status: 'active' },
      ...{ replacesKeyId: parseApiKey(old)?.keyId, expiresAt: '2999-01-01T00:00:00Z' },
    });
    const { key: next } = kept.body;
    await until(() => ledger.app.get(ApiKeys).isIssued(next));
    for (const key of [old, next]) expect((await as(key, 'GET', '/v1/assets')).status).toBe(200);
    const { body: list } = await as(admin, 'GET', '/v1/account/keys');
    const ended = list.data.find(({ name }: { name: string }) => name === 'reports');
    expect(Date.parse(ended.expiresAt) - Date.now()).toBeGreaterThan(3_500_000);

    const call = (at: TestLedger) => as(next, 'GET', '/v1/assets', undefined, at);
    const { answer, after } = await callWhile(() => rotate(next, 0), call);
    expect(answer).toMatchObject({ status: 200, body: { inEffect: true } });
    expect(after.map(({ status }) => status)).toEqual([401, 401]);
    expect((await rotate(next, 0)).body.code).toBe('api-key-ended');
    expect((await rotate('dbk_nobodys0_'.padEnd(45, '0'), 0)).body.code).toBe('api-key-not-found');
    for (const overlap of [-1, 1.5, 2_592_001]) {
      expect((await rotate(old, overlap)).body.code).toBe('validation-failed');
    }
  });
});

describe('the compliance mode', () => {
  it('holds for what is final after it was changed', async () => {
    const id = await openAccount();
    const key = await issue(id);
    const { body } = await as(key, 'POST', '/v1/customers', {
      externalId: 'ann',
      families: ['evm'],
    });
    const [{ address }] = body.purses;
    expect((await operate(`/${id}/policy`, { complianceMode: 'manual', reason })).status).toBe(200);
    await ledger.publishTransfers([transferTo(address, 'b')]);
    const statuses = async () =>
      (await as(key, 'GET', '/v1/replenishments')).body.data.map(
        ({ status }: { status: string }) => status,
      );
    await until(async () => (await statuses()).length === 1);
    expect(await statuses()).toEqual(['screening']);
    await operate(`/${id}/policy`, { complianceMode: 'none', reason });
    await ledger.publishTransfers([transferTo(address, 'c')]);
    await until(async () => (await statuses()).length === 2);
    expect(new Set(await statuses())).toEqual(new Set(['confirmed', 'screening']));
  });
});

it('is all derived from the event log', async () => {
  await operate(`?minPosition=${await ledger.store.head()}`);
  const { store, databaseUrl: liveUrl } = ledger;
  expect((await compare({ ...AUDITED, store, liveUrl })).differences).toEqual([]);
});

function transferTo(address: string, digit = 'a') {
  const txHash = `0x${digit.repeat(63)}7`;
  return {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final' as const },
    ...{ chain: 'eip155:1', asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7' },
    ...{ amount: '2500000', from: `0x${'1'.repeat(40)}`, to: address.toLowerCase(), txHash },
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.678Z' },
    finality: { kind: 'depth' as const, confirmations: 12 },
  };
}
