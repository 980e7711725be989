import { randomUUID } from 'node:crypto';
import { compare } from '@daybook/audit';
import type { TransferV1 } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { ClaimDebits } from '../src/debits';
import { DebitTurns } from '../src/debits/debit-turns';
import { adjustmentIdOf, DEFAULT_ACCOUNT_ID, replenishmentIdOf } from '../src/edge/identity';
import { nameOfLog } from '../src/edge/log-epochs';
import { AUDITED } from '../src/operations/read-models';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const FOREIGN = '00000000-0000-5000-8000-0000000000f0';

/** Two processes of one ledger. */
let ledger: TestLedger;
let second: TestLedger;
let references = 0;

beforeAll(async () => {
  ledger = await createLedgerForTest();
  second = await createLedgerForTest({ beside: ledger });
});
afterAll(async () => {
  const { store, databaseUrl } = ledger;
  const { differences } = await compare({ ...AUDITED, store, liveUrl: databaseUrl, databaseUrl });
  await second.close();
  await ledger.close();
  expect(differences).toEqual([]);
});

const atHead = async (path: string): Promise<Reply> => {
  const minPosition = `minPosition=${await ledger.store.head()}`;
  return ledger.request('GET', `${path}${path.includes('?') ? '&' : '?'}${minPosition}`);
};
const newReference = () => `ref-${++references}`;

async function customerOf(externalId: string, credit?: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  if (credit !== undefined) await adjust({ customerId: customer.id, amount: credit });
  const { id, purses } = customer;
  return { id: id as string, purse: purses[0] as { id: string; address: string } };
}

const adjust = (fields: object, at = ledger, headers = {}): Promise<Reply> =>
  at.request('POST', '/v1/adjustments', {
    headers,
    body: {
      ...{ asset: 'USDT_ETH', amount: '1.5', direction: 'credit', reason: 'a test' },
      ...{ reference: newReference(), ...fields },
    },
  });
const transfer = (fields: object, at = ledger): Promise<Reply> =>
  at.request('POST', '/v1/customer-transfers', {
    body: {
      ...{ asset: 'USDT_ETH', amount: '1', reason: 'a test', reference: newReference() },
      ...fields,
    },
  });
const operate = (method: string, path: string, body?: object): Promise<Reply> => {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  return ledger.request(method, `/v1/operations/${path}`, { headers, ...(body && { body }) });
};

const claimOf = async (customerId: string): Promise<string> =>
  (await atHead(`/v1/customers/${customerId}/balances`)).body.data[0]?.claim.amount ?? '0';

/** A deposit of 2 USDT to a purse, that was credited. */
async function deposit(address: string, digit: '6' | '7') {
  const txHash = `0x${digit.repeat(64)}`;
  const transferId = `eip155:1/${txHash}/log:0`;
  const report: TransferV1 = {
    ...{ transferId, version: 1, chain: 'eip155:1', asset: USDT, txHash },
    ...{ amount: '2000000', from: `0x${'1'.repeat(40)}`, to: address.toLowerCase() },
    status: 'final',
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.678Z' },
    finality: { kind: 'depth', confirmations: 12 },
  };
  await ledger.publishTransfers([report]);
  const id = replenishmentIdOf(transferId);
  const read = () => ledger.request('GET', `/v1/replenishments/${id}`);
  await until(async () => (await read()).body.status === 'confirmed');
  const revert = async () => {
    await ledger.publishTransfers([
      { ...report, version: 2, status: 'reverted', block: null, finality: null },
    ]);
    await until(async () => (await read()).body.status === 'reverted');
  };
  return { id, revert };
}

