import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import { UNARY_METHODS } from '../src/grpc/methods';
import { FindApiKey } from '../src/read-models/accounts/find-api-key';
import { PROBLEMS, type ProblemCode } from '../src/rest/problems';
import type { RouteTable } from '../src/rest/route-table';
import { ApiDocument } from './api-document';
import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';
import { differences, type Known, snake, type Twin, twinsOf } from './grpc-twins';

// The table of `grpc-twins.ts` is what holds the edges together: a route or a method that is not in it
// fails here, and what is in it is asked over both edges of one running ledger.
const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const STRANGE_ID = '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52';
const ETHEREUM = { chain: 'eip155:1', rpc: [{ url: 'http://127.0.0.1:1' }] };

let ledger: GrpcLedger;
let api: Reflected;
let stranger: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger();
  api = await reflect(ledger.address, ledger.apiKey);
  const accountId = '3f1c0b54-1111-4222-8333-444455556666';
  stranger = await reflect(
    ledger.address,
    await ledger.issueKey({ scopes: ['read', 'write'], accountId }),
  );
  known = await fill();
});
afterAll(async () => {
  api?.close();
  stranger?.close();
  await ledger?.close();
});

/** A customer with a purse and a confirmed replenishment, and a watched chain. */
async function fill(): Promise<Known> {
  const body = { externalId: 'ann', families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [purse] = customer.purses;
  const txHash = `0x${'a'.repeat(64)}`;
  await ledger.publishTransfers([
    {
      transferId: `eip155:1/${txHash}/log:0`,
      version: 1,
      status: 'final',
      chain: 'eip155:1',
      asset: USDT,
      amount: '340282366920938463463374607431768211455',
      from: `0x${'1'.repeat(40)}`,
      to: purse.address.toLowerCase(),
      txHash,
      block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.678Z' },
      finality: { kind: 'depth', confirmations: 12 },
    },
  ]);
  const list = async () => (await ledger.request('GET', '/v1/replenishments')).body.data;
  await until(async () => (await list()).length === 1, { description: 'The replenishment' });
  const [replenishment] = await list();
  await ledger.publishChainHead({
    chain: ETHEREUM.chain,
    latest: 120,
    matched: 118,
    finalized: null,
    state: 'catching-up',
    detail: null,
    observedAt: '2026-01-02T03:04:05.000Z',
  });
  return {
    customerId: customer.id,
    purseId: purse.id,
    address: purse.address,
    replenishmentId: replenishment.id,
    position: String(await ledger.store.head()),
  };
}

function overRest({ rest, body }: Pick<Twin, 'rest' | 'body'>) {
  const [method = '', path = ''] = rest.split(' ');
  return ledger.request(method, path, body === undefined ? {} : { body });
}

/** The path template of a request of the table. */
function routeOf({ rest }: Twin): string {
  return rest.replace(/\?.*/, '').replace(/\/[0-9a-f-]{36}/, '/:id');
}

describe('the table of twins', () => {
  const unary = Object.entries(UNARY_METHODS).flatMap(([service, methods]) =>
    methods.map(({ name, twin }) => ({ service, name, twin })),
  );

  it('has every route of REST', () => {
    const { routeTable } = ledger.app.getHttpAdapter().getInstance() as never as {
      routeTable: RouteTable;
    };
    const routes = routeTable
      .all()
      .filter(({ url }) => url.startsWith('/v1/'))
      .flatMap(({ url, methods }) =>
        methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${url}`),
      );
    expect(unary.map(({ twin }) => twin).sort()).toEqual(routes.sort());
    expect(twinsOf(known).map(routeOf).sort()).toEqual(routes);
  });

  it('has every method of the contract that answers once', () => {
    const described = api.services
      .filter((service) => service.startsWith('daybook.v1.'))
      .flatMap((service) =>
        api
          .methodsOf(service)
          .filter(({ isStream }) => !isStream)
          .map(({ name }) => `${service}/${name}`),
      );
    expect(unary.map(({ service, name }) => `${service}/${name}`).sort()).toEqual(described.sort());
  });

  it('pairs requests that have the same fields', async () => {
    const document = new ApiDocument((await ledger.request('GET', '/openapi.json')).body);
    for (const { service, name, twin } of unary) {
      const [method, url = ''] = twin.split(' ');
      const path = url.replaceAll(/:(\w+)/g, '{$1}');
      const operation = document.operations.find((o) => o.method === method && o.path === path);
      const schema = operation?.requestBody?.content?.['application/json']?.schema;
      const resolved = document.resolve(schema?.allOf?.[0] ?? schema ?? {});
      const wanted = [
        ...(operation?.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name),
        ...Object.keys(resolved.properties ?? {}),
      ].map(snake);
      const fields = api.methodsOf(service).find((m) => m.name === name)?.fields;
      expect(fields).toEqual(expect.arrayContaining(wanted));
    }
  });
});

describe('both edges', () => {
  it('put the same on the buses, and answer the same', async () => {
    const seen: string[] = [];
    const note = (message: object) => {
      if (!(message instanceof FindApiKey)) seen.push(message.constructor.name);
    };
    const subscriptions = [CommandBus, QueryBus].map((bus) => ledger.app.get(bus).subscribe(note));
    try {
      for (const twin of twinsOf(known)) {
        seen.length = 0;
        const reply = await overRest(twin);
        const byRest = seen.splice(0);
        const { answer, error } = await api.call(twin.service, twin.method, twin.request);
        expect(error).toBeNull();
        expect(reply.status).toBe(200);
        expect({
          of: twin.method,
          difference: differences(twin.shape(reply.body), answer),
        }).toEqual({ of: twin.method, difference: [] });
        // The commands of the table leave things as they are, so the second answer is the first.
        expect({ of: twin.method, seen }).toEqual({ of: twin.method, seen: byRest });
      }
    } finally {
      for (const subscription of subscriptions) subscription.unsubscribe();
    }
  });

  it.each([
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'a b' },
      'POST /v1/customers',
      { externalId: 'a b' },
    ],
    ['CustomerService', 'CreateCustomer', {}, 'POST /v1/customers', { externalId: '' }],
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'b', families: ['FAMILY_TRON'] },
      'POST /v1/customers',
      { externalId: 'b', families: ['tron'] },
    ],
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'b', families: [1, 1] },
      'POST /v1/customers',
      { externalId: 'b', families: ['evm', 'evm'] },
    ],
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'b', families: [0] },
      'POST /v1/customers',
      { externalId: 'b', families: ['x'] },
    ],
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'b', description: 'x'.repeat(501) },
      'POST /v1/customers',
      { externalId: 'b', description: 'x'.repeat(501) },
    ],
    [
      'CustomerService',
      'CreateCustomer',
      { external_id: 'b', description: 'a\u0000' },
      'POST /v1/customers',
      { externalId: 'b', description: 'a\u0000' },
    ],
    [
      'CustomerService',
      'GetCustomer',
      { customer_id: STRANGE_ID },
      `GET /v1/customers/${STRANGE_ID}`,
    ],
    ['CustomerService', 'GetCustomer', { customer_id: 'x' }, 'GET /v1/customers/x'],
    [
      'CustomerService',
      'GetCustomer',
      { customer_id: STRANGE_ID, min_position: '18446744073709551615' },
      `GET /v1/customers/${STRANGE_ID}?minPosition=18446744073709551615`,
    ],
    ['CustomerService', 'ListCustomers', { limit: 0 }, 'GET /v1/customers?limit=0'],
    ['CustomerService', 'ListCustomers', { cursor: 'AAAA' }, 'GET /v1/customers?cursor=AAAA'],
    ['CustomerService', 'ListCustomers', { cursor: '' }, 'GET /v1/customers?cursor='],
    ['CustomerService', 'ListCustomers', { status: 77 }, 'GET /v1/customers?status=x'],
    [
      'CustomerService',
      'UpdateCustomer',
      { customer_id: STRANGE_ID, description: 'x' },
      `PATCH /v1/customers/${STRANGE_ID}`,
      { description: 'x' },
    ],
    [
      'CustomerService',
      'UpdateCustomer',
      { customer_id: STRANGE_ID },
      `PATCH /v1/customers/${STRANGE_ID}`,
      {},
    ],
    [
      'CustomerService',
      'UpdateCustomer',
      { customer_id: STRANGE_ID, clear_description: false },
      `PATCH /v1/customers/${STRANGE_ID}`,
      {},
    ],
    [
      'CustomerService',
      'BlockCustomer',
      { customer_id: STRANGE_ID, reason: ' ' },
      `POST /v1/customers/${STRANGE_ID}/block`,
      { reason: ' ' },
    ],
    [
      'CustomerService',
      'BlockCustomer',
      { customer_id: STRANGE_ID, reason: 'x' },
      `POST /v1/customers/${STRANGE_ID}/block`,
      { reason: 'x' },
    ],
    [
      'CustomerService',
      'UnblockCustomer',
      { customer_id: STRANGE_ID },
      `POST /v1/customers/${STRANGE_ID}/unblock`,
      { reason: '' },
    ],
    [
      'PurseService',
      'MintPurse',
      { customer_id: STRANGE_ID, family: 'FAMILY_EVM' },
      `POST /v1/customers/${STRANGE_ID}/purses`,
      { family: 'evm' },
    ],
    [
      'PurseService',
      'MintPurse',
      { customer_id: STRANGE_ID },
      `POST /v1/customers/${STRANGE_ID}/purses`,
      {},
    ],
    [
      'PurseService',
      'MintPurse',
      { customer_id: STRANGE_ID, currency: 'NOPE' },
      `POST /v1/customers/${STRANGE_ID}/purses`,
      { currency: 'NOPE' },
    ],
    ['PurseService', 'GetPurse', { purse_id: STRANGE_ID }, `GET /v1/purses/${STRANGE_ID}`],
    ['PurseService', 'ListPurses', { address: '0x0' }, 'GET /v1/purses?address=0x0'],
    ['PurseService', 'ListPurses', { customer_id: '1' }, 'GET /v1/purses?customerId=1'],
    [
      'PurseService',
      'ListCustomerPurses',
      { customer_id: STRANGE_ID },
      `GET /v1/customers/${STRANGE_ID}/purses`,
    ],
    [
      'ReplenishmentService',
      'GetReplenishment',
      { replenishment_id: STRANGE_ID },
      `GET /v1/replenishments/${STRANGE_ID}`,
    ],
    [
      'ReplenishmentService',
      'ListReplenishments',
      { asset: 'DOGE' },
      'GET /v1/replenishments?asset=DOGE',
    ],
    [
      'ReplenishmentService',
      'ListReplenishments',
      { asset: '"' },
      'GET /v1/replenishments?asset=%22',
    ],
    [
      'ReplenishmentService',
      'ListReplenishments',
      { from: { seconds: -1 } },
      'GET /v1/replenishments?from=1969-12-31T23:59:59.000Z',
    ],
    [
      'FiguresService',
      'GetCustomerBalances',
      { customer_id: STRANGE_ID },
      `GET /v1/customers/${STRANGE_ID}/balances`,
    ],
    [
      'FiguresService',
      'GetCustomerThroughput',
      { customer_id: STRANGE_ID },
      `GET /v1/customers/${STRANGE_ID}/throughput`,
    ],
    [
      'FiguresService',
      'GetPurseBalances',
      { purse_id: STRANGE_ID },
      `GET /v1/purses/${STRANGE_ID}/balances`,
    ],
    [
      'FiguresService',
      'GetPurseThroughput',
      { purse_id: STRANGE_ID },
      `GET /v1/purses/${STRANGE_ID}/throughput`,
    ],
    ['EventService', 'ListEvents', { limit: 0 }, 'GET /v1/events?limit=0'],
  ] as const)(
    'refuse the same: %s %s %j',
    async (service, method, request, rest, ...[body]: readonly object[]) => {
      const reply = await overRest({ rest, ...(body && { body }) });
      const { error } = await api.call(`daybook.v1.${service}`, method, request);
      if (error === null) throw new Error('The call was answered.');
      const details = detailsOf(error);
      const code = reply.body.code as ProblemCode;
      expect(details.info).toMatchObject({ reason: code, domain: 'daybook' });
      expect(details.code).toBe(PROBLEMS[code].rpc);
      const faults: { pointer: string; code: string }[] = reply.body.errors ?? [];
      expect(details.violations.map(({ reason }) => reason)).toEqual(faults.map((f) => f.code));
      const { fields = [] } =
        api.methodsOf(`daybook.v1.${service}`).find((m) => m.name === method) ?? {};
      for (const { field } of details.violations) expect([...fields, '']).toContain(field);
      if (details.violations.length === 0) expect(details.message).toBe(reply.body.detail);
    },
  );

  it('keep an account from everything of another, as if it were not there', async () => {
    const refused: string[] = [];
    for (const { service, method, request, rest } of twinsOf(known)) {
      const mine = JSON.stringify(request);
      if (!/customer_id|purse_id|replenishment_id|address/.test(mine)) continue;
      const { min_position: _, ...asked } = request as Record<string, unknown>;
      const { error, answer } = await stranger.call(service, method, asked);
      if (method.startsWith('List') && error === null) expect(answer.purses).toEqual([]);
      else
        expect(error && detailsOf(error).info.reason).toMatch(
          /^(customer|purse|replenishment)-not-found$/,
        );
      refused.push(rest);
    }
    expect(refused.length).toBe(13);
    const { answer } = await stranger.call('daybook.v1.EventService', 'ListEvents', {});
    expect(answer.events).toEqual([]);
  });

  it('take a repeat for the same request, whichever it comes by', async () => {
    const requestId = 'over-both-1';
    const first = await api.call('daybook.v1.CustomerService', 'CreateCustomer', {
      external_id: 'bob',
      description: 'first',
      families: ['FAMILY_EVM'],
      request_id: requestId,
    });
    expect(first.answer).toMatchObject({ created: true, replayed: false });
    const headers = { 'idempotency-key': requestId };
    const body = { families: ['evm'], description: 'first', externalId: 'bob' };
    const again = await ledger.request('POST', '/v1/customers', { body, headers });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.position).toBe(first.answer.position);
    const other = await api.call(
      'daybook.v1.CustomerService',
      'CreateCustomer',
      { external_id: 'carl' },
      { metadata: headers },
    );
    expect(other.error && detailsOf(other.error).info.reason).toBe('idempotency-key-reused');
    const twice = await api.call(
      'daybook.v1.CustomerService',
      'CreateCustomer',
      { external_id: 'carl', request_id: 'another' },
      { metadata: headers },
    );
    expect(twice.error && detailsOf(twice.error)).toMatchObject({
      info: { reason: 'idempotency-key-invalid' },
      violations: [{ field: 'request_id' }],
    });
  });
});
