import { join } from 'node:path';
import {
  DaybookClient,
  DaybookClientModule,
  DaybookError,
  DaybookProblem,
  DaybookRest,
  etagOf,
  v1,
} from '@daybook/client';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { grpcCredentials } from '../apps/ledger/src/grpc/credentials';
import { createGrpcLedger, type GrpcLedger } from '../apps/ledger/test/grpc-ledger';
import { type BreakableLine, breakableLine } from './breakable-line';
import { until } from './dependencies';
import { createLedgerForTest } from './ledger-harness';

let ledger: GrpcLedger;
let line: BreakableLine;
let daybook: DaybookClient;
/** The same by way of a line that can be cut. */
let distant: DaybookClient;

beforeAll(async () => {
  ledger = await createGrpcLedger({ heartbeatMs: 200 });
  line = await breakableLine(`http://${ledger.address}`);
  const { apiKey } = ledger;
  daybook = new DaybookClient({ address: ledger.address, apiKey, tls: false });
  distant = new DaybookClient({ address: new URL(line.url).host, apiKey, tls: false });
});

afterAll(async () => {
  daybook.close();
  distant.close();
  await line.close();
  await ledger.close();
});

beforeEach(() => line.mend());

const families = [v1.Family.FAMILY_EVM];

async function failure(attempt: Promise<unknown>): Promise<DaybookError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DaybookError);
  return error as DaybookError;
}

/** The positions of the events of customers. */
async function customersAfter(after: bigint): Promise<readonly string[]> {
  const { events } = await ledger.store.readAll({ after, limit: 1_000, kinds: ['customer'] });
  return events.map(({ position }) => String(position));
}

/** Cuts and mends the line a few times while `work` goes on. */
async function badLine<T>(work: Promise<T>, breaks: number): Promise<T> {
  for (let i = 0; i < breaks; i++) {
    line.cut();
    await new Promise((resolve) => setImmediate(resolve));
    line.mend();
    await Promise.race([work, daybook.registry.listAssets({})]);
  }
  return work;
}

describe('the client of an internal team', () => {
  it('is injected by its Nest module, and closed with the app', async () => {
    const { address, apiKey } = ledger;
    @Module({
      imports: [
        DaybookClientModule.forRootAsync({ useFactory: () => ({ address, apiKey, tls: false }) }),
      ],
    })
    class ShopModule {}
    const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
    const injected = app.get(DaybookClient);
    const { customer } = await injected.customers.createCustomer({ externalId: 'of-the-shop' });
    expect(customer).toMatchObject({ externalId: 'of-the-shop', status: 'CUSTOMER_STATUS_ACTIVE' });
    await app.close();
    await expect(injected.registry.listAssets({})).rejects.toThrow('shut down');
  });

  it('has every command and query, typed', async () => {
    const { customer, position } = await daybook.customers.createCustomer({
      externalId: 'alice',
      description: 'The first',
    });
    const customerId = customer?.id as string;
    const minPosition = position;
    expect(await daybook.customers.getCustomer({ customerId, minPosition })).toEqual({ customer });
    const minted = await daybook.purses.mintPurse({
      customerId,
      kind: { $case: 'family', value: v1.Family.FAMILY_EVM },
      outsideOrderId: 'order-1',
    });
    expect(minted).toMatchObject({
      purse: { customerId, outsideOrderId: 'order-1' },
      created: true,
    });
    const also = await daybook.customers.createCustomer({ externalId: 'alice', families });
    expect(also).toMatchObject({ purses: [minted.purse], created: false });
    const blocked = await daybook.customers.blockCustomer({ customerId, reason: 'chargeback' });
    expect(blocked.customer?.status).toBe(v1.CustomerStatus.CUSTOMER_STATUS_BLOCKED);
    await daybook.customers.unblockCustomer({ customerId, reason: 'cleared' });
    const changed = await daybook.customers.updateCustomer({
      customerId,
      descriptionChange: { $case: 'clearDescription', value: true },
    });
    expect(changed.customer?.description).toBeUndefined();
    const seen = { customerId, minPosition: changed.position };
    expect(await daybook.figures.getCustomerBalances(seen)).toMatchObject({ balances: [] });
    expect(await daybook.figures.getCustomerThroughput(seen)).toMatchObject({ throughputs: [] });
    expect((await daybook.replenishments.listReplenishments({})).replenishments).toEqual([]);
    const { events } = await daybook.events.listEvents({ limit: 100 });
    expect(events.map(({ type }) => type)).toContain('CustomerBlocked');
  });

  it('tells a refusal by its stable code, with the fields that are wrong', async () => {
    const unknown = '00000000-0000-5000-8000-000000000000';
    const missing = await failure(daybook.customers.getCustomer({ customerId: unknown }));
    expect(missing).toMatchObject({ code: 'customer-not-found', status: 'NOT_FOUND' });
    expect(missing.parts.callId).toMatch(/./);
    expect(missing.isOutcomeUnknown).toBe(false);
    const wrong = await failure(daybook.customers.createCustomer({ externalId: 'a b' }));
    expect(wrong).toMatchObject({ code: 'validation-failed', status: 'INVALID_ARGUMENT' });
    expect(wrong.parts.fields[0]?.field).toBe('external_id');
    expect(wrong.message).toContain('external_id');
  });

  it('never repeats its key, not even when it is refused', async () => {
    const apiKey = 'dbk_this-is-no-key';
    const stranger = new DaybookClient({ address: ledger.address, apiKey, tls: false });
    const error = await failure(stranger.registry.listAssets({}));
    expect(error).toMatchObject({ code: 'unauthenticated', status: 'UNAUTHENTICATED' });
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(apiKey);
    stranger.close();
  });

  it('gives up in time, and says how to find out what became of a command', async () => {
    const request = { externalId: 'in-no-time' };
    const error = await failure(daybook.customers.createCustomer(request, { timeoutMs: 0.01 }));
    expect(error.status).toBe('DEADLINE_EXCEEDED');
    expect(error.isOutcomeUnknown).toBe(true);
    const { requestId } = error.parts.called;
    const again = { ...request, requestId };
    const first = await daybook.customers.createCustomer(again);
    expect(await daybook.customers.createCustomer(again)).toEqual({ ...first, replayed: true });
  });

  it('rejects with the reason of the signal that stops a call', async () => {
    const reason = new Error('The user went away.');
    const stop = new AbortController();
    const call = daybook.registry.listAssets({}, { signal: stop.signal });
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
  });

  it('repeats commands whose answers are lost, and none takes effect twice', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `over-a-bad-line-${i}`);
    const before = await ledger.store.head();
    const created = await badLine(
      Promise.all(names.map((externalId) => distant.customers.createCustomer({ externalId }))),
      3,
    );
    expect(created.map(({ customer }) => customer?.externalId)).toEqual(names);
    expect(await customersAfter(before)).toHaveLength(30);
    // The key of each is claimed once.
    expect((await ledger.store.head()) - before).toBe(60n);
  });
});

