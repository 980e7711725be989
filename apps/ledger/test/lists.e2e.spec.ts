import { DaybookRest } from '@daybook/client';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

let ledger: TestLedger;
let daybook: DaybookRest;
beforeAll(async () => {
  ledger = await createLedgerForTest();
  daybook = new DaybookRest({ url: ledger.url, apiKey: ledger.apiKey });
});
afterAll(() => ledger.close());

const get = (path: string) => ledger.request('GET', path);
const atHead = async (path: string): Promise<Reply> =>
  get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`);

describe('a list', () => {
  const create = (externalId: string) => daybook.call('createCustomer', { externalId });

  it('goes from the newest to the oldest, page by page, without gap or repeat', async () => {
    const made: string[] = [];
    for (let n = 0; n < 7; n++) {
      made.unshift((await create(`paged-${n}`)).id);
    }
    await atHead('/v1/customers');
    for (const limit of ['1', '2', '3', '7', '100', '5000']) {
      const ids: string[] = [];
      for await (const { id } of daybook.items('listCustomers', { limit })) ids.push(id);
      expect(ids).toEqual(made);
    }
  });

  it('is stable while entries are added', async () => {
    const first = await atHead('/v1/customers?limit=3');
    await create('late');
    await atHead('/v1/customers');
    const second = await get(`/v1/customers?limit=3&cursor=${first.body.nextCursor}`);
    const shown = [...first.body.data, ...second.body.data].map(({ id }) => id);
    expect(new Set(shown).size).toBe(6);
  });

  it('takes a cursor only with the filters it was made with, and only as it was made', async () => {
    const { body } = await atHead('/v1/customers?limit=2&status=ACTIVE');
    const good = `/v1/customers?limit=2&status=ACTIVE&cursor=${body.nextCursor}`;
    expect((await get(good)).status).toBe(200);
    const [, stamp] = Buffer.from(body.nextCursor, 'base64url').toString().split(/[.|]/);
    const beyond = Buffer.from(`${'9'.repeat(19)}.${stamp}`).toString('base64url');
    for (const path of [
      `/v1/customers?limit=2&cursor=${body.nextCursor}`,
      `/v1/customers?limit=2&status=BLOCKED&cursor=${body.nextCursor}`,
      `/v1/purses?limit=2&cursor=${beyond}`,
      `/v1/customers?limit=2&status=ACTIVE&cursor=${beyond}`,
    ]) {
      const { status, body: problem } = await get(path);
      expect([status, problem.code]).toEqual([400, 'invalid-cursor']);
    }
  });
});

describe('minPosition', () => {
  it('waits for what was written, and no longer', async () => {
    const { id, position } = await daybook.call('createCustomer', { externalId: 'waiter' });
    const read = await daybook.call('getCustomer', { customerId: id, minPosition: position });
    expect(read.externalId).toBe('waiter');
  });
});

describe('chains and assets', () => {
  it('are those of the registry, with what the watcher last said', async () => {
    const observedAt = new Date().toISOString();
    await ledger.publishChainHead({
      chain: 'eip155:1',
      latest: 120,
      matched: 115,
      finalized: 90,
      state: 'catching-up',
      detail: null,
      observedAt,
      addressesThrough: '9007199254740993',
    });
    const chainOf = async (id: string) =>
      (await get('/v1/chains')).body.data.find(({ chain }: { chain: string }) => chain === id);
    await until(async () => (await chainOf('eip155:1')).state === 'catching-up');
    expect(await chainOf('eip155:1')).toEqual({
      chain: 'eip155:1',
      name: 'Ethereum',
      family: 'evm',
      finality: 'tag:finalized',
      state: 'catching-up',
      detail: null,
      latest: 120,
      matched: 115,
      finalized: 90,
      lag: 5,
      observedAt,
      addressesThrough: '9007199254740993',
      thresholds: ['depth:12', 'tag:safe', 'tag:finalized'],
      minimumFinality: 'depth:12',
    });
    expect(await chainOf('eip155:56')).toMatchObject({ state: 'unwatched', lag: null });
    const { body } = await get('/v1/assets');
    expect(body.data).toContainEqual({
      asset: USDT,
      chain: 'eip155:1',
      currency: 'USDT_ETH',
      decimals: 6,
      contract: '0xdac17f958d2ee523a2206206994597c13d831ec7',
      minimum: expect.objectContaining({ amount: '1', currency: 'USDT_ETH' }),
      finality: 'tag:finalized',
      band: expect.objectContaining({ amount: '10000', currency: 'USDT_ETH' }),
    });
  });
});
