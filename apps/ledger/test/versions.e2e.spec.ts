import { type Metadata, status } from '@grpc/grpc-js';
import type { Reply } from '../../../test/ledger-harness';
import { takesIfMatch } from '../src/edge/operation';
import { detailsOf } from './grpc-details';
import { CHAINS_FILE, fill, type Known } from './grpc-known';
import { createGrpcLedger, type GrpcLedger } from './grpc-ledger';
import { type Reflected, reflect } from './grpc-reflected';
import { callsOf, overGrpc, overRest, samplesOf, sharedOperations } from './operation-calls';

const OTHER_ACCOUNT = '3f1c0b54-1111-4222-8333-444455556666';

let ledger: GrpcLedger;
let api: Reflected;
let known: Known;

beforeAll(async () => {
  ledger = await createGrpcLedger({ chains: CHAINS_FILE });
  api = await reflect(ledger.address, ledger.apiKey);
  known = await fill(ledger);
});
afterAll(async () => {
  api?.close();
  await ledger?.close();
});

const etagOf = ({ headers }: Reply) => headers.get('etag') ?? '';

/** A customer, with the path and the `ETag` of it. */
async function customer(externalId: string) {
  const reply = await ledger.request('POST', '/v1/customers', { body: { externalId } });
  const path = `/v1/customers/${reply.body.id}`;
  await ledger.request('GET', `${path}?minPosition=${reply.body.position}`);
  return { path, id: reply.body.id, etag: etagOf(reply) };
}

const patch = (path: string, description: string, headers: Record<string, string>) =>
  ledger.request('PATCH', path, { headers, body: { description } });

describe('a version', () => {
  it('is the same in the answer of a command and in a read, and another one after a change', async () => {
    const { path, etag } = await customer('kim');
    expect(etag).toMatch(/^"1\.\d+"$/);
    expect(etagOf(await ledger.request('GET', path))).toBe(etag);
    const changed = await patch(path, 'new', {});
    expect(etagOf(changed)).not.toBe(etag);
    const read = await ledger.request('GET', `${path}?minPosition=${changed.body.position}`);
    expect(etagOf(read)).toBe(etagOf(changed));
    // A command that changes nothing leaves it.
    expect(etagOf(await patch(path, 'new', {}))).toBe(etagOf(changed));
  });

  it('is metadata over gRPC', async () => {
    const { path, id, etag } = await customer('kai');
    const service = api.client('daybook.v1.CustomerService');
    const change = (ifMatch: string) =>
      new Promise<{ readonly error: unknown; readonly etag: string | undefined }>((resolve) => {
        let found: string | undefined;
        const request = { customer_id: id, description: 'over gRPC' };
        const metadata = api.metadata({ 'if-match': ifMatch });
        const call = service.UpdateCustomer(request, metadata, (error: unknown) =>
          resolve({ error, etag: found }),
        );
        call.on('metadata', (sent: Metadata) => {
          found = sent.get('etag').map(String)[0];
        });
      });
    const changed = await change(etag);
    expect(changed.error).toBeNull();
    expect(changed.etag).not.toBe(etag);
    await patch(path, 'over gRPC', { 'if-match': changed.etag ?? '' });
    expect((await change(etag)).error).toMatchObject({ code: status.ABORTED });
  });

  it('that a client has is not sent again', async () => {
    const { path, etag } = await customer('kit');
    const asked = (tag: string) =>
      ledger.request('GET', path, { headers: { 'if-none-match': tag } });
    const same = await asked(etag);
    expect([same.status, same.body, etagOf(same)]).toEqual([304, '', etag]);
    const other = await asked('"1.1"');
    expect([other.status, other.body.externalId]).toEqual([200, 'kit']);
  });

  it('is stated by every versioned read, on both edges, and past states have none', async () => {
    const reads = sharedOperations(ledger.app).filter((o) => o.kind === 'query' && o.versioned);
    expect(reads.length).toBeGreaterThan(3);
    for (const operation of reads) {
      const [call] = callsOf(operation, samplesOf(known));
      const { status: code, headers } = await overRest(ledger, call);
      const named = { operation: operation.name, status: code, etag: headers.get('etag') };
      expect(named).toEqual({ ...named, status: 200, etag: expect.stringMatching(/^"1\.\d+"$/) });
      const again = { 'if-none-match': headers.get('etag') ?? '' };
      expect((await overRest(ledger, call, again)).status).toBe(304);
    }
    const past = await ledger.request('GET', `/v1/purses/${known.purseId}?asOf=${known.position}`);
    expect([past.status, past.headers.get('etag')]).toEqual([200, null]);
  });
});

