import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { migrate as migrateWatcher } from '../../chain-watcher/src/migrate';
import { mintOnAddressOf } from '../../ledger/test/shared-addresses';
import { answerOf } from '../testing/answers';
import { daybook, type Ended } from '../testing/command-line';

const CUSTOMERS = 3;
const STRANGER = '0x00000000219ab540356cBB839Cbe05303d7705Fa';

let ledger: TestLedger;
const ours: { id: string; address: string }[] = [];

beforeAll(async () => {
  ledger = await createLedgerForTest();
  for (let i = 0; i < CUSTOMERS; i++) {
    const body = { externalId: `customer-${i}`, families: ['evm'] };
    const reply = await ledger.request('POST', '/v1/customers', { body });
    ours.push(reply.body.purses[0]);
    await ledger.request('GET', `/v1/customers?minPosition=${reply.body.position}`);
  }
});
afterAll(() => ledger.close());

const addresses = (...args: string[]): Promise<Ended> =>
  daybook(['addresses', ...args], { DAYBOOK_DATABASE_URL: ledger.databaseUrl });

async function sql(text: string, values: unknown[] = []): Promise<void> {
  const client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  await client.query(text, values);
  await client.end();
}

/** The branch from which the ledger gives addresses. */
async function branchInUse(): Promise<string> {
  const { stdout } = await addresses('check', ours[0]?.address as string, '--json');
  return String(answerOf('address-checked', stdout).branch);
}

it('derives the addresses that are minted', async () => {
  const branch = await branchInUse();
  const { stdout } = await addresses('derive', '--branch', branch, '--count', '3', '--json');
  const { addresses: derived } = answerOf('addresses', stdout);
  expect(derived.map((it: { address: string }) => it.address)).toEqual(
    ours.map(({ address }) => address),
  );
  expect(derived[2].path).toBe(`${branch}/2`);
});

it('exports each address with its path below its xpub', async () => {
  const branch = await branchInUse();
  const { exitCode, stdout, stderr } = await addresses('export');
  const [head, ...lines] = stdout.trim().split('\n');
  expect([exitCode, head?.split(',').slice(0, 5)]).toEqual([
    0,
    ['address', 'family', 'xpubFingerprint', 'path', 'purseId'],
  ]);
  expect(lines.map((line) => line.split(',').slice(0, 5))).toEqual(
    ours.map(({ id, address }, i) => [address, 'evm', '0x3bf95407', `${branch}/${i}`, id]),
  );
  expect(stderr).toContain(`${CUSTOMERS} addresses.`);
  const rows = (await addresses('export', '--json')).stdout.trim().split('\n');
  expect(rows.map((row) => answerOf('address-exported', row).address)).toEqual(
    ours.map(({ address }) => address),
  );
  expect((await addresses('export', '--family', 'tron', '--json')).stdout).toBe('');
});

it('derives addresses of TRON', async () => {
  const { stdout } = await addresses('derive', '--family', 'tron', '--json');
  const [first] = answerOf('addresses', stdout).addresses;
  expect(first).toMatchObject({ path: '0/0', address: expect.stringMatching(/^T/) });
});