describe('an adjustment', () => {
  it('is made once for its reference, is found, and moves the balance', async () => {
    const { id: customerId, purse } = await customerOf('adjusted');
    const reference = newReference();
    const first = await adjust({ customerId, purseId: purse.id, reference });
    expect(first).toMatchObject({
      status: 201,
      body: {
        ...{ id: adjustmentIdOf(DEFAULT_ACCOUNT_ID, reference), customerId, purseId: purse.id },
        ...{ direction: 'credit', forced: false, reason: 'a test', reference },
        money: { asset: USDT, amount: '1.5', baseUnits: '1500000' },
      },
    });
    expect(first.headers.get('location')).toBe(`/v1/adjustments/${first.body.id}`);
    const again = await adjust({ customerId, purseId: purse.id, reference, asset: USDT });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await adjust({ customerId, reference })).body.code).toBe('reference-reused');
    expect(await claimOf(customerId)).toBe('1.5');
    expect((await atHead(`/v1/adjustments/${first.body.id}`)).body).toEqual(first.body);
    await adjust({ customerId, direction: 'debit', amount: '0.5' });
    const listed = async (query: string) =>
      (await atHead(`/v1/adjustments?customerId=${customerId}${query}`)).body.data.map(
        ({ money }: { money: { amount: string } }) => money.amount,
      );
    expect(await listed('')).toEqual(['0.5', '1.5']);
    expect(await listed('&direction=credit')).toEqual(['1.5']);
    expect(await listed(`&reference=${reference}&asset=USDT_ETH`)).toEqual(['1.5']);
    expect(await listed('&asset=ETH')).toEqual([]);
    expect(await listed('&to=2026-01-01T00:00:00Z')).toEqual([]);
    expect(await listed('&from=2026-01-01T00:00:00Z')).toEqual(['0.5', '1.5']);
    const page = (await atHead(`/v1/adjustments?customerId=${customerId}&limit=1`)).body;
    expect(page.nextCursor).not.toBeNull();
  });

  it('takes no more than is available, and says what is', async () => {
    const { id: customerId } = await customerOf('poor', '1');
    const preview = (direction: string, amount: string) =>
      ledger.request(
        'GET',
        `/v1/adjustments/preview?customerId=${customerId}&asset=USDT_ETH&amount=${amount}&direction=${direction}`,
      );
    expect((await preview('debit', '1.000001')).body).toMatchObject({
      ...{ available: { amount: '1' }, availableAfter: { amount: '-0.000001' } },
      insufficient: true,
    });
    expect((await preview('credit', '2')).body).toMatchObject({
      ...{ availableAfter: { amount: '3' }, insufficient: false },
    });
    const debit = { customerId, direction: 'debit', amount: '1.000001' };
    expect(await adjust(debit)).toMatchObject({
      status: 409,
      body: {
        code: 'insufficient-balance',
        detail: 'Only 1 USDT_ETH is available, and 1.000001 USDT_ETH is to be taken.',
      },
    });
    expect((await adjust({ ...debit, amount: '1' })).status).toBe(201);
    expect(await claimOf(customerId)).toBe('0');
  });

  it('of the account itself is checked by what the account has, over all its purses', async () => {
    const owner = { owner: 'account', asset: 'ETH' };
    expect((await adjust({ ...owner, direction: 'debit' })).body.code).toBe('insufficient-balance');
    expect((await adjust({ ...owner, amount: '0.1' })).body).toMatchObject({
      ...{ customerId: null, purseId: null },
    });
    expect((await adjust({ ...owner, amount: '0.1', direction: 'debit' })).status).toBe(201);
    expect((await adjust({ ...owner, amount: '0.1', direction: 'debit' })).body.code).toBe(
      'insufficient-balance',
    );
  });

  it.each([
    ['more digits than the asset has', { amount: '0.0000001' }, 'invalid-amount'],
    ['zero', { amount: '0' }, 'invalid-amount'],
    ['more than any token can move', { amount: '9'.repeat(78) }, 'invalid-amount'],
    ['an unknown asset', { asset: 'NOTHING' }, 'asset-unknown'],
    ['an exponent', { amount: '1e3' }, 'validation-failed'],
    ['a number', { amount: 1.5 }, 'validation-failed'],
    ['a sign', { amount: '-1' }, 'validation-failed'],
    ['an owner and a customer', { owner: 'account' }, 'validation-failed'],
    ['a customer that is not there', { customerId: FOREIGN }, 'customer-not-found'],
    ['a purse that is not there', { purseId: FOREIGN }, 'purse-not-found'],
  ])('refuses %s', async (_, fields, code) => {
    const { id: customerId } = await customerOf('refused');
    expect((await adjust({ customerId, ...fields })).body.code).toBe(code);
  });

  it('says nothing of another account: its customers and adjustments are not there', async () => {
    const { id: customerId } = await customerOf('of-the-first', '1');
    const made = (await atHead(`/v1/adjustments?customerId=${customerId}`)).body.data[0];
    const key = await ledger.issueKey({ scopes: ['read', 'write'], accountId: FOREIGN });
    const headers = { authorization: `Bearer ${key}` };
    expect((await adjust({ customerId }, ledger, headers)).body.code).toBe('customer-not-found');
    const read = await ledger.request('GET', `/v1/adjustments/${made.id}`, { headers });
    expect(read.body.code).toBe('adjustment-not-found');
    const list = await ledger.request('GET', '/v1/adjustments', { headers });
    expect(list.body.data).toEqual([]);
  });

  it('that an operator forces may make a claim negative, which is listed until it is covered', async () => {
    const { id: customerId } = await customerOf('forced', '1');
    const body = { accountId: DEFAULT_ACCOUNT_ID, customerId, asset: 'USDT_ETH', amount: '3' };
    const act = { reason: 'paid out twice', reference: newReference() };
    const forced = await operate('POST', 'forced-debits', { ...body, ...act });
    expect(forced).toMatchObject({ status: 200, body: { forced: true, direction: 'debit' } });
    await atHead('/v1/customers');
    const negative = async () => (await operate('GET', 'negative-claims')).body.data;
    expect(await negative()).toMatchObject([{ customerId, claim: { amount: '-2' } }]);
    expect((await adjust({ customerId, direction: 'debit' })).body.code).toBe(
      'insufficient-balance',
    );
    await adjust({ customerId, amount: '2' });
    await atHead('/v1/customers');
    expect(await negative()).toEqual([]);
    const unknown = { ...body, accountId: FOREIGN.replace('f0', 'f1'), ...act };
    expect((await operate('POST', 'forced-debits', unknown)).body.code).toBe('account-not-found');
    const own = await ledger.request('POST', '/v1/operations/forced-debits', {
      body: { ...body, ...act },
    });
    expect(own.body.code).toBe('forbidden');
  });
});