describe('If-Match', () => {
  it('lets a command through when nothing has changed, once', async () => {
    const { path, etag } = await customer('lee');
    expect((await patch(path, 'one', { 'if-match': etag })).status).toBe(200);
    const head = await ledger.store.head();
    const late = await patch(path, 'two', { 'if-match': etag });
    expect([late.status, late.body.code]).toEqual([412, 'precondition-failed']);
    expect(await ledger.store.head()).toBe(head);
    expect((await patch(path, 'two', { 'if-match': '*' })).status).toBe(200);
  });

  it('lets one of many through that come at once', async () => {
    const { path, etag } = await customer('max');
    const attempts = Array.from({ length: 20 }, (_, n) =>
      patch(path, `writer ${n}`, { 'if-match': etag }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, ...Array(19).fill(412)]);
  });

  it('repeats the first answer of a keyed request, although the resource has changed', async () => {
    const { path, etag } = await customer('mia');
    const headers = { 'if-match': etag, 'idempotency-key': 'once-mia' };
    const first = await patch(path, 'one', headers);
    await patch(path, 'two', {});
    const again = await patch(path, 'one', headers);
    expect([again.status, again.body, etagOf(again)]).toEqual([200, first.body, etagOf(first)]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('does not use an idempotency key up when it fails', async () => {
    const { path } = await customer('noa');
    const key = { 'idempotency-key': 'once-noa' };
    expect((await patch(path, 'one', { ...key, 'if-match': '"1.1"' })).status).toBe(412);
    const current = etagOf(await ledger.request('GET', path));
    expect((await patch(path, 'one', { ...key, 'if-match': current })).status).toBe(200);
  });

  it('tells a stranger nothing: the resource is not found, whatever is sent', async () => {
    const { path, etag } = await customer('ned');
    const theirs = await ledger.issueKey({ scopes: ['write'], accountId: OTHER_ACCOUNT });
    const authorization = `Bearer ${theirs}`;
    for (const tag of [etag, '"1.1"', '*']) {
      const reply = await patch(path, 'x', { authorization, 'if-match': tag });
      expect([reply.status, reply.body.code]).toEqual([404, 'customer-not-found']);
    }
  });

  it('is kept by every command that takes it, on both edges', async () => {
    const commands = sharedOperations(ledger.app).filter(takesIfMatch);
    expect(commands.length).toBeGreaterThan(6);
    const head = await ledger.store.head();
    for (const operation of commands) {
      const [call] = callsOf(operation, samplesOf(known));
      const rest = await overRest(ledger, call, { 'if-match': '"1.1"' });
      const { error } = await overGrpc(api, call, { 'if-match': '"1.1"' });
      if (error === null) throw new Error(`${operation.name} was answered.`);
      const { info, code } = detailsOf(error);
      expect([operation.name, rest.body.code, info.reason, code]).toEqual([
        operation.name,
        'precondition-failed',
        'precondition-failed',
        'ABORTED',
      ]);
    }
    expect(await ledger.store.head()).toBe(head);
  });

  it('is refused by every other command, rather than ignored', async () => {
    const others = sharedOperations(ledger.app).filter(
      (operation) => operation.kind === 'command' && !takesIfMatch(operation),
    );
    const head = await ledger.store.head();
    for (const operation of others) {
      const [call] = callsOf(operation, samplesOf(known));
      const { body } = await overRest(ledger, call, { 'if-match': '"1.1"' });
      expect([operation.name, body.code, body.errors?.[0]?.pointer]).toEqual([
        operation.name,
        'validation-failed',
        'if-match',
      ]);
    }
    expect(await ledger.store.head()).toBe(head);
  });
});

it('lets a replenishment be voided by the version that was read of it', async () => {
  const path = `/v1/replenishments/${known.otherId}`;
  const etag = etagOf(await ledger.request('GET', path));
  const reply = await ledger.request('POST', `/v1/operations${path.slice(3)}/void`, {
    headers: { authorization: `Bearer ${ledger.operatorKey}`, 'if-match': etag },
    body: { reason: 'a test', reference: 'case-etag' },
  });
  expect(reply.status).toBe(200);
  expect(etagOf(reply)).toBe(`"1.${reply.body.position}"`);
});
