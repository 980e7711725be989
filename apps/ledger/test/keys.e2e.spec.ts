import { compare } from '@daybook/audit';
import { operator, streamName } from '@daybook/domain';
import { decideAndAppend, PostgresEventStore } from '@daybook/event-store';
import { CommandBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { hashApiKey, newApiKey } from '../src/edge/api-key';
import { DEFAULT_ACCOUNT_ID, DEFAULT_OPERATOR_NAME, operatorIdOf } from '../src/edge/identity';
import { IssueApiKey, RevokeApiKey } from '../src/edge/keys';
import { systemContext } from '../src/edge/request-context';
import { migrate } from '../src/migrate';
import { AUDITED } from '../src/operations/read-models';

const TWIN_ACCOUNT = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a53';
const OTHER_ACCOUNT = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
const CUSTOMER = { externalId: 'ann', families: ['evm'] };

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const as = (authorization: string, method: string, path: string, body?: unknown) =>
  ledger.request(method, path, { headers: { authorization }, ...(body ? { body } : {}) });
const basic = (password: string) =>
  `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`;

describe('without a valid key', () => {
  const wrongKeys = (): [string, string][] => {
    const [dbk, keyId] = ledger.apiKey.split('_');
    return [
      ['nothing', ''],
      ['no scheme', ledger.apiKey],
      ['another scheme', `Token ${ledger.apiKey}`],
      ['no key', 'Bearer '],
      ['garbage', 'Bearer garbage'],
      ['an unknown key', `Bearer ${newApiKey().key}`],
      ['a known key id with another secret', `Bearer ${dbk}_${keyId}_${'0'.repeat(43)}`],
      ['a key cut short', `Bearer ${ledger.apiKey.slice(0, -1)}`],
      ['a key in another letter case', `Bearer ${ledger.apiKey.toUpperCase()}`],
      ['a password', basic(ledger.apiKey)],
    ];
  };

  it('every answer is the same 401, and changes nothing', async () => {
    const head = await ledger.store.head();
    const bodies = [];
    for (const [, authorization] of wrongKeys()) {
      const reply = await as(authorization, 'POST', '/v1/customers', CUSTOMER);
      expect(reply.status).toBe(401);
      expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="Daybook"');
      const { requestId: _, ...body } = reply.body;
      bodies.push(body);
    }
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0].code).toBe('unauthenticated');
    expect(await ledger.store.head()).toBe(head);
  });

  it.each([
    ['GET', '/v1/customers'],
    ['GET', '/v1/chains'],
    ['GET', '/v1/assets'],
    ['GET', '/v1/events'],
    ['GET', '/metrics'],
    ['GET', '/docs'],
    ['GET', '/docs/swagger-ui.css'],
    ['GET', '/openapi.json'],
    ['GET', '/'],
    ['GET', '/nothing'],
    ['GET', '/%zz'],
    ['DELETE', '/v1/customers'],
    ['POST', '/livez'],
    ['HEAD', '/v1/customers'],
    ['OPTIONS', '/v1/customers'],
  ])('%s %s is not answered', async (method, path) => {
    expect((await as('', method, path)).status).toBe(401);
  });

  it('a large body is refused before it is read', async () => {
    const body = { ...CUSTOMER, description: 'x'.repeat(60_000) };
    expect((await as('', 'POST', '/v1/customers', body)).status).toBe(401);
  });

  it.each(['/livez', '/readyz', '/startupz'])('%s is answered', async (path) => {
    const reply = await as('', 'GET', path);
    expect([reply.status, reply.body.status]).toEqual([200, 'ok']);
  });

  it.each(['/docs', '/openapi.json', '/docs/swagger-ui.css'])(
    'a browser is asked for the key at %s and may give it as a password',
    async (path) => {
      const asked = await as('', 'GET', path);
      expect(asked.headers.get('www-authenticate')).toContain('Basic realm="Daybook"');
      expect((await as(basic(ledger.apiKey), 'GET', path)).status).toBe(200);
      expect((await as(basic('wrong'), 'GET', path)).status).toBe(401);
    },
  );
});

describe('/metrics', () => {
  it("needs a key of an operator: a tenant's opens it with no scope", async () => {
    const all = await ledger.issueKey({ scopes: ['read', 'write', 'service:read'] });
    for (const key of [ledger.apiKey, all]) {
      const reply = await as(`Bearer ${key}`, 'GET', '/metrics');
      expect([reply.status, reply.body.code]).toEqual([403, 'forbidden']);
      expect(JSON.stringify(reply.body)).not.toContain('daybook_');
    }
    for (const authorization of [`Bearer ${ledger.operatorKey}`, basic(ledger.operatorKey)]) {
      const reply = await as(authorization, 'GET', '/metrics');
      expect([reply.status, reply.body]).toEqual([200, expect.stringContaining('daybook_')]);
    }
    const asked = await as('', 'GET', '/metrics');
    expect(asked.headers.get('www-authenticate')).toContain('Basic realm="Daybook"');
    expect((await as(basic('wrong'), 'GET', '/metrics')).status).toBe(401);
  });
});