it('refuses a private key without repeating it, and needs no installation', async () => {
  const secret = `xprv9${'s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi'}`;
  const refused = await daybook(['addresses', 'derive', '--xpub', secret]);
  expect([refused.exitCode, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('extended private key');
  expect(refused.stderr).not.toContain(secret.slice(5, 20));
});

it('recognises an address of ours in any letter case, with its index and its purse', async () => {
  const { id, address } = ours[1] as { id: string; address: string };
  const { exitCode, stdout } = await addresses('check', address.toLowerCase(), '--json');
  expect(exitCode).toBe(0);
  const checked = answerOf('address-checked', stdout);
  expect(checked).toMatchObject({ address, finding: 'ours', purse: { id }, watchedOn: null });
  expect([checked.index, checked.path]).toEqual([1, `${checked.branch}/1`]);
  expect((await addresses('check', address)).stdout).toContain('ours');
});

it('says on which chains of its family an address is watched', async () => {
  const { address } = ours[2] as { address: string };
  await migrateWatcher(ledger.databaseUrl, 'postgres');
  // An address of one family says nothing about the same text in another.
  await sql('INSERT INTO watcher.address VALUES ($1, $3), ($2, $3)', [
    ...['eip155:1', 'tron:728126428', address.toLowerCase()],
  ]);
  const { stdout } = await addresses('check', address, '--json');
  expect(answerOf('address-checked', stdout).watchedOn).toEqual(['eip155:1']);
});

it('distinguishes a foreign address from one that derives but was never minted', async () => {
  const stranger = await addresses('check', STRANGER, '--json');
  expect([stranger.exitCode, answerOf('address-checked', stranger.stdout).finding]).toEqual([
    1,
    'not-ours',
  ]);
  for (const branch of [await branchInUse(), '0']) {
    const options = ['--branch', branch, '--from', '40', '--json'];
    const { stdout } = await addresses('derive', ...options);
    const [{ address }] = answerOf('addresses', stdout).addresses;
    const lost = await addresses('check', address, '--json');
    const { finding, path } = answerOf('address-checked', lost.stdout);
    expect([lost.exitCode, finding, path]).toEqual([1, 'not-minted', `${branch}/40`]);
  }
});

it('refuses a malformed address, and requires either an address or --all', async () => {
  const address = ours[0]?.address as string;
  const swapped = `${address.slice(0, -1)}${address.endsWith('1') ? '2' : '1'}`;
  for (const args of [['0x12'], [swapped], [], [address, '--all']]) {
    const ended = await addresses('check', ...args);
    expect([ended.exitCode, ended.stdout]).toEqual([2, '']);
  }
});

it('checks all purses, and names a row with a wrong address and one that was never minted', async () => {
  const well = await addresses('check', '--all', '--json');
  expect(well.exitCode).toBe(0);
  expect(answerOf('addresses-checked', well.stdout)).toEqual({
    ...{ checked: CUSTOMERS, right: CUSTOMERS, wrong: 0, otherXpub: 0, alarms: [] },
  });

  const { id } = ours[0] as { id: string };
  await sql('UPDATE ledger.purse SET address = $2 WHERE id = $1', [id, STRANGER.toLowerCase()]);
  const forged = 'b8f7a1de-0000-4000-8000-000000000001';
  await sql(
    `INSERT INTO ledger.purse SELECT $1, account_id, customer_id, family, $2, status, null, minted_at, 0
     FROM ledger.purse WHERE id = $3`,
    [forged, '0x00000000219ab540356cbb839cbe05303d7705fb', id],
  );
  const one = await addresses('check', STRANGER, '--json');
  expect([one.exitCode, answerOf('address-checked', one.stdout).finding]).toEqual([1, 'alarm']);
  const all = await addresses('check', '--all', '--json');
  expect(all.exitCode).toBe(1);
  const { alarms } = answerOf('addresses-checked', all.stdout);
  expect(alarms).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ purseId: id, reason: 'other-address' }),
      expect.objectContaining({ purseId: forged, reason: 'never-minted' }),
    ]),
  );
  expect((await addresses('check', '--all')).stdout).toContain('2 wrong');
});

it('counts addresses of another xpub', async () => {
  const other =
    'xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSoekkudhUd9yLb6qx39T9nMdj';
  const ended = await addresses('check', '--all', '--xpub', other, '--json');
  expect(answerOf('addresses-checked', ended.stdout).otherXpub).toBeGreaterThan(0);
  expect(ended.exitCode).toBe(1);
});

it('names a purse that was given the address of another one, and knows its own once it has one', async () => {
  const { id: firstId, address } = ours[2] as { id: string; address: string };
  const [id] = await mintOnAddressOf(ledger, firstId, ['twice']);
  const atHead = async () =>
    (await ledger.request('GET', `/v1/purses/${id}?minPosition=${await ledger.store.head()}`)).body;
  expect((await atHead()).address).toBeNull();
  const alarms = async () => {
    const { stdout } = await addresses('check', '--all', '--json');
    return answerOf('addresses-checked', stdout).alarms;
  };
  expect(await alarms()).toContainEqual({ purseId: id, address, reason: 'shared-address' });

  const act = ['--reason', 'a restored database gave it twice', '--reference', 'case-19'];
  const assigned = await daybook(['addresses', 'assign', id, ...act], {
    DAYBOOK_LEDGER_URL: ledger.url,
    DAYBOOK_OPERATOR_KEY: ledger.operatorKey,
  });
  const { address: own } = await atHead();
  expect([assigned.exitCode, assigned.stdout]).toEqual([
    0,
    `Purse ${id} has the address ${own} now.\n`,
  ]);
  const { stdout } = await addresses('check', own, '--json');
  expect(answerOf('address-checked', stdout)).toMatchObject({ finding: 'ours', purse: { id } });
  expect((await alarms()).filter(({ purseId }: { purseId: string }) => purseId === id)).toEqual([]);
  const lines = (await addresses('export')).stdout
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const given = lines.filter((cells) => cells[4] === id);
  expect(given.map(([given]) => given)).toEqual([address, own]);
  expect(given[1]?.slice(5)).toEqual(given[0]?.slice(5));
});
