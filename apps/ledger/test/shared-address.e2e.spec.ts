import { compare } from '@daybook/audit';
import type { TransferV1 } from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type Reply, type TestLedger } from '../../../test/ledger-harness';
import { AUDITED } from '../src/operations/read-models';
import { mintOnAddressOf } from './shared-addresses';

const USDT = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const ACT = { reason: 'a restored database gave it twice', reference: 'case-1742' };

let ledger: TestLedger;
let first: { id: string; address: string };
let second: { customerId: string; id: string };

const get = (path: string) => ledger.request('GET', path);
const atHead = async (path: string): Promise<Reply['body']> =>
  (await get(`${path}${path.includes('?') ? '&' : '?'}minPosition=${await ledger.store.head()}`))
    .body;

const mint = () =>
  ledger.request('POST', `/v1/customers/${second.customerId}/purses`, { body: { family: 'evm' } });

function assign(purseId: string, act = ACT): Promise<Reply> {
  const headers = { authorization: `Bearer ${ledger.operatorKey}` };
  const path = `/v1/operations/purses/${purseId}/address`;
  return ledger.request('POST', path, { headers, body: act });
}

let transfers = 0;

/** A final transfer, once it is recorded. */
async function pay(to: string): Promise<Reply['body']> {
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  const transfer: TransferV1 = {
    ...{ transferId: `eip155:1/${txHash}/log:0`, version: 1, status: 'final', chain: 'eip155:1' },
    ...{ asset: USDT, amount: '1500000', from: '0x00000000000000000000000000000000000000aa' },
    ...{ to: to.toLowerCase(), txHash, finality: { kind: 'depth', confirmations: 12 } },
    block: { number: 100, hash: `0x${'b'.repeat(64)}`, time: '2026-01-02T03:04:05.000Z' },
  };
  await ledger.publishTransfers([transfer]);
  const found = async () =>
    (await get('/v1/replenishments?limit=100')).body.data.find(
      (each: { txHash: string }) => each.txHash === txHash,
    );
  // Booked, to whomever.
  await until(async () => ((await found())?.creditedTo ?? null) !== null);
  return found();
}

const violations = async () =>
  (await compare({ ...AUDITED, store: ledger.store, liveUrl: ledger.databaseUrl })).violations;

beforeAll(async () => {
  ledger = await createLedgerForTest();
  const body = { externalId: 'first', families: ['evm'] };
  [first] = (await ledger.request('POST', '/v1/customers', { body })).body.purses;
  const [id] = await mintOnAddressOf(ledger, first.id, ['second']);
  const { customerId } = await atHead(`/v1/purses/${id}`);
  second = { customerId, id };
});
afterAll(() => ledger.close());

describe('two purses on one address', () => {
  it('stop no read model: the second one is held and shows no address', async () => {
    expect((await atHead(`/v1/purses/${second.id}`)).address).toBeNull();
    expect((await atHead(`/v1/purses/${first.id}`)).address).toBe(first.address);
    const found = await atHead(`/v1/purses?address=${first.address}`);
    expect(found.data.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    const again = await mint();
    expect([again.status, again.body.code]).toEqual([409, 'address-conflict']);
    const restored = await ledger.request('POST', `/v1/purses/${second.id}/restore`, {
      body: { reason: 'a test' },
    });
    expect(restored.body.address).toBeNull();
  });

  it('are reported by a comparison and by the checker', async () => {
    expect(await violations()).toEqual([
      expect.objectContaining({ invariant: 'one-purse-an-address', subject: `purse ${second.id}` }),
    ]);
    const headers = { authorization: `Bearer ${ledger.operatorKey}` };
    const status = async () => ledger.request('GET', '/v1/operations/status', { headers });
    const isSeen = async () =>
      JSON.stringify((await status()).body).includes('one-purse-an-address');
    await until(isSeen, { timeoutMs: 20_000, description: 'The checker' });
  });

  it('hold what arrives until the second one has an address of its own', async () => {
    const held = await pay(first.address);
    expect(held).toMatchObject({ creditedTo: 'suspense', reason: 'shared-address' });

    const other = await assign(first.id);
    expect([other.status, other.body.code]).toEqual([409, 'address-not-shared']);
    const assigned = await assign(second.id);
    expect([assigned.status, assigned.body.id]).toEqual([200, second.id]);
    const { address } = assigned.body;
    expect(address).not.toBe(first.address);
    expect((await assign(second.id)).body.address).toBe(address);
    expect((await atHead(`/v1/purses/${second.id}`)).address).toBe(address);
    expect((await mint()).body.address).toBe(address);

    const own = await pay(address);
    expect([own.purseId, own.creditedTo]).toEqual([second.id, 'customer']);
    const former = await pay(first.address);
    expect([former.purseId, former.creditedTo]).toEqual([first.id, 'customer']);
    expect(await violations()).toEqual([]);
  });
});
