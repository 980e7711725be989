import { CommandBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import { newApiKey } from '../src/edge/api-key';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { IssueApiKey, RevokeApiKey } from '../src/edge/keys';
import { PROBLEMS, type ProblemCode } from '../src/edge/problems';
import { systemContext } from '../src/edge/request-context';
import { detailsOf } from './grpc-details';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';
import { REFUSALS } from './grpc-refusals';
import {
  callsOf,
  messageOf,
  methodOf,
  rpcOf,
  samplesOf,
  sharedOperations,
} from './operation-calls';

const OTHER_ACCOUNT = '3f1c0b54-1111-4222-8333-444455556666';
const CUSTOMERS = 'daybook.v1.CustomerService';
const EVENTS = 'daybook.v1.EventService';

/** More than the set-up needs, little enough to use up. */
const QUOTA = { requests: 1_000, windowSeconds: 60 };

/** Of a wallet that exists for this test. There is none for TRON. */
const evmXpub =
  'xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekkudhUd9yLb6qx39T9nMdj';
let ledger: GrpcLedger;
let api: Reflected;
let stranger: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE, quota: QUOTA, env: { evmXpub } });
  api = await reflect(ledger.address, ledger.apiKey);
  const theirs = { scopes: ['read', 'write'], accountId: OTHER_ACCOUNT };
  stranger = await reflect(ledger.address, await ledger.issueKey(theirs));
  known = await fill(ledger);
});
afterAll(async () => {
  api?.close();
  stranger?.close();
  await ledger?.close();
});

/** Every method there is, with a request that it answers. */
function everyMethod() {
  const calls = sharedOperations(ledger.app).map((o) => callsOf(o, samplesOf(known))[0]);
  const shared = calls.map((call) => ({
    service: rpcOf(call.operation).service,
    name: rpcOf(call.operation).method,
    request: messageOf(call, methodOf(api, call.operation).request),
  }));
  return [...shared, ...['Tail', 'Replay'].map((name) => ({ service: EVENTS, name, request: {} }))];
}

/** What a refusal says, but for the id of the call. */
async function refusalOf(
  by: Reflected,
  { service, name, request }: { service: string; name: string; request: object },
  metadata: Record<string, string> = {},
) {
  const { error, answer } = await by.call(service, name, request, { metadata, timeoutMs: 8_000 });
  if (error === null) throw new Error(`${name} was answered: ${JSON.stringify(answer)}`);
  const { requestId: _, ...details } = detailsOf(error);
  return details;
}

describe('what a request says wrong', () => {
  const titled = REFUSALS.map((refusal) => {
    const [service, method, message] = refusal;
    return { title: `${service} ${method} ${JSON.stringify(message).slice(0, 100)}`, refusal };
  });

  it.each(titled)('is refused with the same code by both edges: $title', async ({ refusal }) => {
    const [service, method, request, rest, body] = refusal;
    const [verb = '', path = ''] = rest.split(' ');
    const reply = await ledger.request(verb, path, body === undefined ? {} : { body });
    const { error } = await api.call(`daybook.v1.${service}`, method, request);
    if (error === null) throw new Error('The call was answered.');
    const details = detailsOf(error);
    const code = reply.body.code as ProblemCode;
    expect(details.info).toMatchObject({ reason: code, domain: 'daybook' });
    expect(details.code).toBe(PROBLEMS[code].rpc);
    expect(details.requestId).toBe(error.metadata.get('x-request-id')[0]);
    const faults: { pointer: string; code: string }[] = reply.body.errors ?? [];
    expect(details.violations.map(({ reason }) => reason)).toEqual(faults.map((f) => f.code));
    const described = api.methodsOf(`daybook.v1.${service}`).find(({ name }) => name === method);
    const fields = described?.request.fields.map(({ name }) => name) ?? [];
    for (const { field } of details.violations) expect([...fields, '']).toContain(field);
    const [violation] = details.violations;
    expect(details.message).toBe(violation?.description ?? reply.body.detail);
    const retryAfter = reply.headers.get('retry-after');
    expect(details.retrySeconds).toBe(retryAfter);
  });

  it.each([
    ['Tail', { after: '9007199254740993' }, 'position-not-in-log'],
    ['Replay', { until: '9007199254740993' }, 'position-not-in-log'],
    ['Tail', { after: '18446744073709551615' }, 'validation-failed'],
    ['Tail', { filter: { types: ['NoSuchType'] } }, 'validation-failed'],
    ['Replay', { filter: { subject_kinds: ['account'] } }, 'validation-failed'],
  ])('ends a stream before it begins: %s %j', async (name, request, reason) => {
    const { info, code } = await refusalOf(api, { service: EVENTS, name, request });
    expect(info).toMatchObject({ reason, domain: 'daybook' });
    expect(code).toBe(PROBLEMS[reason as ProblemCode].rpc);
  });

  it('may be too long', async () => {
    const error = await api.callRaw(`/${CUSTOMERS}/CreateCustomer`, Buffer.alloc(65 * 1024));
    expect(error?.code).toBe(8); // RESOURCE_EXHAUSTED
  });

  it.each([
    ['cut short', Buffer.from([0x0a, 0x05, 0x61])],
    ['with a number that never ends', Buffer.alloc(12, 0xff)],
    ['with a group that never ends', Buffer.from([0x0b])],
    ['not in UTF-8', Buffer.from([0x0a, 0x01, 0x61, 0x12, 0x02, 0xff, 0xfe])],
  ])('may be no such message: %s', async (_, bytes) => {
    const error = await api.callRaw(`/${CUSTOMERS}/CreateCustomer`, bytes);
    expect(error && detailsOf(error)).toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', info: { reason: 'malformed-request' } },
    });
  });

  it('may have fields of a later contract, which are passed over', async () => {
    const later = Buffer.from([0xfa, 0x3e, 0x01, 0x61]); // field 1007
    expect(await api.callRaw(`/${EVENTS}/ListEvents`, later)).toBeNull();
  });
});

