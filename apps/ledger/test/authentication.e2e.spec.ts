import { parseProxies } from '@daybook/platform';
import { type BreakableLine, breakableLine } from '../../../test/breakable-line';
import { until } from '../../../test/dependencies';
import { newApiKey } from '../src/edge/api-key';
import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const FAILURES_MAX = 5;
const PATH = '/v1/customers';

let ledger: GrpcLedger;
let api: Reflected;
let line: BreakableLine;

beforeAll(async () => {
  // The tests are the proxy, so each test can be another client.
  const trustedProxies = parseProxies('127.0.0.1');
  ledger = await createGrpcLedger({
    http: { failuresMax: FAILURES_MAX, trustedProxies },
    route: async (databaseUrl) => {
      line = await breakableLine(databaseUrl);
      return line.url;
    },
  });
  api = await reflect(ledger.address, ledger.apiKey);
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
  await line.close();
});

const from = (address: string, key: string) =>
  ledger.request('GET', PATH, {
    headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': address },
  });
const lines = () => ledger.logged.filter(({ msg }) => msg === 'authentication failed');
const failures = async (reason: string) => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const { body } = await ledger.request('GET', '/metrics', { headers });
  const found = new RegExp(`daybook_authentication_failures_total\\{reason="${reason}".*} (\\d+)`);
  return Number(found.exec(String(body))?.[1]);
};
/** A key with the id of another, and a secret of its own. It has no checksum, so that it is looked up. */
const wrongSecretOf = (key: string) => `${key.slice(0, 13)}${newApiKey().key.slice(13, 56)}`;

it('counts and logs why a key is refused, with its id and the address of the client, never its secret', async () => {
  const unknown = newApiKey().key;
  const wrong = wrongSecretOf(ledger.apiKey);
  expect((await from('198.51.100.1', unknown)).status).toBe(401);
  expect((await from('198.51.100.1', wrong)).status).toBe(401);
  expect((await from('198.51.100.1', 'garbage')).status).toBe(401);
  const mistyped = ledger.apiKey.slice(0, -1) + (ledger.apiKey.endsWith('x') ? 'y' : 'x');
  expect((await from('198.51.100.1', mistyped)).status).toBe(401);
  expect((await ledger.request('GET', PATH, { headers: { authorization: '' } })).status).toBe(401);
  expect(lines()).toMatchObject([
    { reason: 'unknown', remoteAddress: '198.51.100.1', keyId: unknown.split('_')[1] },
    { reason: 'wrong-secret', remoteAddress: '198.51.100.1', keyId: wrong.split('_')[1] },
    { reason: 'malformed', remoteAddress: '198.51.100.1', keyId: null },
    { reason: 'malformed', remoteAddress: '198.51.100.1', keyId: null },
  ]);
  for (const [reason, count] of [
    ...([
      ['unknown', 1],
      ['wrong-secret', 1],
      ['malformed', 2],
      ['no-key', 1],
    ] as const),
  ]) {
    expect([reason, await failures(reason)]).toEqual([reason, count]);
  }
  const text = JSON.stringify(ledger.logged);
  for (const key of [unknown, wrong]) expect(text).not.toContain(key.split('_')[2]);
});

it('refuses wrong keys of an address after a few, and no other address', async () => {
  const keys = Array.from({ length: FAILURES_MAX }, () => newApiKey().key);
  for (const key of keys) expect((await from('198.51.100.2', key)).status).toBe(401);
  const { status, body, headers } = await from('198.51.100.2', newApiKey().key);
  expect([status, body.code]).toEqual([429, 'rate-limited']);
  expect(headers.get('retry-after')).toBe('60');
  expect((await from('198.51.100.3', newApiKey().key)).status).toBe(401);
  expect(await failures('throttled')).toBe(1);
});

it('refuses them before any query', async () => {
  const key = newApiKey().key;
  for (let n = 0; n < FAILURES_MAX; n++) {
    expect((await from('198.51.100.7', wrongSecretOf(key))).status).toBe(401);
  }
  line.cut();
  try {
    // By their address, and by their key id.
    expect((await from('198.51.100.7', newApiKey().key)).status).toBe(429);
    expect((await from('198.51.100.8', wrongSecretOf(key))).status).toBe(429);
    // Another one must be looked up.
    expect((await from('198.51.100.8', newApiKey().key)).status).toBe(503);
  } finally {
    line.mend();
  }
  await until(async () => (await ledger.request('GET', PATH)).status === 200);
});

it('counts a wrong key once, however often it comes', async () => {
  const key = newApiKey().key;
  for (let n = 0; n < 2 * FAILURES_MAX; n++) {
    expect((await from('198.51.100.6', key)).status).toBe(401);
  }
  expect((await from('198.51.100.6', newApiKey().key)).status).toBe(401);
});

it('refuses wrong secrets of a key id after a few, wherever they come from', async () => {
  const key = newApiKey().key;
  for (let n = 0; n < FAILURES_MAX; n++) {
    expect((await from(`203.0.113.${n}`, wrongSecretOf(key))).status).toBe(401);
  }
  expect((await from('203.0.113.99', wrongSecretOf(key))).status).toBe(429);
});

