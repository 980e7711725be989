import { purse, streamName } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

async function mintFor(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  return customer.purses[0];
}

const act = (purseId: string, verb: string) =>
  ledger.request('POST', `/v1/purses/${purseId}/${verb}`, { body: { reason: 'case 7' } });

async function decline(purseId: string) {
  const accountId = DEFAULT_ACCOUNT_ID;
  await decideAndAppend(ledger.store, {
    stream: streamName('purse', purseId),
    decider: purse,
    command: { type: 'DeclinePurse', accountId, replenishmentId: purseId },
    commandId: 'decline',
    metadata: { accountId, actor: 'system' },
  });
}

const mint = (customerId: string, body: object) =>
  ledger.request('POST', `/v1/customers/${customerId}/purses`, { body });

/** A list of purses that has everything written so far. */
const listed = async (query: string) =>
  (await ledger.request('GET', `/v1/purses?${query}&minPosition=${await ledger.store.head()}`)).body
    .data;

describe('a purse with a reference', () => {
  it('is another one with an address of its own, found by customer, family and reference', async () => {
    const first = await mintFor('rosa');
    const { customerId } = first;
    const created = await mint(customerId, { family: 'evm', reference: 'invoices' });
    expect([created.status, created.body.reference]).toEqual([201, 'invoices']);
    expect([created.body.id, created.body.address]).not.toContain(first.address);
    expect(created.body.id).not.toBe(first.id);
    const again = await mint(customerId, { currency: 'USDT_ETH', reference: 'invoices' });
    expect([again.status, again.body]).toEqual([200, created.body]);
    const plain = await mint(customerId, { family: 'evm' });
    expect([plain.body.id, plain.body.reference]).toEqual([first.id, null]);
    const tron = await mint(customerId, { family: 'tron', reference: 'invoices' });
    const ids = async (query: string) =>
      new Set((await listed(query)).map(({ id }: { id: string }) => id));
    const named = `customerId=${customerId}&reference=invoices`;
    expect(await ids(named)).toEqual(new Set([created.body.id, tron.body.id]));
    expect(await ids(`${named}&family=evm`)).toEqual(new Set([created.body.id]));
    expect(await ids(`customerId=${customerId}&family=evm`)).toEqual(
      new Set([first.id, created.body.id]),
    );
    expect(await ids(`address=${tron.body.address}&reference=others`)).toEqual(new Set());
  });

  it('is refused in the place of a declined one until an operator allows it', async () => {
    const declined = await mintFor('sam');
    const { id, customerId } = declined;
    await mint(customerId, { family: 'evm', reference: 'older' });
    await decline(id);
    await listed(`customerId=${customerId}`);
    const newer = { family: 'evm', reference: 'newer' };
    const refused = await mint(customerId, newer);
    expect([refused.status, refused.body.code]).toEqual([409, 'purse-declined']);
    // What had its address before, and what is of another family, is not concerned.
    expect((await mint(customerId, { family: 'evm', reference: 'older' })).status).toBe(200);
    expect((await mint(customerId, { family: 'tron' })).status).toBe(201);

    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const allow = (purseId: string) =>
      ledger.request('POST', `/v1/operations/purses/${purseId}/replacement`, {
        headers,
        body: { reason: 'cleared on appeal', reference: 'case-9' },
      });
    const allowed = await allow(id);
    expect(allowed.body).toMatchObject({ id, status: 'DECLINED' });
    expect((await allow(id)).body.position).toBe(allowed.body.position);
    await listed(`customerId=${customerId}`);
    expect((await mint(customerId, newer)).status).toBe(201);
    expect((await mint(customerId, { family: 'evm' })).body.code).toBe('purse-declined');
    const other = await mintFor('tom');
    expect((await allow(other.id)).body.code).toBe('purse-not-declined');
  });
});

