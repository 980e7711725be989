import { parseTransfer, TOPICS } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import type { RecordedEvent } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { CommandBus } from '@nestjs/cqrs';
import { goldenMessage } from '../../../libs/contracts/testing/golden';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { ExpirePurse } from '../src/purses/expire-purse';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
  // The first mint of a process opens its branch of addresses, which is of no request.
  await createCustomer('first', 'request-0');
});
afterAll(() => ledger.close());

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

async function eventsAfter(position: bigint): Promise<readonly RecordedEvent[]> {
  return (await ledger.store.readAll({ after: position, limit: 1_000 })).events;
}

async function createCustomer(externalId: string, requestId: string) {
  const { body } = await ledger.request('POST', '/v1/customers', {
    body: { externalId, families: ['evm'] },
    headers: { 'x-request-id': requestId, traceparent },
  });
  return body;
}

it('gives all events of one request one correlation, one cause and its trace', async () => {
  const before = await ledger.store.head();
  await createCustomer('ann', 'request-1');
  const events = await eventsAfter(before);
  expect(events.map(({ type }) => type)).toEqual(['CustomerCreated', 'PurseMinted']);
  const commandId = events[0]?.metadata.commandId;
  for (const { metadata } of events) {
    const origin = { correlationId: 'request-1', causationId: commandId, commandId, traceparent };
    expect(metadata).toMatchObject(origin);
  }
});

it('gives all events of one message of a watcher its id as correlation and cause', async () => {
  const { purses } = await createCustomer('bob', 'request-2');
  const before = await ledger.store.head();
  const golden = goldenMessage(TOPICS.transfer, 'final-by-depth');
  const transfer = parseTransfer(JSON.stringify(golden.value));
  const to = purses[0].address.toLowerCase();
  const message = {
    id: 'message-1',
    key: `${transfer.chain}|${to}`,
    value: JSON.stringify({ ...transfer, to }),
    headers: { ...golden.headers, ce_traceparent: traceparent },
  };
  const log = ledger.app.get(DurableLog);
  await log.publish(TOPICS.transfer, [message]);
  await log.publish(TOPICS.transfer, [message]);
  await until(async () => (await eventsAfter(before)).length >= 2);
  const events = await eventsAfter(before);
  expect(events.map(({ type }) => type)).toEqual([
    'ReplenishmentDetected',
    'ReplenishmentConfirmed',
  ]);
  for (const { metadata } of events) {
    expect(metadata).toMatchObject({
      correlationId: 'message-1',
      causationId: 'message-1',
      traceparent,
      actor: 'watcher',
    });
  }
});

it('gives an expiry the correlation of what activated the purse, and that event as cause', async () => {
  const { body: policy } = await ledger.request(
    'POST',
    `/v1/accounts/${DEFAULT_ACCOUNT_ID}/policy`,
    {
      body: { purseUnusedDays: 30, reason: 'agreed with the merchant' },
      headers: { authorization: `Bearer ${ledger.operatorKey}` },
    },
  );
  expect(policy.purseUnusedDays).toBe(30);
  const { purses } = await createCustomer('dan', 'request-4');
  await createCustomer('eve', 'request-5');
  const expire = async (days: number) => {
    const at = new Date(Date.now() + days * 24 * 60 * 60_000).toISOString();
    const { id } = purses[0];
    await ledger.app.get(CommandBus).execute(new ExpirePurse(id, at, new Date(0).toISOString()));
    return ledger.store.readStream(streamName('purse', id));
  };
  const [minted, archived] = await expire(31);
  const origin = { correlationId: 'request-4', causationId: minted?.id, actor: 'system' };
  expect(archived).toMatchObject({ type: 'PurseArchived', metadata: origin });

  await ledger.request('POST', `/v1/purses/${purses[0].id}/restore`, {
    body: { reason: 'is back' },
    headers: { 'x-request-id': 'request-6' },
  });
  const [, , restored, again] = await expire(62);
  expect(restored?.type).toBe('PurseRestored');
  expect(again?.metadata).toMatchObject({
    correlationId: 'request-6',
    causationId: restored?.id,
  });
});

it('shows the account what a consumer needs: who, which transfer, which block, which order', async () => {
  const { body: customer } = await ledger.request('POST', '/v1/customers', {
    body: { externalId: 'carol', description: 'gold' },
  });
  const { body } = await ledger.request('GET', '/v1/events?limit=100');
  const created = body.data.find(
    ({ subject }: { subject: string }) => subject === `customer/${customer.id}`,
  );
  expect(created.data).toMatchObject({ externalId: 'carol', description: 'gold' });
  const confirmed = body.data.find(
    ({ type }: { type: string }) => type === 'ReplenishmentConfirmed',
  );
  const { transfer, block, outsideOrderId, credit } = confirmed.data;
  const { value } = goldenMessage(TOPICS.transfer, 'final-by-depth');
  expect(transfer).toMatchObject({ txHash: value.txHash, amount: value.amount, ordinal: 'log:0' });
  expect(block).toEqual(value.block);
  expect([outsideOrderId, credit]).toEqual([null, { to: 'customer' }]);
});