describe('another account', () => {
  it.each([
    ['PurseService', 'ListPurses', 'purses'],
    ['CustomerService', 'ListCustomers', 'customers'],
    ['ReplenishmentService', 'ListReplenishments', 'replenishments'],
    ['EventService', 'ListEvents', 'events'],
  ])('sees nothing in lists: %s/%s', async (service, method, list) => {
    const full = `daybook.v1.${service}`;
    const mine = await api.call(full, method, { limit: 1 });
    expect(mine.answer[list]).toHaveLength(1);
    const requests: object[] = [{}, { limit: 1 }];
    if (list !== 'events') requests.push({ limit: 1, cursor: mine.answer.next_cursor });
    if (list === 'purses') requests.push({ address: known.address });
    if (list === 'purses') requests.push({ customer_id: known.customerId });
    for (const request of requests) {
      const { answer, error } = await stranger.call(full, method, request);
      if (error === null) expect(answer[list]).toEqual([]);
      else expect(detailsOf(error).info.reason).toBe('invalid-cursor');
    }
  });

  it('is told nothing by streams', async () => {
    const { answer, error } = await stranger.call(EVENTS, 'Replay', {});
    expect(error).toBeNull();
    expect(answer.flatMap(({ events }: { events: object[] }) => events)).toEqual([]);
    expect(answer.at(-1)).toMatchObject({ complete: true });
  });
});

describe('without a key that opens the method', () => {
  const owner = { kind: 'account', id: DEFAULT_ACCOUNT_ID } as const;

  async function expired(): Promise<string> {
    const expiresAt = new Date(Date.now() + 300).toISOString();
    const request = { owner, scopes: ['read', 'write'], expiresAt };
    const issue = new IssueApiKey(systemContext(DEFAULT_ACCOUNT_ID), request);
    const { resource } = await ledger.app.get(CommandBus).execute(issue);
    return resource.key ?? '';
  }

  async function revoked(): Promise<string> {
    const key = await ledger.issueKey({ scopes: ['read', 'write'] });
    const keyId = key.split('_')[1] ?? '';
    const request = { owner, keyId, reason: 'a test' };
    const revoke = new RevokeApiKey(systemContext(DEFAULT_ACCOUNT_ID), request);
    await ledger.app.get(CommandBus).execute(revoke);
    return key;
  }

  /** One door refuses for all methods: each of them is tried without a key, and with one of the others. */
  const WRONG: readonly (readonly [string, () => Promise<string>])[] = [
    ['no key', async () => ''],
    ['no scheme', async () => ledger.apiKey],
    ['garbage', async () => 'Bearer garbage'],
    ['a password', async () => `Basic ${Buffer.from(`x:${ledger.apiKey}`).toString('base64')}`],
    ['an unknown key', async () => `Bearer ${newApiKey().key}`],
    ['another secret', async () => `Bearer ${ledger.apiKey.slice(0, -2)}xx`],
    ['an expired key', async () => `Bearer ${await expired()}`],
    ['a revoked key', async () => `Bearer ${await revoked()}`],
  ];
  const shares = WRONG.map(([name, authorizationOf], share) => ({ name, authorizationOf, share }));

  it.each(shares)('is refused in the same words: $name', async ({ authorizationOf, share }) => {
    const authorization = await authorizationOf();
    const isClosed = async () => {
      const metadata = { authorization };
      return (await api.call(EVENTS, 'ListEvents', {}, { metadata })).error?.code === 16;
    };
    await until(isClosed, { description: 'A key that opens nothing' });
    const head = await ledger.store.head();
    const isTried = (n: number) => share === 0 || n % (WRONG.length - 1) === share - 1;
    for (const method of everyMethod().filter((_, n) => isTried(n))) {
      expect(await refusalOf(api, method, { authorization })).toEqual({
        code: 'UNAUTHENTICATED',
        message: 'Send a valid API key: "Authorization: Bearer dbk_...".',
        info: { reason: 'unauthenticated', domain: 'daybook', metadata: {} },
        violations: [],
        retrySeconds: null,
      });
    }
    expect(await ledger.store.head()).toBe(head);
  });

  it('a key that has used up its quota is told how long to wait', async () => {
    const metadata = { authorization: `Bearer ${await ledger.issueKey({ scopes: ['read'] })}` };
    const calls = Array.from({ length: QUOTA.requests + 1 }, () =>
      api.call('daybook.v1.RegistryService', 'ListAssets', {}, { metadata }),
    );
    const errors = (await Promise.all(calls)).flatMap(({ error }) => error ?? []);
    const [error] = errors;
    if (error === undefined) throw new Error('The quota was never used up.');
    const details = detailsOf(error);
    expect(details).toMatchObject({ code: 'RESOURCE_EXHAUSTED', info: { reason: 'rate-limited' } });
    expect(Number(details.retrySeconds)).toBeGreaterThan(0);
    expect(Number(details.retrySeconds)).toBeLessThanOrEqual(QUOTA.windowSeconds);
    expect(error.metadata.get('ratelimit')[0]).toMatch(/^"standard";r=0;t=\d+$/);
  });
});
