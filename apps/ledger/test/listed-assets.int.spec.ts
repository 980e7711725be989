import { readChainsFile } from '@daybook/chains';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../../../test/dependencies';
import { keepListedAssets } from '../src/chains';
import { migrate } from '../src/migrate';

const CHAIN = 'eip155:1329';
const TOKEN = `${CHAIN}/erc20:0x${'ab'.repeat(20)}`;
const PURSE = '00000000-0000-5000-8000-000000000001';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.url, 'postgres');
  client = surviveErrors(new Client({ connectionString: database.url }));
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => client.query('TRUNCATE ledger.listed_asset, ledger.figures'));

interface Listed {
  readonly decimals?: number;
  readonly currency?: string;
}

/** A start with one chain, whose token is listed like this; null lists none. */
function start(token: Listed | null = {}, chain = CHAIN): Promise<readonly string[]> {
  const asset = { id: TOKEN, currency: 'TOKEN_SEI', decimals: 6, minimum: '1', ...token };
  const assets = token === null ? [] : [asset];
  const entry = { id: chain, rpcUrl: 'https://node.example', assets };
  return keepListedAssets(client, readChainsFile(JSON.stringify({ chains: [entry] })));
}

/** The books have so many base units of an asset. */
async function book(custody: string, asset = TOKEN): Promise<void> {
  const columns = [
    'custody',
    'claim_customer',
    'claim_account',
    'suspense',
    'received',
    'reversed',
  ];
  await client.query(
    `INSERT INTO ledger.figures (owner_id, asset, ${columns.join(', ')}, receipts)
     VALUES ($1, $2, $3, $3, 0, 0, $3, 0, 1)`,
    [PURSE, asset, custody],
  );
}

it('accepts the same registry at every start', async () => {
  expect(await start()).toEqual([]);
  await book('1017556');
  expect(await start()).toEqual([]);
});

it('accepts other decimals, and a token that is gone, while the books have none of it', async () => {
  await start();
  expect(await start({ decimals: 8 })).toEqual([]);
  expect(await start(null)).toEqual([]);
});

it('refuses other decimals of a token that the books have, and says which are right', async () => {
  await start();
  await book('1017556');
  await expect(start({ decimals: 8 })).rejects.toThrow(
    /has 8 decimals now and had 6 before, but the books have it, 1\.017556 TOKEN_SEI in purses\. Set decimals to 6 again/,
  );
  // A refused start changes nothing.
  expect(await start()).toEqual([]);
});

it('refuses to lose a token or a chain that the books have, even when nothing is left of it', async () => {
  await start();
  await book('0');
  for (const lost of [start(null), start(null, 'eip155:1330')]) {
    await expect(lost).rejects.toThrow(/is not listed any more, .* List it again, with 6 decimals/);
  }
});

it('warns of another name, and of a known chain that is not watched any more', async () => {
  await start();
  await book('5');
  expect(await start({ currency: 'OTHER_SEI' })).toEqual([
    expect.stringContaining('was called TOKEN_SEI and is called OTHER_SEI now'),
  ]);
  const known = { id: 'eip155:1', rpcUrl: 'https://node.example' };
  const sei = { id: CHAIN, rpcUrl: 'https://node.example' };
  const assets = [{ id: TOKEN, currency: 'OTHER_SEI', decimals: 6, minimum: '1' }];
  const file = (...chains: object[]) => readChainsFile(JSON.stringify({ chains }));
  await keepListedAssets(client, file(known, { ...sei, assets }));
  await book('7', 'eip155:1/slip44:60');
  expect(await keepListedAssets(client, file({ ...sei, assets }))).toEqual([
    'Ethereum (eip155:1) is not watched any more, but the books have ETH of it: what moves there is not seen.',
  ]);
});
