import type { TransferV1 } from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const FAKE = 'eip155:1/erc20:0x00000000000000000000000000000000000000fa';
const SENDER = '0x00000000000000000000000000000000000000aa';

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const get = (path: string) => ledger.request('GET', path);
const atHead = async (path: string): Promise<Reply> =>
  get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`);

async function customerWithPurse(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  return { customer, purse: customer.purses[0] };
}

let transfers = 0;

/** A final transfer to a purse; what does not matter is made up. */
function aTransfer(to: string, parts: Partial<TransferV1> = {}): TransferV1 {
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  return {
    transferId: `eip155:1/${txHash}/log:0`,
    version: 1,
    status: 'final',
    chain: 'eip155:1',
    asset: USDT,
    amount: '1500000',
    from: SENDER,
    to: to.toLowerCase(),
    txHash,
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
    finality: { kind: 'depth', confirmations: 12 },
    ...parts,
  };
}

/** Publishes, and waits until as many replenishments of the purse are visible. */
async function replenish(purseId: string, reports: readonly TransferV1[]): Promise<Reply> {
  const before = (await atHead(`/v1/replenishments?purseId=${purseId}&limit=100`)).body.data.length;
  await ledger.publishTransfers(reports);
  const path = `/v1/replenishments?purseId=${purseId}&limit=100`;
  await until(async () => (await get(path)).body.data.length >= before + reports.length);
  return get(path);
}

describe('a replenishment', () => {
  it('shows the transfer in both vocabularies, with its money and its order id', async () => {
    const { customer } = await customerWithPurse('payer');
    const minted = await ledger.request('POST', `/v1/customers/${customer.id}/purses`, {
      body: { family: 'evm' },
    });
    const purse = minted.body;
    const { body } = await replenish(purse.id, [aTransfer(purse.address)]);
    const [shown] = body.data;
    expect(shown).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      customerId: customer.id,
      purseId: purse.id,
      outsideOrderId: null,
      compliance: { mode: 'none', verdict: 'not-checked', listVersion: null },
      status: 'confirmed',
      transactionState: 'CONFIRMED',
      complianceState: 'CHECKED',
      translationToAccountCompleted: false,
      money: {
        asset: USDT,
        currency: 'USDT_ETH',
        amount: '1.5',
        baseUnits: '1500000',
        decimals: 6,
      },
      netted: null,
      unbacked: null,
      sum: null,
      chain: 'eip155:1',
      txHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      ordinal: 'log:0',
      from: '0x00000000000000000000000000000000000000AA',
      to: purse.address,
      block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
      confirmations: null,
      blocked: false,
      creditedTo: 'customer',
      reason: null,
      finality: 'depth:12',
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      position: expect.stringMatching(/^\d+$/),
    });
    expect((await get(`/v1/replenishments/${shown.id}`)).body).toEqual(shown);
  });

  it('shows that it waits for a second provider, and is credited when it has passed the policy', async () => {
    const { purse } = await customerWithPurse('large-payer');
    const amount = '25000000000';
    const transfer = aTransfer(purse.address, { status: 'detected', finality: null, amount });
    const { body } = await replenish(purse.id, [transfer]);
    const shown = async () => (await get(`/v1/replenishments/${body.data[0].id}`)).body;
    await ledger.publishTransfers([
      { ...transfer, version: 2, waiting: 'awaiting-second-provider' },
    ]);
    await until(async () => (await shown()).reason === 'awaiting-second-provider');
    expect(await shown()).toMatchObject({
      ...{ status: 'detected', transactionState: 'MEM_POOL_FOUND', creditedTo: null },
    });
    const final = (version: number, finality: TransferV1['finality'], passed: string[]) =>
      ledger.publishTransfers([{ ...transfer, version, status: 'final', finality, passed }]);
    const finalized = { kind: 'tag', tag: 'finalized' } as const;
    // The first threshold of the chain credits nothing: the policy of the asset is `finalized`.
    await final(3, { kind: 'depth', confirmations: 12 }, ['depth:12']);
    await final(4, finalized, ['depth:12', 'tag:finalized']);
    await until(async () => (await shown()).status === 'confirmed');
    expect(await shown()).toMatchObject({ reason: null, finality: 'tag:finalized' });
    await final(5, { kind: 'depth', confirmations: 64 }, ['depth:64', 'tag:finalized']);
    await final(6, finalized, ['tag:finalized']);
    // Of the same key, so the reports above were handled before it.
    await replenish(purse.id, [aTransfer(purse.address)]);
    const events = (await get('/v1/events?limit=1000')).body.data;
    const types = events
      .filter(({ subject }: { subject: string }) => subject.endsWith(body.data[0].id))
      .map(({ type }: { type: string }) => type);
    expect(types).toEqual([
      ...['ReplenishmentDetected', 'ReplenishmentVersionNoted', 'ReplenishmentConfirmed'],
    ]);
  });

  it('is found by owner, status in both vocabularies, asset and time', async () => {
    const { customer, purse } = await customerWithPurse('filtered');
    const seen = aTransfer(purse.address, { status: 'seen', block: null, finality: null });
    const fake = aTransfer(purse.address, { asset: FAKE, amount: '7' });
    const paid = aTransfer(purse.address);
    await replenish(purse.id, [seen, fake, paid]);
    const found = async (query: string) => {
      const { status, body } = await get(`/v1/replenishments?purseId=${purse.id}&${query}`);
      expect(status).toBe(200);
      return body.data.map(({ txHash }: { txHash: string }) => txHash).sort();
    };
    const all = [seen, fake, paid].map(({ txHash }) => txHash);
    expect(await found(`customerId=${customer.id}`)).toEqual(all);
    expect(await found('status=seen')).toEqual([seen.txHash]);
    expect(await found('status=MEM_POOL_FOUND')).toEqual([seen.txHash]);
    expect(await found('status=CONFIRMED')).toEqual([paid.txHash]);
    expect(await found('status=rejected')).toEqual([fake.txHash]);
    expect(await found('status=DECLINED')).toEqual([]);
    expect(await found('asset=USDT_ETH')).toEqual([seen.txHash, paid.txHash]);
    expect(await found(`asset=${USDT.replace('dac17f', 'DAC17F')}`)).toHaveLength(2);
    expect(await found(`asset=${FAKE}`)).toEqual([fake.txHash]);
    expect(await found('from=2020-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toEqual(all);
    expect(await found('to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await found('from=9999-12-31T23:59:59Z')).toEqual([]);
  });

  it('of a token that nobody vouches for is shown and never counted', async () => {
    const { customer, purse } = await customerWithPurse('fooled');
    const { body } = await replenish(purse.id, [aTransfer(purse.address, { asset: FAKE })]);
    expect(body.data[0]).toMatchObject({
      status: 'rejected',
      reason: 'unknown-token',
      creditedTo: null,
      money: { asset: FAKE, currency: 'UNREGISTERED', amount: '1500000', decimals: 0 },
    });
    expect((await get(`/v1/customers/${customer.id}/balances`)).body.data).toEqual([]);
  });
});

describe('balances and throughput', () => {
  const money = (amount: string, baseUnits: string) => ({
    asset: USDT,
    currency: 'USDT_ETH',
    amount,
    baseUnits,
    decimals: 6,
  });
  const none = money('0', '0');

  it('are empty for who has received nothing', async () => {
    const { customer, purse } = await customerWithPurse('newcomer');
    for (const owner of [`/v1/customers/${customer.id}`, `/v1/purses/${purse.id}`]) {
      for (const figure of ['balances', 'throughput']) {
        const reply = await atHead(`${owner}/${figure}`);
        expect(reply.body).toEqual({ data: [], nextCursor: null, asOf: null });
      }
    }
  });

  it('add up, and tell the account’s part from the customer’s', async () => {
    const { customer, purse } = await customerWithPurse('saver');
    const owner = `/v1/customers/${customer.id}`;
    await replenish(purse.id, [aTransfer(purse.address), aTransfer(purse.address)]);
    const { body: blocked } = await ledger.request('POST', `${owner}/block`, {
      body: { reason: 'test' },
    });
    await get(`${owner}?minPosition=${blocked.position}`);
    const { body } = await replenish(purse.id, [aTransfer(purse.address, { amount: '2000000' })]);
    expect(body.data[0]).toMatchObject({ blocked: true, creditedTo: 'account' });
    for (const path of [owner, `/v1/purses/${purse.id}`]) {
      expect((await atHead(`${path}/balances`)).body.data).toEqual([
        {
          asset: USDT,
          claim: money('3', '3000000'),
          accountClaim: money('2', '2000000'),
          suspense: none,
          custody: money('5', '5000000'),
        },
      ]);
      expect((await atHead(`${path}/throughput`)).body.data).toEqual([
        { asset: USDT, received: money('5', '5000000'), reversed: none, receipts: '3' },
      ]);
    }
  });

  it('keep an amount of any size exact', async () => {
    const { purse } = await customerWithPurse('whale');
    const amount = (2n ** 255n).toString();
    await replenish(purse.id, [aTransfer(purse.address, { amount })]);
    const { body } = await atHead(`/v1/purses/${purse.id}/balances`);
    expect(body.data[0].claim.baseUnits).toBe(amount);
    expect(body.data[0].claim.amount.replace('.', '').replace(/0*$/, '')).toBe(
      amount.replace(/0*$/, ''),
    );
  });

  // Ten of them have more digits than one can have.
  it('keep the sum of the largest amounts exact', async () => {
    const { purse } = await customerWithPurse('whales');
    const amount = 2n ** 256n - 1n;
    const all = Array.from({ length: 10 }, () => aTransfer(purse.address, { amount: `${amount}` }));
    await replenish(purse.id, all);
    const { body } = await atHead(`/v1/purses/${purse.id}/balances`);
    expect(body.data[0].custody.baseUnits).toBe(`${10n * amount}`);
    const moved = await atHead(`/v1/purses/${purse.id}/throughput`);
    expect(moved.body.data[0].received.baseUnits).toBe(`${10n * amount}`);
  });
});

describe('the event feed', () => {
  it('tells everything in order, page by page, and nothing twice', async () => {
    const { customer, purse } = await customerWithPurse('storied');
    await replenish(purse.id, [aTransfer(purse.address)]);
    const events: { type: string; position: string; subject: string; data: object }[] = [];
    let after = customer.position - 2;
    for (;;) {
      const { body } = await get(`/v1/events?after=${after}&limit=2`);
      events.push(...body.data);
      if (body.nextCursor === null) break;
      after = body.nextCursor;
    }
    expect(events.map(({ type }) => type)).toEqual([
      'CustomerCreated',
      'PurseMinted',
      'ReplenishmentDetected',
      'ReplenishmentConfirmed',
    ]);
    expect(events[0]?.subject).toBe(`customer/${customer.id}`);
    const positions = events.map(({ position }) => Number(position));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    const end = await get(`/v1/events?after=${events.at(-1)?.position}`);
    const { id, epoch } = ledger.store.identity ?? {};
    expect(end.body).toEqual({ data: [], nextCursor: null, log: `${id}.${epoch}` });
    const head = await ledger.store.head();
    expect((await get(`/v1/events?after=${head}`)).body.data).toEqual([]);
    const beyond = await get(`/v1/events?after=${head + 1_000_000n}`);
    expect([beyond.status, beyond.body.code]).toEqual([400, 'position-not-in-log']);
  });
});
