import { type json, type OutflowV1, TOPICS, type TransferV1 } from '@daybook/contracts';
import { purse as purseDecider, streamName } from '@daybook/domain';
import { decideAndAppend } from '@daybook/event-store';
import { DurableLog } from '@daybook/messaging';
import { DataSource } from 'typeorm';
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

const TOTALS_OF_BOOKS = `
  SELECT reason, asset, sum(amount)::text AS amount FROM (
    SELECT replace(credit_kind, 'suspense/', '') AS reason, asset, amount FROM ledger.journal_line
     WHERE credit_kind LIKE 'suspense/%'
    UNION ALL
    SELECT replace(debit_kind, 'suspense/', ''), asset, -amount FROM ledger.journal_line
     WHERE debit_kind LIKE 'suspense/%'
  ) AS moved GROUP BY reason, asset HAVING sum(amount) <> 0 ORDER BY reason, asset`;

/** The inbox shows what the books of suspense have. */
async function expectTotalsOfBooks(): Promise<readonly json.SuspenseTotal[]> {
  const { data }: { data: json.SuspenseTotal[] } = await atHead('/v1/suspense/totals');
  const books = await ledger.app.get(DataSource).query(TOTALS_OF_BOOKS);
  expect(data.map(({ reason, money }) => [reason, money.asset, money.baseUnits])).toEqual(
    books.map(({ reason, asset, amount }: Record<string, string>) => [reason, asset, amount]),
  );
  return data;
}

describe('the inbox', () => {
  const inbox = async (query: string): Promise<json.SuspenseItem[]> =>
    (await atHead(`/v1/suspense?${query}`)).data;

  it('lists what is held by reason, since when, with totals as in the books', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 30n, 200)]);
    await haveStatus(purse.id, 'held');
    const body = { reason: 'no longer used' };
    await ledger.request('POST', `/v1/purses/${purse.id}/archive`, { body });
    await ledger.publishTransfers([transfer(purse.address, 300n, 201)]);
    await haveStatus(purse.id, 'held', 'held');
    const own = `customerId=${purse.customerId}`;
    const [archived, small] = await inbox(own);
    expect(archived).toMatchObject({
      ...{ heading: 'suspense', reason: 'archived', purseId: purse.id, days: 0 },
      money: { currency: 'USDT_ETH', baseUnits: `${minimum * 3n}` },
    });
    expect(Date.parse(archived?.since ?? '')).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(small).toMatchObject({ heading: 'suspense', reason: 'below-minimum' });
    expect(await inbox(`${own}&reason=archived`)).toEqual([archived]);
    expect(await inbox(`${own}&asset=USDT_ETH&reason=below-minimum`)).toEqual([small]);
    expect(await inbox(`${own}&asset=USDT_BSC`)).toEqual([]);
    expect(await inbox(`${own}&olderThanDays=1`)).toEqual([]);
    const first = await atHead(`/v1/suspense?${own}&limit=1`);
    expect(first.data).toEqual([archived]);
    const next = await atHead(`/v1/suspense?${own}&limit=1&cursor=${first.nextCursor}`);
    expect([next.data, next.nextCursor]).toEqual([[small], null]);
    const totals = await expectTotalsOfBooks();
    expect(totals.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['archived', 'below-minimum']),
    );

    // The account decides whose it is; another one finds nothing of it.
    const path = `/v1/suspense/${archived?.id}/resolve`;
    const resolve = (headers = {}, changes = {}) =>
      ledger.request('POST', path, { headers, body: { to: 'account', ...ACT, ...changes } });
    const stranger = await ledger.issueKey({
      scopes: ['read', 'write'],
      accountId: 'b3a1c9de-70f4-5b6d-9f30-6b8a9c3d5e72',
    });
    const refused = await resolve({ authorization: `Bearer ${stranger}` });
    expect([refused.status, refused.body.code]).toEqual([404, 'replenishment-not-found']);
    const resolved = await resolve();
    expect(resolved.body).toMatchObject({ status: 'confirmed', creditedTo: 'account' });
    expect((await resolve()).body.position).toBe(resolved.body.position);
    const again = await resolve({}, { reference: 'case-2' });
    expect([again.status, again.body.code]).toEqual([409, 'replenishment-not-held']);
    expect(await balanceOf(purse.id)).toEqual({
      custody: 330,
      claim: 0,
      account: 300,
      suspense: 30,
    });
    expect(await inbox(own)).toEqual([small]);
    await expectTotalsOfBooks();
  });

  it('shows what was credited to the account of a blocked customer under a heading of its own', async () => {
    const purse = await mint();
    const body = { reason: 'chargeback' };
    await ledger.request('POST', `/v1/customers/${purse.customerId}/block`, { body });
    await ledger.publishTransfers([transfer(purse.address, 200n, 210)]);
    await haveStatus(purse.id, 'confirmed');
    expect(await inbox(`customerId=${purse.customerId}`)).toMatchObject([
      { heading: 'blocked-customer', reason: 'customer-blocked', days: 0 },
    ]);
    await expectTotalsOfBooks();
  });

  it('leaves to operators what arrived at a declined purse', async () => {
    const purse = await mint();
    const accountId = DEFAULT_ACCOUNT_ID;
    await decideAndAppend(ledger.store, {
      ...{ stream: streamName('purse', purse.id), decider: purseDecider, commandId: 'decline' },
      command: { type: 'DeclinePurse', accountId, replenishmentId: purse.id },
      metadata: { accountId, actor: 'system' },
    });
    await ledger.publishTransfers([transfer(purse.address, 200n, 220)]);
    await haveStatus(purse.id, 'held');
    const [item] = await inbox(`customerId=${purse.customerId}`);
    expect(item).toMatchObject({ reason: 'declined' });
    const own = await ledger.request('POST', `/v1/suspense/${item?.id}/resolve`, {
      body: { to: 'customer', ...ACT },
    });
    expect([own.status, own.body.code]).toEqual([409, 'resolution-not-allowed']);
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const path = `/v1/operations/suspense?reason=declined&accountId=${accountId}`;
    const seen = await ledger.request('GET', path, { headers });
    expect(seen.body.data).toContainEqual(item);
    const resolved = await operate(`suspense/${item?.id}/resolve`, { to: 'customer', ...ACT });
    expect(resolved.body).toMatchObject({ status: 'confirmed', creditedTo: 'customer' });
    expect(await balanceOf(purse.id)).toEqual({
      custody: 200,
      claim: 200,
      account: 0,
      suspense: 0,
    });
  });

  it('has the outflows that nobody planned, which the books of suspense have too', async () => {
    const purse = await mint();
    await ledger.publishTransfers([transfer(purse.address, 200n, 230)]);
    await haveStatus(purse.id, 'confirmed');
    transactions += 1;
    const txHash = `0x${transactions.toString(16).padStart(64, '0')}`;
    const { finality } = transfer(purse.address, 0n, 231);
    await ledger.publishOutflows([
      {
        ...{ outflowId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', txHash },
        ...{ chain: 'eip155:1', asset: USDT, amount: `${minimum}`, from: purse.address },
        ...{ to: `0x${'ef'.repeat(20)}`, block: blockAt(231), finality },
      },
    ]);
    const own = `customerId=${purse.customerId}`;
    await until(async () => (await inbox(own)).length === 1);
    expect(await inbox(own)).toMatchObject([
      {
        ...{ heading: 'suspense', reason: 'unplanned-outflow' },
        money: { baseUnits: `${-minimum}` },
      },
    ]);
    await expectTotalsOfBooks();
  });
});