describe('a key', () => {
  it('does only what its scopes cover', async () => {
    const reader = `Bearer ${await ledger.issueKey({ scopes: ['read'] })}`;
    const writer = `Bearer ${await ledger.issueKey({ scopes: ['write'] })}`;
    const head = await ledger.store.head();
    const refusedWrite = await as(reader, 'POST', '/v1/customers', CUSTOMER);
    expect([refusedWrite.status, refusedWrite.body.code]).toEqual([403, 'forbidden']);
    expect(await ledger.store.head()).toBe(head);
    expect((await as(reader, 'GET', '/v1/customers')).status).toBe(200);
    expect((await as(writer, 'GET', '/v1/customers')).status).toBe(403);
    expect((await as(writer, 'POST', '/v1/customers', CUSTOMER)).status).toBe(201);
  });

  it('may have the key id of a key of another account: each opens its own, with a quota of its own', async () => {
    const secret = (letter: string) => `dbk_twins123_${letter.repeat(43)}`;
    const [mine, theirs] = [secret('m'), secret('t')];
    const issue = async (key: string, accountId: string) => {
      await ledger.issueKey({ scopes: ['read'], accountId });
      const owner = { kind: 'account', id: accountId } as const;
      const issued = new IssueApiKey(systemContext(accountId), { owner, key, scopes: ['write'] });
      await ledger.app.get(CommandBus).execute(issued);
      await until(async () => (await as(`Bearer ${key}`, 'GET', '/v1/assets')).status !== 401);
    };
    await issue(mine, DEFAULT_ACCOUNT_ID);
    await issue(theirs, TWIN_ACCOUNT);
    const created = await Promise.all(
      [mine, theirs].map((key) =>
        as(`Bearer ${key}`, 'POST', '/v1/customers', { externalId: 'of-a-twin' }),
      ),
    );
    expect(created.map(({ status }) => status)).toEqual([201, 201]);
    expect(created[0]?.body.id).not.toBe(created[1]?.body.id);
    // The very same key has one owner.
    const owner = { kind: 'account', id: TWIN_ACCOUNT } as const;
    const again = new IssueApiKey(systemContext(TWIN_ACCOUNT), {
      ...{ owner, key: mine, scopes: ['write'] },
    });
    await expect(ledger.app.get(CommandBus).execute(again)).rejects.toMatchObject({
      code: 'api-key-exists',
    });
    const revoke = { owner, keyId: 'twins123', reason: 'a test' };
    await ledger.app.get(CommandBus).execute(new RevokeApiKey(systemContext(TWIN_ACCOUNT), revoke));
    await until(async () => (await as(`Bearer ${theirs}`, 'GET', '/v1/assets')).status === 401);
    const left = await as(`Bearer ${mine}`, 'POST', '/v1/customers', {
      externalId: 'of-the-other',
    });
    expect(left.status).toBe(201);
  });

  it('never shows data of another account', async () => {
    const key = await ledger.issueKey({ scopes: ['read', 'write'], accountId: OTHER_ACCOUNT });
    const other = `Bearer ${key}`;
    const { body } = await ledger.request('POST', '/v1/customers', { body: CUSTOMER });
    const { id, position, purses } = body;
    const head = await ledger.store.head();
    const reads = [
      `/v1/customers/${id}`,
      `/v1/customers/${id}/purses`,
      `/v1/customers/${id}/balances`,
      `/v1/customers/${id}/throughput`,
      `/v1/purses/${purses[0].id}`,
      `/v1/purses/${purses[0].id}/balances`,
      `/v1/purses/${purses[0].id}/throughput`,
    ];
    for (const path of reads) {
      expect((await as(other, 'GET', `${path}?minPosition=${position}`)).status).toBe(404);
    }
    const commands: [string, string, object][] = [
      ['PATCH', `/v1/customers/${id}`, { description: 'mine' }],
      ['POST', `/v1/customers/${id}/block`, { reason: 'mine' }],
      ['POST', `/v1/customers/${id}/unblock`, { reason: 'mine' }],
      ['POST', `/v1/customers/${id}/purses`, { family: 'evm' }],
    ];
    for (const [method, path, request] of commands) {
      expect((await as(other, method, path, request)).status).toBe(404);
    }
    expect(await ledger.store.head()).toBe(head);
    const lists = [
      '/v1/customers?externalId=ann',
      `/v1/purses?address=${purses[0].address}`,
      `/v1/purses?customerId=${id}`,
      `/v1/replenishments?customerId=${id}`,
      '/v1/events',
    ];
    for (const path of lists) expect((await as(other, 'GET', path)).body.data).toEqual([]);
    const same = await as(other, 'POST', '/v1/customers', CUSTOMER);
    expect(same.status).toBe(201);
    expect(same.body.id).not.toBe(id);
  });

  it('is refused once it is revoked or expired', async () => {
    const keys = `/v1/accounts/${DEFAULT_ACCOUNT_ID}/keys`;
    const operator = { authorization: `Bearer ${ledger.operatorKey}` };
    const act = (path: string, body: object) =>
      ledger.request('POST', path, { body, headers: operator });
    const issue = async (expiresAt?: Date) => {
      const body = { scopes: ['read'], name: 'reports', reason: 'a test', expiresAt };
      const { status, body: issued } = await act(keys, body);
      expect(status).toBe(200);
      return issued;
    };
    const [lasting, ending, over] = [
      await issue(),
      await issue(new Date(Date.now() + 3_000)),
      await issue(new Date(Date.now() - 1)),
    ];
    const status = async ({ key }: { key: string }) =>
      (await as(`Bearer ${key}`, 'GET', '/v1/assets')).status;
    await until(async () => (await status(lasting)) === 200 && (await status(ending)) === 200);
    expect(await status(over)).toBe(401);

    const revoke = (keyId: string) => act(`${keys}/${keyId}/revoke`, { reason: 'leaked' });
    const revoked = await revoke(lasting.keyId);
    const asked = Date.now();
    await until(async () => (await status(lasting)) === 401);
    expect(Date.now() - asked).toBeLessThan(3_000);
    expect((await revoke(lasting.keyId)).body.position).toBe(revoked.body.position);
    await until(async () => (await status(ending)) === 401);

    const ours = [lasting, ending, over].map(({ keyId }) => keyId);
    const { body: list } = await ledger.request('GET', keys, { headers: operator });
    const listed = list.data.filter(({ keyId }: { keyId: string }) => ours.includes(keyId));
    const shown = listed.map((key: Record<string, unknown>) => [key.name, key.status, key.reason]);
    expect(shown).toEqual([
      ['reports', 'revoked', 'leaked'],
      ['reports', 'expired', null],
      ['reports', 'expired', null],
    ]);
    expect((await revoke('unknown0')).body.code).toBe('api-key-not-found');
  });

  it('names in the log the operator who issued it, and why', async () => {
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const body = { scopes: ['read'], reason: 'case 1234' };
    const path = `/v1/accounts/${DEFAULT_ACCOUNT_ID}/keys`;
    const { body: issued } = await ledger.request('POST', path, { body, headers });
    const history = await ledger.store.readStream(`account-${DEFAULT_ACCOUNT_ID}`);
    const event = history.find(({ position }) => String(position) === issued.position);
    expect(event?.metadata).toMatchObject({
      actor: `operator:${operatorIdOf(DEFAULT_OPERATOR_NAME)}`,
      accountId: DEFAULT_ACCOUNT_ID,
      reason: 'case 1234',
    });
    expect(JSON.stringify(history, (_, value) => String(value))).not.toContain(issued.key);
  });

  it('of the configuration was issued by the service at its first start', async () => {
    const streams = [
      `account-${DEFAULT_ACCOUNT_ID}`,
      `operator-${operatorIdOf(DEFAULT_OPERATOR_NAME)}`,
    ];
    for (const stream of streams) {
      for (const { metadata } of (await ledger.store.readStream(stream)).slice(0, 2)) {
        expect(metadata).toMatchObject({ actor: 'system', reason: 'first start' });
      }
    }
  });

  it('is never written to the log', () => {
    const [, , secret = 'x'] = ledger.apiKey.split('_');
    expect(JSON.stringify(ledger.logged)).not.toContain(secret);
  });
});

