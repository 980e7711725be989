import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { operationsOf } from '../src/edge/operation';
import { TIERS } from '../src/edge/rate-limit';
import { OPEN_ROUTES } from '../src/rest/gate';
import type { RouteTable } from '../src/rest/route-table';
import { ApiDocument, type Operation } from './api-document';
import { type ApiRequest, type Known, requestsTo } from './api-requests';
import { CHAINS_FILE, CREDIT, type Known as Filled, fill, NOTE, VOID } from './grpc-known';
import { isForOperators, sharedOperations } from './operation-calls';

const DOCUMENT = join(__dirname, '../../../libs/contracts/openapi.json');
/** Requests of the fuzz; CONTRIBUTING says how to send more. */
const REQUESTS = Number(process.env.DAYBOOK_TEST_FUZZ_REQUESTS ?? 1_000);
/** Far above what a request takes, for the time limit of the test. */
const MS_PER_REQUEST = 50;

let ledger: TestLedger;
let api: ApiDocument;
let known: Known;
/** Routes of operators. */
let ofOperators: ReadonlySet<string>;

beforeAll(async () => {
  ledger = await createLedgerForTest({ chains: CHAINS_FILE });
  api = new ApiDocument((await ledger.request('GET', '/openapi.json')).body);
  known = wordsOf(await fill(ledger));
  await ledger.request('GET', `/v1/customers?minPosition=${await ledger.store.head()}`);
  const operators = sharedOperations(ledger.app).filter(isForOperators);
  ofOperators = new Set(operators.map(({ http = '' }) => http.replaceAll(/:(\w+)/g, '{$1}')));
});
afterAll(() => ledger.close());

/** What the ledger has, by the names of fields. */
function wordsOf(all: Filled): Known {
  const { customerId, purseId, replenishmentId, findingId, openFindingId, watchRequestId } = all;
  const { accountId, operatorId, keyId, transaction, chain, parkedKey, position, log } = all;
  const purses = [purseId, all.assignedPurseId, all.heldPurseId, all.unownedPurseId];
  return {
    ids: [customerId, ...purses, replenishmentId, findingId, accountId, operatorId, watchRequestId],
    texts: {
      externalId: ['ann', 'bob', 'carl'],
      currency: ['ETH', 'USDT_ETH', 'NOPE'],
      asset: ['ETH', 'NOPE', 'eip155:1/slip44:60'],
      address: [all.address, all.address.toLowerCase()],
      customerId: [customerId],
      purseId: purses,
      replenishmentId: [replenishmentId, all.voidedId, all.restoredId, all.otherId],
      findingId: [findingId, openFindingId],
      accountId: [accountId],
      operatorId: [operatorId],
      keyId: [keyId, 'other000'],
      watchRequestId: [watchRequestId],
      chain: [chain, 'eip155:5'],
      hash: [transaction],
      transaction: [transaction],
      topic: [parkedKey.topic],
      group: [parkedKey.group],
      key: [parkedKey.key],
      reference: [VOID, CREDIT, NOTE, 'case-9'],
      difference: ['1', '5', '-5'],
      minPosition: ['0', '1', position],
      asOf: ['0', '2', position, '9999', '2026-01-01T00:00:00Z', '2999-01-01T00:00:00+01:00'],
      after: ['0', '1', position],
      limit: ['1', '1000'],
      from: ['2026-01-01T00:00:00Z'],
      to: ['2026-01-01T00:00:00.5+02:00'],
      log: [log],
      'Daybook-Log': [log],
    },
  };
}

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

  it('is the one in libs/contracts (after a change: DAYBOOK_WRITE_DOCS=1 npx jest openapi.e2e)', () => {
    const text = `${JSON.stringify(api.document, null, 2)}\n`;
    if (process.env.DAYBOOK_WRITE_DOCS) writeFileSync(DOCUMENT, text);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(text);
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
  // The form of a hash depends on the family of its chain.
  const { chain = '', hash = '0x' } = path;
  if (chain.startsWith('eip155:') && !hash.startsWith('0x')) return 'another family';
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
  const isOperators = ofOperators.has(`${operation.method} ${operation.path}`);
  const key = isOperators ? { authorization: `Bearer ${ledger.operatorKey}` } : {};
  return ledger.request(operation.method, url, { headers: { ...key, ...headers }, ...json });
}

/** Refusals that say that a request is written wrong. All others depend on what exists. */
const OF_FORM: readonly string[] = [
  ...['validation-failed', 'malformed-json', 'malformed-request', 'idempotency-key-invalid'],
  ...['unauthenticated', 'forbidden', 'not-found', 'method-not-allowed', 'payload-too-large'],
  ...['unsupported-media-type', 'uri-too-long', 'headers-too-large', 'request-timeout'],
];

/** Whether events after a position come of this request. */
async function hasWritten(after: bigint, requestId: string | null): Promise<boolean> {
  const { events } = await ledger.store.readAll({ after, limit: 1_000 });
  return events.some(({ metadata }) => metadata.correlationId === requestId);
}

it(
  `is true for ${REQUESTS} random requests: answers are as documented, and refusals change nothing`,
  async () => {
    const operations = api.operations.filter(({ path }) => path.startsWith('/v1/'));
    const numRuns = Math.ceil(REQUESTS / operations.length);
    const answered = { accepted: 0, refused: 0 };
    for (const operation of operations) {
      const property = fc.asyncProperty(requestsTo(api, operation, known), async (request) => {
        // An empty part of a path is another path, and "." and ".." are taken out by the client.
        fc.pre(Object.values(request.path).every((part) => !['', '.', '..'].includes(part)));
        const head = await ledger.store.head();
        const fault = faultOf(operation, request);
        const reply = await send(operation, request);
        expect(api.faultsOfReply(operation, reply)).toBeNull();
        expect(reply.status).toBeLessThan(500);
        answered[reply.status < 400 ? 'accepted' : 'refused'] += 1;
        if (reply.status < 400) {
          expect(fault).toBeNull();
          return;
        }
        if (fault === null) expect(OF_FORM).not.toContain(reply.body.code);
        expect(await hasWritten(head, reply.headers.get('x-request-id'))).toBe(false);
      });
      await fc.assert(property, { numRuns });
    }
    // A fuzz of which nothing gets through, or everything, tells nothing.
    expect(answered.accepted).toBeGreaterThan(REQUESTS / 10);
    expect(answered.refused).toBeGreaterThan(REQUESTS / 10);
  },
  120_000 + REQUESTS * MS_PER_REQUEST,
);

it('holds for the probes and the metrics', async () => {
  for (const operation of api.operations.filter(({ path }) => !path.startsWith('/v1/'))) {
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    for (const options of [{}, { headers }]) {
      const reply = await ledger.request(operation.method, operation.path, options);
      expect(api.faultsOfReply(operation, reply)).toBeNull();
    }
  }
});
