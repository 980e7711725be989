import type { ChainHeadV1 } from '@daybook/contracts';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';

const CHAINS = ['eip155:31337', 'eip155:1337'] as const;
const [FIRST, SECOND] = CHAINS;

let ledger: TestLedger;
beforeAll(async () => {
  const finality = { kind: 'depth', confirmations: 1 };
  const chains = CHAINS.map((id) => ({
    id,
    name: id,
    rpcUrl: 'http://127.0.0.1:1',
    finality,
    assets: [],
    blockTimeMs: null,
    reorgWindow: 8,
  }));
  ledger = await createLedgerForTest({ chains: { chains } });
});
afterAll(() => ledger.close());

let said = 0;

/** The watcher of a chain says how far it knows the minted addresses. */
async function acknowledge(chain: string, addressesThrough: string | null): Promise<void> {
  said += 1;
  const observedAt = new Date(Date.UTC(2026, 0, 1) + said * 1_000).toISOString();
  const head = { chain, latest: said, matched: said, finalized: null, state: 'following' } as const;
  const message: ChainHeadV1 = { ...head, detail: null, observedAt, addressesThrough };
  await ledger.publishChainHead(message);
  await until(async () => {
    const { body } = await ledger.request('GET', '/v1/chains');
    return body.data.some((known: ChainHeadV1) => known.chain === chain && known.latest === said);
  });
}

async function mint(externalId: string) {
  const body = { externalId, families: ['evm'] };
  const { body: customer } = await ledger.request('POST', '/v1/customers', { body });
  const [purse] = customer.purses;
  const [minted] = await ledger.store.readStream(`purse-${purse.id}`);
  return { customer, purse, position: minted?.position ?? 0n };
}

const watchOf = async (id: string) => (await ledger.request('GET', `/v1/purses/${id}`)).body.watch;
const watched = (first: boolean, second: boolean) => [
  { chain: FIRST, watched: first },
  { chain: SECOND, watched: second },
];

async function untilWatched(id: string, first: boolean, second: boolean): Promise<void> {
  const wanted = JSON.stringify(watched(first, second));
  await until(async () => JSON.stringify(await watchOf(id)) === wanted);
}

describe('a purse', () => {
  it('is watched on a chain once its watcher has acknowledged the mint, and not before', async () => {
    const { purse, customer, position } = await mint('ann');
    expect(purse.watch).toEqual(watched(false, false));
    await until(async () => (await watchOf(purse.id)) !== undefined);
    expect(await watchOf(purse.id)).toEqual(watched(false, false));

    await acknowledge(FIRST, String(position - 1n));
    const later = await mint('bob');
    expect(later.purse.watch).toEqual(watched(false, false));
    expect(await watchOf(purse.id)).toEqual(watched(false, false));

    await acknowledge(FIRST, String(position));
    await untilWatched(purse.id, true, false);
    await untilWatched(later.purse.id, false, false);
    await acknowledge(SECOND, String(later.position));
    await untilWatched(purse.id, true, true);
    await untilWatched(later.purse.id, false, true);

    const lists = ['/v1/purses', `/v1/customers/${customer.id}/purses`];
    for (const path of lists) {
      const { body } = await ledger.request('GET', path);
      const listed = body.data.find(({ id }: { id: string }) => id === purse.id);
      expect(listed.watch).toEqual(watched(true, true));
    }
  });

  it('answers a repeated mint by the position of the first, whatever happened since', async () => {
    const { purse, customer, position } = await mint('carol');
    await acknowledge(FIRST, String(position));
    await untilWatched(purse.id, true, false);
    await ledger.request('POST', `/v1/customers/${customer.id}/block`, {
      body: { reason: 'a test' },
    });
    const path = `/v1/customers/${customer.id}/purses`;
    const repeated = await ledger.request('POST', path, { body: { family: 'evm' } });
    expect(repeated.status).toBe(200);
    expect(repeated.body.watch).toEqual(watched(true, false));
    const { body: again } = await ledger.request('POST', '/v1/customers', {
      body: { externalId: 'carol', families: ['evm'] },
    });
    expect(again.purses[0].watch).toEqual(watched(true, false));
  });

  it('is not watched while a watcher does not know any more what it knew', async () => {
    const { purse, position } = await mint('dora');
    await acknowledge(FIRST, String(position));
    await untilWatched(purse.id, true, false);
    await acknowledge(FIRST, null);
    await untilWatched(purse.id, false, false);
  });
});