it('never refuses a key that was good', async () => {
  const address = '198.51.100.4';
  expect((await from(address, ledger.apiKey)).status).toBe(200);
  for (let n = 0; n < 2 * FAILURES_MAX; n++) await from(address, wrongSecretOf(ledger.apiKey));
  expect((await from(address, wrongSecretOf(ledger.apiKey))).status).toBe(429);
  expect((await from(address, ledger.apiKey)).status).toBe(200);
});

it('counts what comes over gRPC too', async () => {
  const before = await failures('unknown');
  const call = () => {
    const authorization = `Bearer ${newApiKey().key}`;
    const metadata = { authorization, 'x-forwarded-for': '198.51.100.5' };
    return api.call('daybook.v1.CustomerService', 'ListCustomers', {}, { metadata });
  };
  for (let n = 0; n < FAILURES_MAX; n++) {
    const { error } = await call();
    expect(error && detailsOf(error).info.reason).toBe('unauthenticated');
  }
  const { error } = await call();
  expect(error && detailsOf(error).info.reason).toBe('rate-limited');
  expect(await failures('unknown')).toBe(before + FAILURES_MAX);
  expect(lines().at(-2)).toMatchObject({ remoteAddress: '198.51.100.5' });
});

it('writes no line about what a client does wrong', async () => {
  const before = ledger.logged.length;
  const reads = Array.from({ length: 20 }, () =>
    ledger.request('GET', `${PATH}?minPosition=999999`),
  );
  for (const { status } of await Promise.all(reads)) expect(status).toBe(400);
  expect((await ledger.request('POST', PATH, { body: { nothing: 1 } })).status).toBe(400);
  await until(async () => (await ledger.request('GET', '/livez')).status === 200);
  const more = ledger.logged.slice(before).filter(({ msg }) => msg !== 'request');
  expect(more).toEqual([]);
  const refused = ledger.logged.slice(before).filter(({ status }) => Number(status) >= 400);
  expect(refused).toEqual([]);
});

// Last: a minute has only so many lines about failures.
it('refuses them after a few also when all come at once', async () => {
  const keys = Array.from({ length: 40 * FAILURES_MAX }, () => newApiKey().key);
  const answers = await Promise.all(keys.map((key) => from('198.51.100.9', key)));
  const lookedUp = answers.filter(({ status }) => status === 401).length;
  expect(lookedUp).toBeGreaterThanOrEqual(FAILURES_MAX);
  // Those that are looked up at once.
  expect(lookedUp).toBeLessThan(FAILURES_MAX + 8);
});

it('refuses a key from where its account does not allow it, over both edges, and says nothing more', async () => {
  const accountId = '3f1c0b54-1111-4222-8333-4444555566aa';
  const key = await ledger.issueKey({ scopes: ['read'], accountId });
  const path = `/v1/accounts/${accountId}/policy`;
  const change = async (allowedAddresses: readonly string[]) => {
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const body = { allowedAddresses, reason: 'a test' };
    expect((await ledger.request('POST', path, { headers, body })).status).toBe(200);
  };
  const call = async (address: string) => {
    const metadata = { authorization: `Bearer ${key}`, 'x-forwarded-for': address };
    const service = 'daybook.v1.CustomerService';
    const { error } = await api.call(service, 'ListCustomers', {}, { metadata });
    return error && detailsOf(error);
  };
  const before = await failures('address-not-allowed');
  expect((await from('203.0.113.7', key)).status).toBe(200);
  await change(['203.0.113.0/24', '2001:db8::/32']);
  await until(async () => (await from('198.51.100.20', key)).status === 403);
  for (const address of ['203.0.113.7', '2001:db8::7']) {
    expect((await from(address, key)).status).toBe(200);
    expect(await call(address)).toBeNull();
  }
  for (const address of ['203.0.114.7', '2001:db9::7']) {
    const { body } = await from(address, key);
    expect(body).toMatchObject({
      ...{ code: 'address-not-allowed', detail: 'The key may not be used from here.' },
    });
    expect(JSON.stringify(body)).not.toContain('203.0.113');
    expect(await call(address)).toMatchObject({
      ...{ code: 'PERMISSION_DENIED', info: { reason: 'address-not-allowed' } },
    });
  }
  expect(await failures('address-not-allowed')).toBeGreaterThan(before);
  // A key of another account, and the probes, are not concerned.
  expect((await from('198.51.100.20', ledger.apiKey)).status).toBe(200);
  const probe = { headers: { authorization: '', 'x-forwarded-for': '198.51.100.20' } };
  expect((await ledger.request('GET', '/livez', probe)).status).toBe(200);
  // Over gRPC a field of its own says what null says over REST.
  const { answer, error } = await api.call(
    'daybook.v1.AccountService',
    'ChangeAccountPolicy',
    { account_id: accountId, clear_allowed_addresses: true, reason: 'a test' },
    { metadata: { authorization: `Bearer ${ledger.operatorKey}` } },
  );
  expect([error, answer?.account.allowed_addresses]).toEqual([null, []]);
  await until(async () => (await from('198.51.100.20', key)).status === 200);
});