describe('debits of one claim at once', () => {
  it('from two processes never take more than there is', async () => {
    const { id: customerId } = await customerOf('at-once', '5');
    const { id: other } = await customerOf('other-side');
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        i % 3 === 0
          ? transfer({ fromCustomerId: customerId, toCustomerId: other }, i % 2 ? ledger : second)
          : adjust({ customerId, direction: 'debit', amount: '1' }, i % 2 ? ledger : second),
      ),
    );
    const passed = replies.filter(({ status }) => status === 201);
    const refused = replies.filter(({ status }) => status !== 201);
    expect(passed).toHaveLength(5);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(
      new Set(['insufficient-balance']),
    );
    expect(await claimOf(customerId)).toBe('0');
  });

  it('with one reference from two processes are one', async () => {
    const { id: customerId } = await customerOf('one-reference', '5');
    const debit = { customerId, direction: 'debit', amount: '1', reference: newReference() };
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, i) => adjust(debit, i % 2 ? ledger : second)),
    );
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(await claimOf(customerId)).toBe('4');
  });

  /** A debit of 3 of a claim of 5 that was accepted by a process which stopped before it wrote it. */
  async function leftBehind(name: string, log = nameOfLog(ledger.store.identity)) {
    const { id: customerId } = await customerOf(name, '5');
    await atHead('/v1/customers');
    const reference = newReference();
    const id = adjustmentIdOf(DEFAULT_ACCOUNT_ID, reference);
    const claim = { claimantId: customerId, asset: USDT };
    const turns = ledger.app.get(DebitTurns);
    const { number } = await turns.of(claim);
    const command = {
      ...{ type: 'MakeAdjustment', accountId: DEFAULT_ACCOUNT_ID, customerId, purseId: null },
      ...{ asset: USDT, amount: '3000000', direction: 'debit', forced: false },
      ...{ reason: 'a test', reference },
      facts: {
        customer: { status: 'active', accountId: DEFAULT_ACCOUNT_ID },
        ...{ purse: null, available: null, scale: { currency: 'USDT_ETH', decimals: 6 } },
      },
    };
    const context = {
      ...{ accountId: DEFAULT_ACCOUNT_ID, actor: 'key:stopped', commandId: randomUUID() },
    };
    const accepted = { log, stream: streamName('adjustment', id), command, context };
    expect(await turns.accept(claim, number, accepted)).toBe(true);
    // Nobody else is accepted in the turn.
    expect(await turns.accept(claim, number, accepted)).toBe(false);
    return { customerId, id, reference, claim, turn: number };
  }

  it('count one that a stopped process has accepted and not written, and write it', async () => {
    const { customerId, id } = await leftBehind('stopped');
    const debit = { customerId, direction: 'debit', amount: '3' };
    expect((await adjust(debit, second)).body.code).toBe('insufficient-balance');
    expect((await atHead(`/v1/adjustments/${id}`)).body).toMatchObject({ money: { amount: '3' } });
    expect((await adjust({ ...debit, amount: '2' })).status).toBe(201);
    expect(await claimOf(customerId)).toBe('0');
  });

  it('answer the request that was left behind when it is repeated', async () => {
    const { customerId, id, reference } = await leftBehind('repeated');
    const debit = { customerId, direction: 'debit', amount: '3', reference };
    expect((await adjust(debit)).body).toMatchObject({ id, money: { amount: '3' } });
    expect(await claimOf(customerId)).toBe('2');
  });

  it('are written without a further debit, by the clean-up of any process, once', async () => {
    const { customerId, claim, turn } = await leftBehind('cleaned-up');
    await Promise.all([ledger, second].map(({ app }) => app.get(ClaimDebits).finishLeft(0)));
    expect(await claimOf(customerId)).toBe('2');
    const now = await ledger.app.get(DebitTurns).of(claim);
    expect(now).toEqual({ number: turn + 1n, accepted: null });
  });

  it('forget what was accepted in an epoch of the log that ended', async () => {
    const { customerId, id } = await leftBehind('of-an-ended-epoch', `${randomUUID()}.1`);
    const debit = { customerId, direction: 'debit', amount: '5' };
    expect((await adjust(debit)).status).toBe(201);
    const state = await ledger.store.readStream(streamName('adjustment', id));
    expect(state).toEqual([]);
  });
});