describe('a key id that two operators have in the log', () => {
  const ALICE = operatorIdOf('alice');
  const DEFAULT = operatorIdOf(DEFAULT_OPERATOR_NAME);
  const { key, keyId } = newApiKey({ kind: 'operator' });
  const headers = { authorization: `Bearer ${key}` };
  let clashed: TestLedger;

  const events = (id: string) => clashed.store.readStream(streamName('operator', id));
  const statusWith = async (other: string) => {
    const authorization = `Bearer ${other}`;
    return (await clashed.request('GET', '/v1/operators', { headers: { authorization } })).status;
  };

  // As if the first start with the key of Alice had come before the read models knew her.
  beforeAll(async () => {
    const restore = async (url: string) => {
      await migrate(url, 'postgres');
      const store = new PostgresEventStore(url);
      const metadata = { accountId: '', actor: 'system' };
      const issued = { keyId, keyHash: hashApiKey(key), scopes: ['read', 'write'] };
      for (const name of ['alice', DEFAULT_OPERATOR_NAME]) {
        const stream = streamName('operator', operatorIdOf(name));
        for (const command of [
          { type: 'AddOperator', name },
          { type: 'IssueApiKey', ...issued, name: null, expiresAt: null },
        ] as const) {
          const commandId = `${name} ${command.type}`;
          await decideAndAppend(store, { stream, decider: operator, command, commandId, metadata });
        }
      }
      await store.close();
    };
    clashed = await createLedgerForTest({ restore, env: { operatorKey: key } });
  });
  afterAll(() => clashed.close());

  it('stays with the first of them, and the read models go on', async () => {
    const path = `/v1/operators/${ALICE}/keys`;
    const body = { scopes: ['read'], reason: 'a test' };
    const { body: issued } = await clashed.request('POST', path, { headers, body });
    expect((await events(ALICE)).at(-1)?.metadata.actor).toBe(`operator:${ALICE}`);
    await until(async () => (await statusWith(issued.key)) === 200);
  });

  it('is not issued again by a start', async () => {
    const head = await clashed.store.head();
    // With the same keys.
    const next = await createLedgerForTest({ beside: clashed });
    await next.close();
    expect(await clashed.store.head()).toBe(head);
  });

  it('is refused for another secret and another owner', async () => {
    const head = await clashed.store.head();
    const other = newApiKey({ kind: 'operator' }).key.replace(/^dbo_.{8}/, `dbo_${keyId}`);
    for (const id of [DEFAULT, ALICE]) {
      const owner = { kind: 'operator', id } as const;
      const issue = new IssueApiKey(systemContext(''), { owner, key: other, scopes: ['read'] });
      await expect(clashed.app.get(CommandBus).execute(issue)).rejects.toMatchObject({
        ...{ name: 'DomainError', code: 'api-key-exists', message: expect.stringContaining(keyId) },
      });
    }
    expect(await clashed.store.head()).toBe(head);
  });

  it('is revoked only by the operator who has it', async () => {
    const act = (path: string, body: object) =>
      clashed.request('POST', `/v1/operators/${path}`, { headers, body });
    const reason = 'leaked';
    expect((await act(`${DEFAULT}/keys/${keyId}/revoke`, { reason })).status).toBe(200);
    const { body: later } = await act(`${ALICE}/keys`, { scopes: ['read'], reason });
    // The read model has passed the revocation then.
    await until(async () => (await statusWith(later.key)) === 200);
    const { store, databaseUrl: liveUrl } = clashed;
    expect((await compare({ ...AUDITED, store, liveUrl })).differences).toEqual([]);
    expect((await act(`${ALICE}/keys/${keyId}/revoke`, { reason })).status).toBe(200);
    await until(async () => (await statusWith(key)) === 401);
  });
});

