import { detailsOf } from './grpc-details';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';

const CUSTOMERS = 'daybook.v1.CustomerService';
const PURSES = 'daybook.v1.PurseService';

let ledger: GrpcLedger;
let api: Reflected;
let customerId: string;

beforeAll(async () => {
  ledger = await createGrpcLedger();
  api = await reflect(ledger.address, ledger.apiKey);
  const { answer } = await api.call(CUSTOMERS, 'CreateCustomer', { external_id: 'ann' });
  customerId = answer.customer.id;
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

/** A command that creates and one that changes; `operations.e2e.spec.ts` tries all of them. */
const COMMANDS = [
  { service: CUSTOMERS, method: 'CreateCustomer', own: { external_id: 'bob' } },
  { service: PURSES, method: 'MintPurse', own: { family: 'FAMILY_EVM' } },
];
const OTHERS: Readonly<Record<string, object>> = {
  CreateCustomer: { external_id: 'eve' },
  MintPurse: { family: 'FAMILY_EVM', outside_order_id: 'y' },
};

function requestOf(method: string, own: object): object {
  return method === 'CreateCustomer' ? own : { customer_id: customerId, ...own };
}

describe('a request id', () => {
  it.each(COMMANDS)('makes a repeat safe: $method', async ({ service, method, own }) => {
    const request = requestOf(method, own);
    const requestId = `once-${method}`;
    const asField = { ...request, request_id: requestId };
    const metadata = { 'idempotency-key': requestId };
    const first = await api.call(service, method, asField);
    expect(first.error).toBeNull();
    expect(first.answer.replayed).toBe(false);
    const head = await ledger.store.head();
    for (const again of [
      await api.call(service, method, asField),
      await api.call(service, method, request, { metadata }),
      await api.call(service, method, asField, { metadata }),
    ]) {
      expect(again.answer).toEqual({ ...first.answer, replayed: true });
    }
    const other = { ...requestOf(method, OTHERS[method] ?? {}), request_id: requestId };
    const reused = await api.call(service, method, other);
    expect(reused.error && detailsOf(reused.error)).toMatchObject({
      ...{ code: 'ALREADY_EXISTS', info: { reason: 'idempotency-key-reused' } },
    });
    expect(await ledger.store.head()).toBe(head);
  });

  it('has one effect, however many send it at once', async () => {
    const request = { external_id: 'crowd', request_id: 'crowd-1' };
    const all = await Promise.all(
      Array.from({ length: 32 }, () => api.call(CUSTOMERS, 'CreateCustomer', request)),
    );
    expect(all.map(({ error }) => error)).toEqual(Array(32).fill(null));
    expect(new Set(all.map(({ answer }) => JSON.stringify(answer.customer))).size).toBe(1);
    const [first] = all;
    expect(await ledger.store.readStream(`customer-${first?.answer.customer.id}`)).toHaveLength(1);
  });

  it('stands for the same request over REST, and for no other', async () => {
    const first = await api.call(CUSTOMERS, 'CreateCustomer', {
      ...{ external_id: 'over-both', description: 'first' },
      families: ['FAMILY_EVM', 'FAMILY_TRON'],
      request_id: 'over-both-1',
    });
    expect(first.answer).toMatchObject({ created: true, replayed: false });
    const headers = { 'idempotency-key': 'over-both-1' };
    const body = { families: ['evm', 'tron'], description: 'first', externalId: 'over-both' };
    const again = await ledger.request('POST', '/v1/customers', { body, headers });
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.position).toBe(first.answer.position);
    expect(again.body.purses.map(({ address }: { address: string }) => address)).toEqual([
      expect.stringMatching(/^0x[0-9a-fA-F]{40}$/),
      expect.stringMatching(/^T[1-9A-HJ-NP-Za-km-z]{33}$/),
    ]);
    const other = { body: { externalId: 'carl' }, headers };
    const reused = await ledger.request('POST', '/v1/customers', other);
    expect(reused.body.code).toBe('idempotency-key-reused');
  });

  it.each([
    ['empty', { request_id: '' }, {}],
    ['with a space', { request_id: 'a b' }, {}],
    ['too long', { request_id: 'x'.repeat(256) }, {}],
    ['two of them', { request_id: 'one' }, { 'idempotency-key': 'another' }],
  ])('may not be %s', async (_, field, metadata: Record<string, string>) => {
    const head = await ledger.store.head();
    const request = { external_id: 'never', ...field };
    const { error } = await api.call(CUSTOMERS, 'CreateCustomer', request, { metadata });
    expect(error && detailsOf(error)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      info: { reason: 'idempotency-key-invalid' },
      violations: [{ field: 'request_id' }],
    });
    expect(await ledger.store.head()).toBe(head);
  });
});