describe('a transfer between customers', () => {
  it('moves from one balance to the other, once, and is found from both', async () => {
    const { id: from } = await customerOf('sender', '5');
    const { id: to } = await customerOf('receiver');
    const sides = { fromCustomerId: from, toCustomerId: to, reference: newReference() };
    const made = await transfer(sides);
    expect(made).toMatchObject({ status: 201, body: { ...sides, money: { amount: '1' } } });
    expect(await transfer(sides)).toMatchObject({ status: 200, body: made.body });
    expect((await transfer({ ...sides, amount: '2' })).body.code).toBe('reference-reused');
    expect([await claimOf(from), await claimOf(to)]).toEqual(['4', '1']);
    for (const customerId of [from, to]) {
      const { data } = (await atHead(`/v1/customer-transfers?customerId=${customerId}`)).body;
      expect(data).toEqual([made.body]);
    }
    expect((await atHead(`/v1/customer-transfers/${made.body.id}`)).body).toEqual(made.body);
    const events = (await ledger.request('GET', `/v1/events?after=${made.body.position - 1}`)).body;
    expect(events.data[0]).toMatchObject({
      ...{ type: 'CustomerTransferMade', subject: `customer-transfer/${made.body.id}` },
      data: { fromCustomerId: from, toCustomerId: to, amount: '1000000', reason: 'a test' },
    });
    const past = `asOf=${BigInt(made.body.position) - 1n}`;
    const before = await ledger.request('GET', `/v1/customers/${from}/balances?${past}`);
    expect(before.body.data[0].claim.amount).toBe('5');
  });

  it('refuses more than is available, a blocked customer, one on both sides, and strangers alike', async () => {
    const { id: from } = await customerOf('sender-refused', '1');
    const { id: to } = await customerOf('receiver-refused');
    const sides = { fromCustomerId: from, toCustomerId: to };
    const codeOf = async (fields: object) => (await transfer({ ...sides, ...fields })).body.code;
    expect(await codeOf({ amount: '1.1' })).toBe('insufficient-balance');
    expect(await codeOf({ toCustomerId: from })).toBe('same-customer');
    expect(await codeOf({ toCustomerId: FOREIGN })).toBe('customer-not-found');
    expect(await codeOf({ fromCustomerId: FOREIGN })).toBe('customer-not-found');
    await ledger.request('POST', `/v1/customers/${to}/block`, { body: { reason: 'a test' } });
    expect(await codeOf({})).toBe('customer-blocked');
  });
});

