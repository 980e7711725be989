import fc from 'fast-check';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID, DEFAULT_OPERATOR_NAME, operatorIdOf } from '../src/edge/identity';
import { operationsOf } from '../src/edge/operation';
import { TIERS } from '../src/edge/rate-limit';
import { OPEN_ROUTES } from '../src/rest/gate';
import type { RouteTable } from '../src/rest/route-table';
import { ApiDocument, type Operation } from './api-document';
import { type ApiRequest, type Known, requestsTo } from './api-requests';

const RUNS_PER_OPERATION = 15;
const SEED = 20_261_121;

let ledger: TestLedger;
let api: ApiDocument;
let known: Known;

beforeAll(async () => {
  ledger = await createLedgerForTest();
  api = new ApiDocument((await ledger.request('GET', '/openapi.json')).body);
  const body = { externalId: 'ann', families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [purse] = customer.purses;
  known = {
    ids: [customer.id, purse.id, DEFAULT_ACCOUNT_ID, operatorIdOf(DEFAULT_OPERATOR_NAME)],
    texts: {
      externalId: ['ann', 'bob'],
      currency: ['ETH', 'USDT_ETH', 'NOPE'],
      asset: ['ETH', 'NOPE', 'eip155:1/slip44:60'],
      address: [purse.address, purse.address.toLowerCase()],
      customerId: [customer.id],
      purseId: [purse.id],
      minPosition: ['0', '1'],
      asOf: ['0', '2', '9999', '2026-01-01T00:00:00Z', '2999-01-01T00:00:00+01:00'],
      after: ['0', '1'],
      limit: ['1', '1000'],
      from: ['2026-01-01T00:00:00Z'],
      to: ['2026-01-01T00:00:00.5+02:00'],
    },
  };
  await ledger.request('GET', `/v1/customers?minPosition=${customer.position}`);
});
afterAll(() => ledger.close());

/** Adjusts, releases, transfers, voids and corrects money; gives or takes keys and what an operator or account may do. */
const FINANCIAL =
  /^CorrectionService |Adjust|adjust|[rR]elease|[tT]ransfer|[vV]oid|[rR]esolve|ApiKey|OperatorKey|addOperator|Policy|PurseExpiry/;

const documented = (operations: readonly Operation[]) =>
  new Set(operations.map(({ method, path }) => `${method} ${path}`));

describe('the API document', () => {
  it('describes every route that is served, and no other', () => {
    const { routeTable } = ledger.app.getHttpAdapter().getInstance() as never as {
      routeTable: RouteTable;
    };
    const served = [...routeTable.routes]
      .filter(([url]) => !url.startsWith('/docs') && url !== '/openapi.json')
      .flatMap(([url, { methods }]) =>
        [...methods]
          .filter((method) => method !== 'HEAD')
          .map((method) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`),
      );
    expect(documented(api.operations)).toEqual(new Set(served));
  });

  it('is OpenAPI 3.1 with a name for every operation and an example of every refusal', () => {
    expect(api.document.openapi).toBe('3.1.0');
    const names = api.operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, responses, security } of api.operations) {
      const isOpen = OPEN_ROUTES.has(path);
      expect(security).toEqual(isOpen ? [] : undefined);
      const statuses = Object.keys(responses);
      const least = isOpen ? ['503'] : ['400', '401', '403', '429', '500', '503'];
      expect(statuses).toEqual(expect.arrayContaining(['200', ...least]));
    }
  });

  it('names the tier of every operation: mint and create, money and rights moved by hand, all else', () => {
    const tiers = operationsOf(ledger.app).map(({ name, rpc, kind, tier }) => {
      const isWallet = kind === 'command' && /^(mint|create)[A-Z]/.test(name);
      const isFinancial = kind === 'command' && FINANCIAL.test(`${rpc.split('/')[0]} ${name}`);
      const expected = isWallet ? 'wallet' : isFinancial ? 'financial' : 'standard';
      return { name, tier, expected };
    });
    expect(tiers.filter(({ tier, expected }) => tier !== expected)).toEqual([]);
    expect(new Set(tiers.map(({ tier }) => tier))).toEqual(new Set(TIERS));
    const named = api.operations.map((operation) => operation['x-rate-tier']);
    expect(named.filter((tier) => tier !== undefined).length).toBe(
      operationsOf(ledger.app).filter(({ http }) => http !== undefined).length,
    );
  });

  it('has no schema that nothing refers to, and names nothing that is not there', () => {
    const text = JSON.stringify(api.document);
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    const names = Object.keys(api.document.components.schemas);
    expect(new Set(referred)).toEqual(new Set(names));
  });

  it('is shown at /docs without anything from elsewhere', async () => {
    const page = await ledger.request('GET', '/docs');
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
    // The page's policy allows scripts of files only.
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(page.body).not.toMatch(/<script(?![^>]*src=)/);
    const assets = [...page.body.matchAll(/(?:src|href)="\.\/(docs\/[^"]+)"/g)].map(([, a]) => a);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect((await ledger.request('GET', `/${asset}`)).status).toBe(200);
    }
  });
});

/** What the document has against a request; null when it allows it. */
function faultOf(operation: Operation, { path, query, headers, body }: ApiRequest): string | null {
  const names = query.map(([name]) => name);
  if (new Set(names).size < names.length) return 'repeated parameter';
  for (const [name, value] of [...Object.entries(path), ...query, ...Object.entries(headers)]) {
    const parameter = operation.parameters.find((p) => p.name.toLowerCase() === name.toLowerCase());
    if (parameter === undefined && Object.hasOwn(headers, name)) continue;
    if (parameter === undefined) return `unknown parameter ${name}`;
    const fault = api.faults(parameter.schema, value);
    if (fault !== null) return fault;
  }
  // OpenAPI cannot say that two parameters exclude each other.
  if (names.includes('asOf') && names.includes('minPosition')) return 'asOf with minPosition';
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  if (schema === undefined || body === undefined) return null;
  // JSON Schema cannot say that text is well-formed.
  if (/\\ud[89a-f]/i.test(JSON.stringify(body))) return 'half a character';
  return api.faults(schema, body);
}

function send(operation: Operation, { path, query, headers, body }: ApiRequest): Promise<Reply> {
  const encode = (text: string) => encodeURIComponent(Buffer.from(text).toString());
  let url = operation.path.replaceAll(/\{(\w+)\}/g, (_, name) => encode(path[name] ?? ''));
  if (query.length > 0) {
    url += `?${query.map(([name, value]) => `${name}=${encode(value)}`).join('&')}`;
  }
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const isOperators = /^\/v1\/(accounts|operators|operations)/.test(operation.path);
  const key = isOperators ? { authorization: `Bearer ${ledger.operatorKey}` } : {};
  return ledger.request(operation.method, url, { headers: { ...key, ...headers }, ...json });
}

/** Refusals that depend on what exists, not on how the request is written. */
const MEANT_OTHERWISE = [
  'customer-not-found',
  'purse-not-found',
  'replenishment-not-found',
  'account-not-found',
  'operator-not-found',
  'api-key-not-found',
  'address-not-shared',
  'purse-has-owner',
  'key-not-parked',
  'chain-unknown',
  'watch-request-invalid',
  'watch-request-not-found',
  'watch-request-ended',
  'finding-not-found',
  'family-not-available',
  'asset-unknown',
  'as-of-in-future',
  'as-of-too-early',
  'position-not-in-log',
  'invalid-address',
  'invalid-cursor',
  'epoch-ended',
  'invalid-reason',
  'idempotency-key-reused',
];

it('is true for random requests: answers are as documented, and refusals change nothing', async () => {
  let [accepted, refused] = [0, 0];
  for (const operation of api.operations.filter(({ path }) => path.startsWith('/v1/'))) {
    const property = fc.asyncProperty(requestsTo(api, operation, known), async (request) => {
      // An empty part of a path is another path, and "." and ".." are taken out by the client.
      fc.pre(Object.values(request.path).every((part) => !['', '.', '..'].includes(part)));
      const head = await ledger.store.head();
      const fault = faultOf(operation, request);
      const reply = await send(operation, request);
      expect(api.faultsOfReply(operation, reply)).toBeNull();
      expect(reply.status).toBeLessThan(500);
      if (reply.status >= 400) {
        refused += 1;
        expect(await ledger.store.head()).toBe(head);
        if (fault === null) expect(MEANT_OTHERWISE).toContain(reply.body.code);
      } else {
        accepted += 1;
        expect(fault).toBeNull();
      }
    });
    await fc.assert(property, { numRuns: RUNS_PER_OPERATION, seed: SEED });
  }
  // A fuzz of which nothing gets through, or everything, tells nothing.
  expect(accepted).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(100);
});

it('holds for the probes and the metrics', async () => {
  for (const operation of api.operations.filter(({ path }) => !path.startsWith('/v1/'))) {
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    for (const options of [{}, { headers }]) {
      const reply = await ledger.request(operation.method, operation.path, options);
      expect(api.faultsOfReply(operation, reply)).toBeNull();
    }
  }
});