describe('a protected connection', () => {
  const stand = join(__dirname, '../libs/event-store/testing/eventstoredb-stand-in');
  const ca = join(stand, 'localhost-cert.pem');

  it('is by TLS, and never made with an authority that is not trusted', async () => {
    const grpcTlsKey = join(stand, 'localhost-key.pem');
    const secured = await createGrpcLedger({
      tls: grpcCredentials({ grpcTlsCert: ca, grpcTlsKey }),
    });
    const address = secured.address.replace('127.0.0.1', 'localhost');
    const { apiKey } = secured;
    const trusting = new DaybookClient({ address, apiKey, tls: { ca } });
    expect((await trusting.registry.listAssets({})).assets).not.toEqual([]);
    for (const tls of [undefined, false] as const) {
      const other = new DaybookClient({ address, apiKey, ...(tls === false && { tls }) });
      const error = await failure(other.registry.listAssets({}, { timeoutMs: 1_000 }));
      expect(['UNAVAILABLE', 'DEADLINE_EXCEEDED']).toContain(error.status);
      other.close();
    }
    trusting.close();
    await secured.close();
  });
});

describe('a stream of events', () => {
  it('goes on through broken connections, without a gap or a repeat', async () => {
    const stop = new AbortController();
    const after = String(await ledger.store.head());
    const told: string[] = [];
    const breaks: (string | undefined)[] = [];
    const reading = (async () => {
      const onBreak = (_: Error, position: string | undefined) => void breaks.push(position);
      for await (const { events } of distant.tail({ after }, { signal: stop.signal, onBreak })) {
        for (const { position } of events) told.push(position);
      }
    })();
    const wanted = 40;
    for (let i = 0; i < wanted; i++) {
      const count = told.length;
      if (i % 10 === 5) line.cut();
      await daybook.customers.createCustomer({ externalId: `streamed-${i}` });
      if (i % 10 === 5) {
        await until(async () => breaks.length > Math.floor(i / 10), { timeoutMs: 10_000 });
        line.mend();
      } else if (i % 10 === 0) {
        await until(async () => told.length > count, { timeoutMs: 30_000 });
      }
    }
    await until(async () => told.length >= wanted, { timeoutMs: 30_000 });
    expect(told).toEqual(await customersAfter(BigInt(after)));
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it('of the past ends by itself, and says so', async () => {
    const until = String(await ledger.store.head());
    const messages: v1.ReplayResponse[] = [];
    for await (const message of distant.replay({ until })) messages.push(message);
    expect(messages.at(-1)).toMatchObject({ complete: true, position: until });
    const filter = { types: ['CustomerBlocked'] };
    let blocked = 0;
    for await (const { events } of distant.replay({ until, filter })) blocked += events.length;
    expect(blocked).toBe(1);
  });

  it('that is refused is not tried again', async () => {
    const future = daybook.replay({ until: '999999999' });
    const error = await failure(future.next());
    expect(error).toMatchObject({ code: 'position-not-in-log', status: 'OUT_OF_RANGE' });
  });

  it('ends when the reader leaves the loop', async () => {
    for await (const { events } of daybook.tail({})) if (events.length > 0) break;
    // A place for each stream is kept; were it not given back, the seventeenth would be refused.
    for (let i = 0; i < 20; i++) {
      for await (const _ of daybook.tail({})) break;
    }
  });
});

describe('the client over REST', () => {
  let restLine: BreakableLine;
  let rest: DaybookRest;
  let far: DaybookRest;
  beforeAll(async () => {
    restLine = await breakableLine(ledger.url);
    rest = new DaybookRest({ url: ledger.url, apiKey: ledger.apiKey });
    far = new DaybookRest({ url: restLine.url, apiKey: ledger.apiKey });
  });
  afterAll(() => restLine.close());

  async function problem(attempt: Promise<unknown>): Promise<DaybookProblem> {
    const error = await attempt.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DaybookProblem);
    return error as DaybookProblem;
  }

  it('calls operations by their names, with bigint for amounts', async () => {
    const customer = await rest.call('createCustomer', { externalId: 'rita', families: ['evm'] });
    const [purse] = customer.purses;
    expect(purse).toMatchObject({ customerId: customer.id, status: 'PENDING_PAYMENT' });
    const { data: assets } = await rest.call('listAssets', {});
    const usdt = assets.find(({ currency }) => currency === 'USDT_ETH');
    expect(usdt?.minimum.baseUnits).toBe(1_000_000n);
    expect(usdt?.minimum.amount).toBe('1');
  });

  it('lists everything, page by page', async () => {
    const made = [];
    for (const externalId of ['page-a', 'page-b', 'page-c']) {
      made.unshift((await rest.call('createCustomer', { externalId })).id);
    }
    const minPosition = String(await ledger.store.head());
    const found: string[] = [];
    for await (const { id } of rest.items('listCustomers', { limit: '1', minPosition })) {
      found.push(id);
      if (found.length === made.length) break;
    }
    expect(found).toEqual(made);
  });

  it('refuses with the code of the service', async () => {
    const missing = await problem(rest.call('createCustomer', { externalId: 'a b' }));
    expect([missing.code, missing.status]).toEqual(['validation-failed', 400]);
    expect(missing.parts.errors).toMatchObject([{ pointer: '/externalId', code: 'pattern' }]);
    expect(missing.message).toMatch(/^createCustomer: externalId must be/);
    expect(missing.isOutcomeUnknown).toBe(false);
    const unknown = { customerId: '0b6cf4a5-7a0f-5f0e-8f5e-3d3c5d1e9a52' };
    expect((await problem(rest.call('getCustomer', unknown))).code).toBe('customer-not-found');
    expect(() => new DaybookRest({ url: ledger.url, apiKey: 'secret' })).toThrow(TypeError);
  });

  it('changes a resource only as it was read', async () => {
    const customer = await rest.call('createCustomer', { externalId: 'rolf' });
    const change = { customerId: customer.id, description: 'new' };
    const ifMatch = etagOf(customer) ?? '';
    const changed = await rest.call('updateCustomer', change, { ifMatch });
    expect(etagOf(changed)).not.toBe(ifMatch);
    const late = { ...change, description: 'late' };
    const { code } = await problem(rest.call('updateCustomer', late, { ifMatch }));
    expect(code).toBe('precondition-failed');
  });

  it('carries a command out once, however often the connection breaks', async () => {
    const before = await ledger.store.head();
    restLine.cut();
    const created = far.call('createCustomer', { externalId: 'ruth' });
    for (let n = 0; n < 3; n++) {
      restLine.mend();
      await rest.call('listAssets', {});
      restLine.cut();
    }
    restLine.mend();
    expect((await created).externalId).toBe('ruth');
    expect(await customersAfter(before)).toHaveLength(1);
  });

  it('says that the outcome is unknown when there was no answer in time', async () => {
    restLine.cut();
    const settings = { timeoutMs: 250, idempotencyKey: 'rosa-1' };
    const lost = await problem(far.call('createCustomer', { externalId: 'rosa' }, settings));
    expect([lost.code, lost.isOutcomeUnknown]).toEqual([null, true]);
    expect(lost.parts.idempotencyKey).toBe('rosa-1');
    const signal = AbortSignal.abort(new Error('No longer wanted.'));
    await expect(far.call('listAssets', {}, { signal })).rejects.toThrow('No longer wanted.');
    restLine.mend();
  });

  it('waits until a quota is whole again, unless that takes too long', async () => {
    const quota = { requests: 30, windowSeconds: 2 };
    const limited = await createLedgerForTest({ quota, beside: ledger });
    const client = new DaybookRest({ url: limited.url, apiKey: ledger.apiKey });
    const refused = async () => {
      for (;;) await client.call('listAssets', {}, { timeoutMs: 500 });
    };
    const used = await problem(refused());
    expect([used.code, used.status]).toEqual(['rate-limited', 429]);
    expect(used.parts.retryAfterMs).toBeGreaterThan(0);
    expect((await client.call('listAssets', {})).data.length).toBeGreaterThan(0);
    await limited.close();
  });
});
