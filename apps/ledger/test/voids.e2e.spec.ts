import type { TransferV1 } from '@daybook/contracts';
import { CommandBus } from '@nestjs/cqrs';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';
import { RecordDifferences } from '../src/findings';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const ACT = { reason: 'the token lied', reference: 'case-1742' };
const AGAIN = { reason: 'it did not', reference: 'case-1743' };

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const get = (path: string) => ledger.request('GET', path);
const atHead = async (path: string): Promise<Reply['body']> =>
  (await get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`))
    .body;

function operate(method: string, path: string, body?: object, key?: string): Promise<Reply> {
  const authorization = `Bearer ${ledger.operatorKey}`;
  const headers = { authorization, ...(key !== undefined && { 'idempotency-key': key }) };
  return ledger.request(method, `/v1/operations/${path}`, { headers, body });
}

let transfers = 0;

/** A customer with a purse that has one confirmed replenishment. */
async function replenished(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [purse] = customer.purses;
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  const transfer: TransferV1 = {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: '1500000', from: '0x00000000000000000000000000000000000000aa' },
    ...{ to: purse.address.toLowerCase(), txHash, finality: { kind: 'depth', confirmations: 12 } },
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
  };
  await ledger.publishTransfers([transfer]);
  const path = `/v1/replenishments?purseId=${purse.id}`;
  await until(async () => (await get(path)).body.data[0]?.status === 'confirmed');
  const { id } = (await get(path)).body.data[0];
  return { customer, purse, transfer, id: id as string };
}

async function balanceOf(purseId: string) {
  const { data } = await atHead(`/v1/purses/${purseId}/balances`);
  const { custody, claim, suspense } = data[0];
  return { custody: custody.amount, customer: claim.amount, suspense: suspense.amount };
}

it('takes a credit back for good, and credits it again only when an operator says so', async () => {
  const { purse, transfer, id } = await replenished('voided');
  const voided = await operate('POST', `replenishments/${id}/void`, ACT, 'void-1');
  expect(voided).toMatchObject({
    status: 200,
    body: { id, status: 'voided', transactionState: 'VOIDED', creditedTo: null, reason: null },
  });
  expect(await atHead(`/v1/replenishments/${id}`)).toMatchObject(voided.body);
  expect(await balanceOf(purse.id)).toEqual({ custody: '0', customer: '0', suspense: '0' });
  const throughput = await atHead(`/v1/purses/${purse.id}/throughput`);
  expect(throughput.data[0]).toMatchObject({
    ...{ received: { amount: '1.5' }, reversed: { amount: '1.5' }, receipts: '1' },
  });

  const repeated = await operate('POST', `replenishments/${id}/void`, ACT, 'void-1');
  expect(repeated.body).toEqual(voided.body);
  const other = { ...ACT, reference: 'case-9' };
  expect(await operate('POST', `replenishments/${id}/void`, other)).toMatchObject({
    ...{ status: 409, body: { code: 'replenishment-voided' } },
  });

  const position = await ledger.store.head();
  await ledger.publishTransfers([
    { ...transfer, version: 2, status: 'reverted', block: null, finality: null },
    { ...transfer, version: 3 },
  ]);
  await until(async () => (await ledger.store.head()) >= position + 2n);
  expect(await atHead(`/v1/replenishments/${id}`)).toMatchObject({ status: 'voided' });
  expect(await balanceOf(purse.id)).toEqual({ custody: '0', customer: '0', suspense: '0' });

  const credited = await operate('POST', `replenishments/${id}/credit`, AGAIN);
  expect(credited.body).toMatchObject({ id, status: 'confirmed', creditedTo: 'customer' });
  expect(await balanceOf(purse.id)).toEqual({ custody: '1.5', customer: '1.5', suspense: '0' });

  const { data: events } = await atHead('/v1/events?limit=100');
  const own = events.filter(
    (event: { subject: string }) => event.subject === `replenishment/${id}`,
  );
  expect(own.map((event: { type: string }) => event.type)).toEqual([
    ...['ReplenishmentDetected', 'ReplenishmentConfirmed', 'ReplenishmentVoided'],
    ...['ReplenishmentReportNoted', 'ReplenishmentReportNoted', 'ReplenishmentConfirmed'],
  ]);
  expect(own[2].data).toMatchObject(ACT);
  expect(own[5].data.restored).toEqual(AGAIN);
});

it('refuses what is not credited, not voided, not there, and who is no operator', async () => {
  const { id } = await replenished('refused');
  const act = (path: string, body: object = ACT) => operate('POST', `replenishments/${path}`, body);
  expect((await act(`${id}/credit`)).body.code).toBe('replenishment-not-voided');
  expect((await act(`${id.replace(/^./, '0')}/void`)).body.code).toBe('replenishment-not-found');
  expect((await act(`${id}/void`, { reason: 'x' })).body.code).toBe('validation-failed');
  const path = `/v1/operations/replenishments/${id}/void`;
  expect((await ledger.request('POST', path, { body: ACT })).body.code).toBe('forbidden');
  await act(`${id}/void`);
  expect((await act(`${id}/credit`, ACT)).body.code).toBe('reference-reused');
});

it('shows a claim below zero to operators until it is covered', async () => {
  const { customer, purse, id } = await replenished('overdrawn');
  const negative = async () => (await operate('GET', 'negative-claims')).body.data;
  expect(await negative()).toEqual([]);
  // Half of the coins are gone, and the customer is charged for it; then the receipt is voided.
  const accountId = DEFAULT_ACCOUNT_ID;
  const observed = { chain: 'eip155:1', address: purse.address.toLowerCase(), asset: USDT };
  const balance = {
    ...{ accountId, customerId: customer.id, purseId: purse.id, ...observed },
    ...{ onChain: 2_500_000n, recorded: 1_500_000n, at: '2026-01-02T03:05:00.000Z' },
    block: { number: 100, hash: `0x${'b'.repeat(64)}` },
  };
  await ledger.app.get(CommandBus).execute(new RecordDifferences([balance]));
  await atHead('/v1/purses');
  const [finding] = (await operate('GET', 'findings?status=open')).body.data;
  const credit = { resolution: 'credit', creditTo: 'account', difference: '1000000' };
  await operate('POST', `findings/${finding.id}/resolve`, { ...credit, ...ACT });
  const shortage = {
    ...{ ...balance, onChain: 1_500_000n, at: '2026-01-02T03:06:00.000Z' },
    block: { number: 101, hash: `0x${'c'.repeat(64)}` },
  };
  await ledger.app.get(CommandBus).execute(new RecordDifferences([shortage]));
  const charge = { resolution: 'credit', creditTo: 'customer', difference: '-1000000' };
  const charged = await operate('POST', `findings/${finding.id}/resolve`, { ...charge, ...AGAIN });
  expect(charged.body).toMatchObject({ status: 'closed', end: 'credited', opening: 2 });
  await operate('POST', `replenishments/${id}/void`, ACT);
  await atHead('/v1/purses');
  expect(await negative()).toEqual([
    {
      ...{ accountId, customerId: customer.id, purseId: null },
      claim: expect.objectContaining({ amount: '-1', baseUnits: '-1000000' }),
    },
  ]);
  await operate('POST', `replenishments/${id}/credit`, { ...AGAIN, reference: 'case-2000' });
  await atHead('/v1/purses');
  expect(await negative()).toEqual([]);
});
