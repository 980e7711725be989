import type { json, TransferV1 } from '@daybook/contracts';
import { streamName } from '@daybook/domain';
import { surviveErrors } from '@daybook/platform/plain';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase, until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { faultsOf, KEYS, startOn } from '../../../test/restored';

const CHAIN = 'eip155:31337';
const TOKEN = `${CHAIN}/erc20:0x${'ab'.repeat(20)}`;

let database: TestDatabase;
let ledger: TestLedger;
let purse: json.Purse;

/** What the ledgers warned of so far. */
const warn = jest.spyOn(Logger.prototype, 'warn');
const warned = () => warn.mock.calls.map(([sentence]) => sentence);

interface Listed {
  readonly decimals?: number;
  readonly currency?: string;
}

/** A start on the same database with one chain, whose token is listed like this; null lists none. */
function start(token: Listed | null = {}): Promise<TestLedger> {
  const asset = { id: TOKEN, currency: 'TOKEN_TEST', decimals: 6, minimum: '1', ...token };
  const rest = { finality: { kind: 'depth', confirmations: 3 }, reorgWindow: 8 };
  const entry = { id: CHAIN, rpcUrl: 'http://127.0.0.1:1', ...rest, assets: token ? [asset] : [] };
  const { apiKey, operatorKey } = KEYS;
  const chains = { chains: [entry] };
  return createLedgerForTest({ chains, database, apiKey, env: { operatorKey } });
}

let transfers = 0;

async function deposit(amount: string): Promise<void> {
  transfers += 1;
  const txHash = `0x${transfers.toString(16).padStart(64, '0')}`;
  const transfer: TransferV1 = {
    ...{ transferId: `${CHAIN}/${txHash}/log:0`, version: 1, status: 'final', chain: CHAIN },
    ...{ asset: TOKEN, amount, to: String(purse.address).toLowerCase(), txHash },
    from: '0x00000000000000000000000000000000000000aa',
    finality: { kind: 'depth', confirmations: 3 },
    block: { number: transfers, hash: txHash, time: '2026-01-02T03:04:05.000Z' },
  };
  await ledger.publishTransfers([transfer]);
  const known = transfers;
  await until(async () => (await ledger.request('GET', list())).body.data.length >= known, {
    description: `${known} replenishments`,
  });
}

const list = () => `/v1/replenishments?purseId=${purse.id}`;
const get = async (path: string) => {
  const position = await ledger.store.head();
  const joined = path.includes('?') ? '&' : '?';
  return (await ledger.request('GET', `${path}${joined}minPosition=${position}`)).body;
};
const recordedEvents = async () =>
  (await ledger.store.readStream(streamName('asset', TOKEN))).map(({ type, data }) => [type, data]);

/** The name, scale and amount of the token wherever a client sees it. */
async function shown() {
  const of = `/v1/purses/${purse.id}`;
  const monies: readonly json.Money[] = [
    (await get(`${of}/balances`)).data[0].custody,
    (await get(`${of}/throughput`)).data[0].received,
    (await get(`/v1/customers/${purse.customerId}/balances`)).data[0].claim,
    (await get(list())).data[0].money,
    (await get(`/v1/replenishments?asset=${encodeURIComponent(TOKEN)}`)).data[0].money,
  ];
  return new Set(
    monies.map(({ currency, amount, decimals }) => `${amount} ${currency} ${decimals}`),
  );
}

beforeAll(async () => {
  database = await freshDatabase();
  ledger = await startOn(database);
  const body = { externalId: 'alice', families: ['evm'] };
  [purse] = (await ledger.request('POST', '/v1/customers', { body })).body.purses;
  await ledger.close();
});
afterAll(() => database.drop());

it('records the name and the scale of an asset with its first deposit, in the log and in the read models', async () => {
  ledger = await start();
  expect(await recordedEvents()).toEqual([]);
  await deposit('1017556');
  await deposit('1');
  const scale = { currency: 'TOKEN_TEST', decimals: 6 };
  expect(await recordedEvents()).toEqual([['AssetRecorded', { asset: TOKEN, ...scale }]]);
  expect(await shown()).toEqual(new Set(['1.017557 TOKEN_TEST 6', '0.000001 TOKEN_TEST 6']));
  expect(await faultsOf(ledger)).toEqual([]);
  await ledger.close();
});

it('refuses to start with other decimals', async () => {
  await expect(start({ decimals: 8 })).rejects.toThrow(
    /0xabab\w+ has 8 decimals here, but 6 in the event log, .* Set its decimals to 6:/,
  );
});

it('keeps the name and the scale of an asset that has left the registry', async () => {
  ledger = await start(null);
  expect(warned()).toContainEqual(
    expect.stringMatching(/is not listed any more. It stays TOKEN_TEST with 6 decimals/),
  );
  expect(await shown()).toEqual(new Set(['1.017557 TOKEN_TEST 6', '0.000001 TOKEN_TEST 6']));
  // Also where it is asked for by its name; but no purse is minted for it.
  expect((await get('/v1/replenishments?asset=TOKEN_TEST')).data).toHaveLength(2);
  const body = { currency: 'TOKEN_TEST' };
  const mint = await ledger.request('POST', `/v1/customers/${purse.customerId}/purses`, { body });
  expect([mint.status, mint.body.code]).toEqual([422, 'asset-unknown']);
  // What moves of it is recorded with its money in the right scale, and not credited.
  await deposit('5');
  const [newest] = (await get(list())).data;
  expect(newest).toMatchObject({ status: 'rejected', reason: 'unknown-token' });
  expect(newest.money).toMatchObject({ amount: '0.000005', currency: 'TOKEN_TEST', decimals: 6 });
  await ledger.close();
});

it('warns of another currency, shows it, and records it with the next use', async () => {
  ledger = await start({ currency: 'OTHER_TEST' });
  expect(warned()).toContainEqual(
    expect.stringMatching(/was called TOKEN_TEST and is called OTHER_TEST now/),
  );
  await deposit('7');
  expect((await recordedEvents()).at(-1)).toEqual(['AssetRenamed', { currency: 'OTHER_TEST' }]);
  expect(await faultsOf(ledger)).toEqual([]);
  await ledger.close();
  ledger = await start(null);
  const [{ custody }] = (await get(`/v1/purses/${purse.id}/balances`)).data;
  expect(custody).toMatchObject({ currency: 'OTHER_TEST', amount: '1.017564' });
  await ledger.close();
});

it('records at the start what the books of an older version have', async () => {
  const coin = 'eip155:1/slip44:60';
  const client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
  await client.query('INSERT INTO ledger.figures (owner_id, asset) VALUES ($1, $2)', [
    purse.id,
    coin,
  ]);
  await client.end();
  ledger = await start();
  const [recorded, ...more] = await ledger.store.readStream(streamName('asset', coin));
  expect(recorded?.data).toEqual({ asset: coin, currency: 'ETH', decimals: 18 });
  expect(more).toEqual([]);
  await ledger.close();
});
