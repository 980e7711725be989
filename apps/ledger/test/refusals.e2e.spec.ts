import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { PROBLEMS } from '../src/edge/problems';

// Refusals must leave the log as it was: every test here ends with the same head.
/** Of a wallet that exists for this test. There is none for TRON. */
const evmXpub =
  'xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekkudhUd9yLb6qx39T9nMdj';
let ledger: TestLedger;
let customer: string;
let head: bigint;

beforeAll(async () => {
  ledger = await createLedgerForTest({ env: { evmXpub } });
  const { body } = await ledger.request('POST', '/v1/customers', { body: { externalId: 'ann' } });
  customer = `/v1/customers/${body.id}`;
  await ledger.request('GET', `${customer}?minPosition=${body.position}`);
  head = await ledger.store.head();
});
afterEach(async () => {
  expect(await ledger.store.head()).toBe(head);
  expect(ledger.logged.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
afterAll(() => ledger.close());

function expectProblem(reply: Reply, code: keyof typeof PROBLEMS): void {
  expect(reply.body).toMatchObject({
    type: `urn:daybook:problem:${code}`,
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    code,
    detail: expect.stringMatching(/\.$/),
    requestId: reply.headers.get('x-request-id'),
  });
  expect(reply.status).toBe(PROBLEMS[code].status);
  expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(JSON.stringify(reply.body)).not.toMatch(/ at .*\.(js|ts):|node_modules|SELECT/);
}

const post = (path: string, body: unknown, headers = {}) =>
  ledger.request('POST', path, { body, headers });

describe('a body', () => {
  it.each([
    ['no fields', {}, '/externalId', 'required'],
    ['null for text', { externalId: null }, '/externalId', 'pattern'],
    ['a number for text', { externalId: 42 }, '/externalId', 'pattern'],
    ['true for text', { externalId: true }, '/externalId', 'pattern'],
    ['a list for text', { externalId: ['ann'] }, '/externalId', 'pattern'],
    ['an object for text', { externalId: { $ne: '' } }, '/externalId', 'pattern'],
    ['empty text', { externalId: '' }, '/externalId', 'pattern'],
    ['a trailing line end', { externalId: 'ann\n' }, '/externalId', 'pattern'],
    ['NUL', { externalId: 'a\u0000' }, '/externalId', 'pattern'],
    ['long text', { externalId: 'x'.repeat(256) }, '/externalId', 'pattern'],
    ['NUL in free text', { externalId: 'b', description: 'a\u0000b' }, '/description', 'text'],
    ['half a character', { externalId: 'b', description: 'a\ud83d' }, '/description', 'text'],
    ['long free text', { externalId: 'b', description: 'x'.repeat(501) }, '/description', 'text'],
    ['a number as free text', { externalId: 'b', description: 7 }, '/description', 'text'],
    ['null for a list', { externalId: 'b', families: null }, '/families', 'choices'],
    ['text for a list', { externalId: 'b', families: 'evm' }, '/families', 'choices'],
    ['an object for a list', { externalId: 'b', families: { 0: 'evm' } }, '/families', 'choices'],
    ['an unknown word', { externalId: 'b', families: ['solana'] }, '/families', 'choices'],
    ['a word twice', { externalId: 'b', families: ['evm', 'evm'] }, '/families', 'choices'],
    ['a list in a list', { externalId: 'b', families: [['evm']] }, '/families', 'choices'],
    ['an unknown field', { externalId: 'b', admin: true }, '/admin', 'unknown-field'],
    ['a strange field', { externalId: 'b', 'a/~': 1 }, '/a~1~0', 'unknown-field'],
    ['a method as a field', { externalId: 'b', toString: 'x' }, '/toString', 'unknown-field'],
  ])('with %s is refused, and told where', async (_, body, pointer, code) => {
    const reply = await post('/v1/customers', body);
    expectProblem(reply, 'validation-failed');
    expect(reply.body.errors).toContainEqual(
      expect.objectContaining({ in: 'body', pointer, code }),
    );
  });

  it('hears of every fault at once', async () => {
    const reply = await post('/v1/customers', { description: 1, families: 2, a: 3 });
    expect(reply.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/a',
      '/description',
      '/externalId',
      '/families',
    ]);
  });

  it.each(['[]', '[{"externalId":"b"}]', 'null', '"text"', '7', 'true'])(
    'that is no object, %s, is refused',
    async (body) => {
      expectProblem(await post('/v1/customers', body), 'validation-failed');
    },
  );

  it.each([
    ['half an object', '{"externalId":"b"'],
    ['a comma too many', '{"externalId":"b",}'],
    ['something after it', '{"externalId":"b"} x'],
    ['only spaces', '   '],
    ['nesting without end', '['.repeat(50_000)],
    ['nested objects', `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`],
    ['__proto__', '{"externalId":"b","__proto__":{"admin":true}}'],
    ['an escaped __proto__', '{"externalId":"b","\\u005f\\u005fproto__":{"admin":true}}'],
    ['a constructor', '{"externalId":"b","constructor":{"prototype":{"admin":true}}}'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('with %s is no JSON for us', async (_, body) => {
    expectProblem(await post('/v1/customers', body), 'malformed-json');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('that is too large is refused', async () => {
    const large = { externalId: 'b', description: 'x'.repeat(64 * 1024) };
    expectProblem(await post('/v1/customers', large), 'payload-too-large');
    expectProblem(await post('/v1/customers', 'x'.repeat(3_000_000)), 'payload-too-large');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-patch+json',
    'nonsense',
  ])('of type %s is refused', async (type) => {
    const reply = await post('/v1/customers', '{"externalId":"b"}', { 'content-type': type });
    expectProblem(reply, 'unsupported-media-type');
  });

  it('that is missing is refused', async () => {
    expectProblem(await ledger.request('POST', '/v1/customers'), 'validation-failed');
    const empty = { headers: { 'content-type': 'application/json' } };
    expectProblem(await ledger.request('POST', '/v1/customers', empty), 'malformed-json');
  });
});

describe('a new customer', () => {
  it('is not created when a purse that was asked for cannot be minted', async () => {
    const reply = await post('/v1/customers', { externalId: 'eve', families: ['evm', 'tron'] });
    expectProblem(reply, 'family-not-available');
  });
});

describe('a command', () => {
  it.each([
    ['PATCH', '', { email: 'ann' }, 'validation-failed'],
    ['PATCH', '', { metadata: { a: 1 } }, 'validation-failed'],
    ['PATCH', '', { description: 5 }, 'validation-failed'],
    ['PATCH', '', { externalId: 'x' }, 'validation-failed'],
    ['POST', '/block', {}, 'validation-failed'],
    ['POST', '/block', { reason: '' }, 'validation-failed'],
    ['POST', '/block', { reason: ' \t ' }, 'invalid-reason'],
    ['POST', '/block', { reason: 'x'.repeat(501) }, 'validation-failed'],
    ['POST', '/unblock', { reason: null }, 'validation-failed'],
    ['POST', '/purses', {}, 'validation-failed'],
    ['POST', '/purses', { family: 'evm', currency: 'ETH' }, 'validation-failed'],
    ['POST', '/purses', { family: 'EVM' }, 'validation-failed'],
    ['POST', '/purses', { family: 'tron' }, 'family-not-available'],
    ['POST', '/purses', { currency: 'eth' }, 'validation-failed'],
    ['POST', '/purses', { currency: 'NOPE' }, 'asset-unknown'],
    ['POST', '/purses', { family: 'evm', outsideOrderId: '' }, 'validation-failed'],
    ['POST', '/purses', { family: 'evm', outsideOrderId: 'x'.repeat(256) }, 'validation-failed'],
  ] as const)('%s %s with %j is refused with %s and %s', async (method, path, body, code) => {
    expectProblem(await ledger.request(method, customer + path, { body }), code);
  });

  it('has no query parameters', async () => {
    const body = { externalId: 'b' };
    expectProblem(await post('/v1/customers?dryRun=true', body), 'validation-failed');
  });
});

describe('a path', () => {
  const nobody = '/v1/customers/0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';

  it.each([
    [nobody, 'customer-not-found'],
    [`${nobody}/balances`, 'customer-not-found'],
    [`${nobody}/throughput`, 'customer-not-found'],
    [`${nobody}/purses`, 'customer-not-found'],
    [nobody.replace('customers', 'purses'), 'purse-not-found'],
    [`${nobody.replace('customers', 'purses')}/balances`, 'purse-not-found'],
    [`${nobody.replace('customers', 'purses')}/throughput`, 'purse-not-found'],
    [nobody.replace('customers', 'replenishments'), 'replenishment-not-found'],
    ['/v1/customers/42', 'validation-failed'],
    ['/v1/customers/%00', 'validation-failed'],
    ['/v1/customers/%F0%9F%98%80', 'validation-failed'],
    ["/v1/customers/' OR 1=1 --", 'validation-failed'],
    [nobody.toUpperCase().replace('/V1/CUSTOMERS', '/v1/customers'), 'validation-failed'],
    [`/v1/customers/${'x'.repeat(5_000)}`, 'validation-failed'],
    ['/v1/customers/..%2f..%2fetc%2fpasswd', 'validation-failed'],
    ['/', 'not-found'],
    ['/v1', 'not-found'],
    ['/v1/customers/', 'not-found'],
    ['/V1/customers', 'not-found'],
    ['/v2/customers', 'not-found'],
    ['/v1/admin', 'not-found'],
    ['/docs/nothing', 'not-found'],
    ['/docs/..%2f..%2fpackage.json', 'not-found'],
    ['/.env', 'not-found'],
    ['/%zz', 'malformed-request'],
    ['/v1/customers/%E0%A4%A', 'malformed-request'],
  ] as const)('%s is refused with %s', async (path, code) => {
    expectProblem(await ledger.request('GET', path), code);
  });

  it.each([
    ['DELETE', '/v1/customers', 'GET, HEAD, POST'],
    ['PUT', '/v1/customers', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/customers', 'GET, HEAD, POST'],
    ['POST', '/v1/chains', 'GET, HEAD'],
    ['GET', '/v1/customers/x/block', 'POST'],
    ['PROPFIND', '/v1/events', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['DELETE', '/docs', 'GET, HEAD'],
  ])('%s %s is refused and told what is allowed', async (method, path, allow) => {
    const reply = await ledger.request(method, path);
    expectProblem(reply, 'method-not-allowed');
    expect(reply.headers.get('allow')).toBe(allow);
  });
});

const OTHER_LOG = '5e1b9c0a-3c5d-4e7f-8a9b-0c1d2e3f4a5b.1';

describe('a query', () => {
  it.each([
    ['/v1/customers?limit=0', 'validation-failed'],
    ['/v1/customers?limit=-1', 'validation-failed'],
    ['/v1/customers?limit=1.5', 'validation-failed'],
    ['/v1/customers?limit=ten', 'validation-failed'],
    ['/v1/customers?limit=', 'validation-failed'],
    ['/v1/customers?limit=9999999999', 'validation-failed'],
    ['/v1/customers?limit=5&limit=6', 'validation-failed'],
    ['/v1/customers?status=active', 'validation-failed'],
    ['/v1/customers?status[]=ACTIVE', 'validation-failed'],
    ['/v1/customers?externalId=%00', 'validation-failed'],
    ['/v1/customers?unknown=1', 'validation-failed'],
    ['/v1/customers?__proto__=1', 'validation-failed'],
    ['/v1/customers?constructor=1', 'validation-failed'],
    ['/v1/customers?cursor=', 'validation-failed'],
    ['/v1/customers?cursor=a%20b', 'validation-failed'],
    ['/v1/customers?cursor=AAAA', 'invalid-cursor'],
    [`/v1/customers?cursor=${cursorAt('1', 'zzz')}`, 'invalid-cursor'],
    [`/v1/customers?cursor=${cursorAt('9'.repeat(19), '0')}`, 'invalid-cursor'],
    [`/v1/customers?cursor=${'A'.repeat(129)}`, 'validation-failed'],
    ['/v1/customers?minPosition=-1', 'validation-failed'],
    ['/v1/customers?minPosition=1e3', 'validation-failed'],
    [`/v1/customers?minPosition=${'9'.repeat(19)}`, 'validation-failed'],
    ['/v1/customers?minPosition=1&minPosition=2', 'validation-failed'],
    ['/v1/purses?address=hello', 'invalid-address'],
    ['/v1/purses?address=0x0', 'invalid-address'],
    ['/v1/purses?address=%27', 'validation-failed'],
    ['/v1/purses?customerId=1', 'validation-failed'],
    ['/v1/purses?status=ACTIVE', 'validation-failed'],
    ['/v1/replenishments?status=done', 'validation-failed'],
    ['/v1/replenishments?asset=DOGE', 'asset-unknown'],
    ['/v1/replenishments?asset=%22', 'validation-failed'],
    ['/v1/replenishments?from=yesterday', 'validation-failed'],
    ['/v1/replenishments?from=2026-02-30T00:00:00Z', 'validation-failed'],
    ['/v1/replenishments?to=9999-12-31T23:59:59-14:00', 'validation-failed'],
    ['/v1/events?after=x', 'validation-failed'],
    ['/v1/events?cursor=AAAA', 'validation-failed'],
    ['/v1/events?after=1&log=1', 'validation-failed'],
    [`/v1/events?after=1&log=${OTHER_LOG}`, 'epoch-ended'],
    [`/v1/customers?cursor=${cursorAt('1', `0|${OTHER_LOG}`)}`, 'epoch-ended'],
    ['/v1/chains?limit=5', 'validation-failed'],
  ] as const)('%s is refused with %s', async (path, code) => {
    expectProblem(await ledger.request('GET', path), code);
  });
});

it('says of which log an answer is, and refuses positions that are of another one', async () => {
  const path = '/v1/customers?minPosition=1';
  const log = (await ledger.request('GET', path)).headers.get('daybook-log');
  const sent = (name: string) => ledger.request('GET', path, { headers: { 'daybook-log': name } });
  expect((await sent(log ?? '')).status).toBe(200);
  expectProblem(await sent(OTHER_LOG), 'epoch-ended');
  expectProblem(await sent(`${log}, ${log}`), 'malformed-request');
});

function cursorAt(position: string, stamp: string): string {
  return Buffer.from(`${position}.${stamp}`).toString('base64url');
}
