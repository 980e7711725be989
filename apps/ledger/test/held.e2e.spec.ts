import { type json, type OutflowV1, TOPICS, type TransferV1 } from '@daybook/contracts';
import { DurableLog } from '@daybook/messaging';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { DEFAULT_ACCOUNT_ID } from '../src/edge/identity';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const WALLET = '0x00000000000000000000000000000000000000e1';
const ACT = { reason: 'the merchant asked for it', reference: 'case-1742' };

let ledger: TestLedger;
/** Base units. */
let minimum: bigint;
beforeAll(async () => {
  const wallets = { accounts: { [DEFAULT_ACCOUNT_ID]: { wallets: [WALLET], gas: [] } } };
  ledger = await createLedgerForTest({ wallets });
  const { data }: { data: json.Asset[] } = (await ledger.request('GET', '/v1/assets')).body;
  minimum = BigInt(data.find(({ asset }) => asset === USDT)?.minimum.baseUnits ?? 0);
  expect(minimum).toBeGreaterThan(100n);
});
afterAll(() => ledger.close());

const atHead = async (path: string): Promise<Reply['body']> => {
  const joined = path.includes('?') ? '&' : '?';
  const position = await ledger.store.head();
  return (await ledger.request('GET', `${path}${joined}minPosition=${position}`)).body;
};

function operate(path: string, body: object = ACT): Promise<Reply> {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  return ledger.request('POST', `/v1/operations/${path}`, { headers, body });
}

let customers = 0;

async function mint() {
  customers += 1;
  const body = { externalId: `customer-${customers}`, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const { id, address } = customer.purses[0];
  return { id: id as string, customerId: customer.id as string, address: address.toLowerCase() };
}

let transactions = 0;

const blockAt = (number: number) => ({
  ...{ number, hash: `0x${number.toString(16).padStart(64, 'b')}` },
  time: '2026-01-02T03:04:05.000Z',
});

/** A transfer that is final, of so many percent of the minimum. */
function transfer(to: string, percent: bigint, block: number): TransferV1 {
  transactions += 1;
  const txHash = `0x${transactions.toString(16).padStart(64, '0')}`;
  return {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: `${(minimum * percent) / 100n}`, to, txHash },
    from: '0x00000000000000000000000000000000000000aa',
    finality: { kind: 'depth', confirmations: 12 },
    block: blockAt(block),
  };
}

const reverted = (of: TransferV1): TransferV1 => ({
  ...{ ...of, version: of.version + 1, status: 'reverted', block: null, finality: null },
});

/** The oldest first. */
const shownOf = async (purseId: string): Promise<json.Replenishment[]> =>
  (await atHead(`/v1/replenishments?purseId=${purseId}&limit=100`)).data.reverse();

const haveStatus = (purseId: string, ...statuses: readonly json.Replenishment['status'][]) =>
  until(async () => `${(await shownOf(purseId)).map(({ status }) => status)}` === `${statuses}`, {
    description: `Replenishments that are ${statuses}`,
  });

/** The balances of a purse in percent of the minimum. */
async function balanceOf(purseId: string) {
  const [of]: json.Balance[] = (await atHead(`/v1/purses/${purseId}/balances`)).data;
  const percent = (money?: json.Money) => Number((BigInt(money?.baseUnits ?? 0) * 100n) / minimum);
  return {
    ...{ custody: percent(of?.custody), claim: percent(of?.claim) },
    ...{ account: percent(of?.accountClaim), suspense: percent(of?.suspense) },
  };
}

it('holds what is below the minimum, and credits the sum when it reaches it, once', async () => {
  const purse = await mint();
  const [small, rest] = [transfer(purse.address, 40n, 100), transfer(purse.address, 60n, 101)];
  await ledger.publishTransfers([small]);
  await haveStatus(purse.id, 'held');
  const [held] = await shownOf(purse.id);
  expect(held).toMatchObject({
    ...{ transactionState: 'HELD', complianceState: 'UNCHECKED', reason: 'below-minimum' },
    ...{ creditedTo: 'suspense', finality: 'depth:12', sum: null, blocked: false },
  });
  expect(await balanceOf(purse.id)).toEqual({ custody: 40, claim: 0, account: 0, suspense: 40 });
  const throughput = await atHead(`/v1/purses/${purse.id}/throughput`);
  expect(throughput.data[0]).toMatchObject({ received: held?.money, receipts: '1' });
  const filtered = await atHead(`/v1/replenishments?purseId=${purse.id}&status=HELD`);
  expect(filtered.data).toEqual([held]);

  await ledger.publishTransfers([rest]);
  await haveStatus(purse.id, 'confirmed', 'confirmed');
  expect(await balanceOf(purse.id)).toEqual({ custody: 100, claim: 100, account: 0, suspense: 0 });
  const shown = await shownOf(purse.id);
  const ids = shown.map(({ id }) => id);
  for (const each of shown) {
    expect(each).toMatchObject({
      ...{ transactionState: 'CONFIRMED', creditedTo: 'customer', reason: null },
      finality: 'depth:12',
      sum: {
        ...{ firstReplenishmentId: ids[0], count: 2, replenishmentIds: ids },
        money: { baseUnits: `${minimum}` },
      },
    });
  }

  // Late and repeated reports credit nothing.
  const head = await ledger.store.head();
  await ledger.publishTransfers([
    { ...small, version: 2 },
    { ...rest, version: 2 },
  ]);
  await until(async () =>
    (await ledger.app.get(DurableLog).lag(TOPICS.transfer, 'ledger')).every(
      ({ waiting }) => waiting === 0n,
    ),
  );
  expect(await ledger.store.head()).toBe(head);

  const { data: events } = await atHead('/v1/events?limit=100');
  const own = events.filter(
    ({ subject }: json.Event) => subject === `replenishment/${ids[0]}`,
  ) as json.Event[];
  expect(own.map(({ type }) => type)).toEqual([
    ...['ReplenishmentDetected', 'ReplenishmentHeld', 'ReplenishmentReleased'],
  ]);
  expect(own[2]?.data).toMatchObject({
    ...{ heldFor: 'below-minimum', credit: { to: 'customer' } },
    sum: { first: ids[0], amount: `${minimum}`, count: 2, parts: ids },
  });
});