describe('a quota', () => {
  const QUOTA = { requests: 20, windowSeconds: 3_600 };
  let limited: TestLedger;
  let other: TestLedger;
  beforeAll(async () => {
    limited = await createLedgerForTest({ quota: QUOTA });
    other = await createLedgerForTest({ quota: QUOTA, beside: limited });
  });
  afterAll(async () => {
    await other.close();
    await limited.close();
  });

  it('is stated in every answer, and refuses further requests', async () => {
    const seen = [];
    for (;;) {
      const reply = await limited.request('GET', '/v1/assets');
      expect(reply.headers.get('ratelimit-policy')).toBe('"standard";q=20;w=3600');
      seen.push(reply.headers.get('ratelimit'));
      if (reply.status === 200) continue;
      expect([reply.status, reply.body.code]).toEqual([429, 'rate-limited']);
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(3_500);
      break;
    }
    expect(seen.at(-1)).toMatch(/^"standard";r=0;t=\d+$/);
    expect((await limited.request('GET', '/readyz')).status).toBe(200);
  });

  it('is one of each tier, and one quota of all processes', async () => {
    const create = (ledger: TestLedger) =>
      ledger.request('POST', '/v1/customers', { body: CUSTOMER });
    const replies = [];
    for (let n = 0; n < QUOTA.requests; n++) replies.push(await create(n % 2 ? other : limited));
    expect(replies.map(({ status }) => status)).toEqual([201, ...Array(19).fill(200)]);
    expect(replies.at(-1)?.headers.get('ratelimit')).toMatch(/^"wallet";r=0;t=\d+$/);
    const head = await limited.store.head();
    for (const ledger of [limited, other]) {
      const { status, body, headers } = await create(ledger);
      expect([status, body.code]).toEqual([429, 'rate-limited']);
      expect(headers.get('ratelimit-policy')).toBe('"wallet";q=20;w=3600');
    }
    expect(await limited.store.head()).toBe(head);
  });
});