describe('a release to the customer', () => {
  it('moves what the account got while the customer was blocked, once; a reorg takes it from there', async () => {
    const { id: customerId, purse } = await customerOf('blocked');
    const reason = { body: { reason: 'a test' } };
    const change = (what: string) =>
      ledger.request('POST', `/v1/customers/${customerId}/${what}`, reason);
    await change('block');
    const { id, revert } = await deposit(purse.address, '7');
    const waiting = async () =>
      (await atHead(`/v1/replenishments?creditedTo=account&customerId=${customerId}`)).body.data;
    expect(await waiting()).toMatchObject([{ id, creditedTo: 'account', blocked: true }]);
    const release = (reference = 'case-1') =>
      ledger.request('POST', `/v1/replenishments/${id}/release-to-customer`, {
        body: { reason: 'a test', reference },
      });
    expect((await release()).body.code).toBe('customer-blocked');
    await change('unblock');
    const released = await release();
    expect(released).toMatchObject({
      status: 200,
      body: { id, status: 'confirmed', creditedTo: 'customer', blocked: false },
    });
    expect((await release()).body).toEqual(released.body);
    expect((await release('case-2')).body.code).toBe('replenishment-not-with-account');
    expect(await waiting()).toEqual([]);
    expect(await claimOf(customerId)).toBe('2');
    await revert();
    expect((await atHead(`/v1/customers/${customerId}/balances`)).body.data).toMatchObject([
      { claim: { amount: '0' }, accountClaim: { amount: '0' }, custody: { amount: '0' } },
    ]);
  });

  it('refuses what the account has used', async () => {
    const { id: customerId, purse } = await customerOf('blocked-and-used');
    const reason = { body: { reason: 'a test' } };
    await ledger.request('POST', `/v1/customers/${customerId}/block`, reason);
    const { id } = await deposit(purse.address, '6');
    await ledger.request('POST', `/v1/customers/${customerId}/unblock`, reason);
    const used = { owner: 'account', amount: '1', direction: 'debit' };
    expect((await adjust(used)).status).toBe(201);
    const body = { reason: 'a test', reference: 'case-1' };
    const path = `/v1/replenishments/${id}/release-to-customer`;
    const reply = await ledger.request('POST', path, { body });
    expect(reply.body.code).toBe('insufficient-balance');
  });
});