it('credits the account if the customer is blocked when the sum is reached', async () => {
  const purse = await mint();
  await ledger.publishTransfers([transfer(purse.address, 50n, 100)]);
  await haveStatus(purse.id, 'held');
  const body = { reason: 'chargeback' };
  await ledger.request('POST', `/v1/customers/${purse.customerId}/block`, { body });
  await ledger.publishTransfers([transfer(purse.address, 50n, 101)]);
  await haveStatus(purse.id, 'confirmed', 'confirmed');
  expect(await balanceOf(purse.id)).toEqual({ custody: 100, claim: 0, account: 100, suspense: 0 });
  for (const each of await shownOf(purse.id)) {
    expect(each).toMatchObject({ creditedTo: 'account', blocked: true });
  }
});

it('takes back what a reorg removes, held or released, and leaves the other parts credited', async () => {
  const purse = await mint();
  const all = [30n, 30n, 40n].map((percent, i) => transfer(purse.address, percent, 100 + i));
  const [first, second, third] = all as [TransferV1, TransferV1, TransferV1];
  await ledger.publishTransfers([first, second]);
  await haveStatus(purse.id, 'held', 'held');
  await ledger.publishTransfers([reverted(first)]);
  await haveStatus(purse.id, 'reverted', 'held');
  expect(await balanceOf(purse.id)).toEqual({ custody: 30, claim: 0, account: 0, suspense: 30 });
  await ledger.publishTransfers([{ ...first, version: 3 }]);
  await haveStatus(purse.id, 'held', 'held');
  await ledger.publishTransfers([third]);
  await haveStatus(purse.id, 'confirmed', 'confirmed', 'confirmed');
  await ledger.publishTransfers([reverted(second)]);
  await haveStatus(purse.id, 'confirmed', 'reverted', 'confirmed');
  expect(await balanceOf(purse.id)).toEqual({ custody: 70, claim: 70, account: 0, suspense: 0 });
  expect((await shownOf(purse.id))[1]?.sum).toBeNull();
});

it('lets an operator credit what is held, or void it and hold it again', async () => {
  const purse = await mint();
  await ledger.publishTransfers([
    transfer(purse.address, 60n, 100),
    transfer(purse.address, 20n, 101),
  ]);
  await haveStatus(purse.id, 'held', 'held');
  const [big, little] = (await shownOf(purse.id)).map(({ id }) => id);
  const credited = await operate(`replenishments/${big}/credit`);
  expect(credited).toMatchObject({
    ...{ status: 200, body: { id: big, status: 'confirmed', creditedTo: 'customer', sum: null } },
  });
  expect(await atHead(`/v1/replenishments/${big}`)).toMatchObject(credited.body);
  const again = await operate(`replenishments/${big}/credit`, { ...ACT, reference: 'case-2' });
  expect(again.body.code).toBe('replenishment-not-voided');
  // What was credited is no part of a sum any more.
  await ledger.publishTransfers([transfer(purse.address, 50n, 102)]);
  await haveStatus(purse.id, 'confirmed', 'held', 'held');
  expect(await balanceOf(purse.id)).toEqual({ custody: 130, claim: 60, account: 0, suspense: 70 });
  const voided = await operate(`replenishments/${little}/void`);
  expect(voided.body).toMatchObject({ status: 'voided', creditedTo: null });
  expect(await balanceOf(purse.id)).toEqual({ custody: 110, claim: 60, account: 0, suspense: 50 });
  const restored = await operate(`replenishments/${little}/credit`, {
    ...ACT,
    reference: 'case-3',
  });
  expect(restored.body).toMatchObject({ status: 'held', reason: 'below-minimum' });
});

it('counts what is held among what a sweep covers, oldest first', async () => {
  const purse = await mint();
  await ledger.publishTransfers([
    transfer(purse.address, 40n, 100),
    transfer(purse.address, 200n, 101),
  ]);
  await haveStatus(purse.id, 'held', 'confirmed');
  transactions += 1;
  const txHash = `0x${transactions.toString(16).padStart(64, '0')}`;
  const { finality } = transfer(purse.address, 0n, 102);
  const sweep: OutflowV1 = {
    ...{ outflowId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: `${(minimum * 100n) / 100n}`, from: purse.address, to: WALLET },
    ...{ txHash, block: blockAt(102), finality },
  };
  await ledger.publishOutflows([sweep]);
  const completed = async () =>
    (await shownOf(purse.id)).map((each) => each.translationToAccountCompleted);
  await until(async () => `${await completed()}` === 'true,false');
  await ledger.publishTransfers([transfer(purse.address, 60n, 103)]);
  await haveStatus(purse.id, 'confirmed', 'confirmed', 'confirmed');
  expect(await completed()).toEqual([true, false, false]);
  expect(await balanceOf(purse.id)).toEqual({ custody: 200, claim: 300, account: 0, suspense: 0 });
});