describe('an order id', () => {
  const order = async (purseId: string) =>
    (await listed(`customerId=${purseId}`)).map(
      ({ outsideOrderId }: { outsideOrderId: string | null }) => outsideOrderId,
    );

  it('is changed by a later mint, kept without one, removed by null, and taken by the one-call create', async () => {
    const body = { externalId: 'uma', families: ['evm', 'tron'], outsideOrderId: 'order-1' };
    const created = await ledger.request('POST', '/v1/customers', { body });
    const { id: customerId, purses } = created.body;
    expect(purses).toMatchObject([{ outsideOrderId: 'order-1' }, { outsideOrderId: 'order-1' }]);
    const changed = await mint(customerId, { family: 'evm', outsideOrderId: 'order-2' });
    expect([changed.status, changed.body.outsideOrderId]).toEqual([200, 'order-2']);
    expect((await mint(customerId, { family: 'evm' })).body).toEqual(changed.body);
    expect(await order(customerId)).toEqual(expect.arrayContaining(['order-1', 'order-2']));
    const removed = await mint(customerId, { family: 'evm', outsideOrderId: null });
    expect(removed.body.outsideOrderId).toBeNull();
    const again = await ledger.request('POST', '/v1/customers', {
      body: { ...body, outsideOrderId: 'order-3' },
    });
    expect([again.status, await order(customerId)]).toEqual([200, ['order-3', 'order-3']]);
    const events = await ledger.store.readStream(streamName('purse', purses[0].id));
    expect(events.slice(1).map(({ type, data }) => [type, data.outsideOrderId])).toEqual([
      ['PurseOrderChanged', 'order-2'],
      ['PurseOrderChanged', null],
      ['PurseOrderChanged', 'order-3'],
    ]);
  });

  it('stays on what was detected before it', async () => {
    const { body } = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'vic', families: ['evm'], outsideOrderId: 'order-1' },
    });
    const [{ id, address }] = body.purses;
    const replenishments = async () =>
      (
        await ledger.request(
          'GET',
          `/v1/replenishments?purseId=${id}&minPosition=${await ledger.store.head()}`,
        )
      ).body.data;
    const receive = async (digit: string, count: number) => {
      const txHash = `0x${digit.repeat(64)}`;
      await ledger.publishTransfers([
        {
          ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', txHash },
          ...{ chain: 'eip155:1', amount: '2000000', to: address.toLowerCase() },
          asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
          from: '0x00000000000000000000000000000000000000aa',
          finality: { kind: 'depth', confirmations: 12 },
          block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
        },
      ]);
      await until(async () => (await replenishments()).length === count);
    };
    await receive('1', 1);
    await mint(body.id, { family: 'evm', outsideOrderId: 'order-2' });
    await receive('2', 2);
    await mint(body.id, { family: 'evm', outsideOrderId: null });
    await receive('3', 3);
    const orders = (await replenishments()).map(
      ({ outsideOrderId }: { outsideOrderId: string | null }) => outsideOrderId,
    );
    expect(orders).toEqual([null, 'order-2', 'order-1']);
  });
});

describe('archiving a purse', () => {
  it('takes it out of use, once, and keeps why', async () => {
    const { id } = await mintFor('carl');
    const archived = await act(id, 'archive');
    expect(archived.body).toMatchObject({ id, status: 'ARCHIVED' });
    expect((await act(id, 'archive')).body.position).toBe(archived.body.position);
    const [, event] = await ledger.store.readStream(streamName('purse', id));
    expect(event).toMatchObject({
      ...{ type: 'PurseArchived', data: { reason: 'requested' } },
      metadata: { reason: 'case 7' },
    });
  });

  it('ends when its customer asks for an address again', async () => {
    const { id, customerId, address } = await mintFor('dora');
    await act(id, 'archive');
    const body = { family: 'evm' };
    const minted = await ledger.request('POST', `/v1/customers/${customerId}/purses`, { body });
    expect(minted.body).toMatchObject({ id, address, status: 'PENDING_PAYMENT' });
  });
});

describe('restoring a purse', () => {
  it('puts an archived one back into use, once, with its address', async () => {
    const { id, address } = await mintFor('ann');
    await act(id, 'archive');
    const restored = await act(id, 'restore');
    expect(restored.body).toMatchObject({ id, address, status: 'PENDING_PAYMENT' });
    const again = await act(id, 'restore');
    expect(again.body.position).toBe(restored.body.position);
    const events = await ledger.store.readStream(streamName('purse', id));
    expect(events.map(({ type }) => type)).toEqual([
      'PurseMinted',
      'PurseArchived',
      'PurseRestored',
    ]);
    expect(events.at(-1)?.metadata.reason).toBe('case 7');
  });

  it('is refused for a purse that compliance declined', async () => {
    const { id } = await mintFor('bob');
    await decline(id);
    const { status, body } = await act(id, 'restore');
    expect([status, body.code]).toEqual([409, 'purse-declined']);
  });
});
