import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { DEVELOPMENT_KEYS, newKeyring } from '../../ledger/src/keyring.env';
import { answerOf } from '../testing/answers';
import { daybook } from '../testing/command-line';

let ledger: TestLedger;
let client: Client;
let folder: string;
let environment: Readonly<Record<string, string>>;
beforeAll(async () => {
  ledger = await createLedgerForTest();
  client = surviveErrors(new Client({ connectionString: ledger.databaseUrl }));
  await client.connect();
  folder = await mkdtemp(join(tmpdir(), 'daybook-vault-'));
  environment = {
    DAYBOOK_DATABASE_URL: ledger.databaseUrl,
    DAYBOOK_MIGRATION_URL: ledger.databaseUrl,
    DAYBOOK_VAULT_PASSPHRASE: 'correct horse battery staple',
  };
});
afterAll(async () => {
  await client.end();
  await rm(folder, { recursive: true, force: true });
  await ledger.close();
});

async function create(externalId: string): Promise<string> {
  const body = { externalId, phone: '+41 79 1' };
  return (await ledger.request('POST', '/v1/customers', { body })).body.id;
}

const erase = (id: string) =>
  ledger.request('POST', `/v1/customers/${id}/erase`, { body: { reason: 'ticket 9' } });

/** Customers as a process shows them that never had their keys in memory. */
async function shownElsewhere(vaultKeys: string, ids: readonly string[]) {
  const other = await createLedgerForTest({ beside: ledger, env: { vaultKeys } });
  const minPosition = await other.store.head();
  const shown = [];
  for (const id of ids) {
    const { body } = await other.request('GET', `/v1/customers/${id}?minPosition=${minPosition}`);
    shown.push([body.status, body.externalId, body.phone]);
  }
  await other.close();
  return shown;
}

it('comes back from an export into another vault, without anybody who was erased since', async () => {
  const [ann, bob, eve] = [await create('ann'), await create('bob'), await create('eve')];
  await erase(bob);
  const file = join(folder, 'vault.export');
  const exported = await daybook(['vault', 'export', file, '--json'], environment);
  expect(answerOf('vault-exported', exported.stdout)).toMatchObject({ keys: 2, erasures: 1 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, 'utf8');
  for (const word of ['ann', 'bob', ann, bob]) expect(text).not.toContain(word);
  expect(await daybook(['vault', 'export', file], environment)).toMatchObject({ exitCode: 2 });

  // The vault is lost after another one was erased, all but its list.
  await erase(eve);
  await client.query('DELETE FROM vault.customer_key');
  await client.query('DELETE FROM vault.erasure WHERE customer_id = $1', [bob]);
  const masters = newKeyring().replace('1:', '5:');
  const elsewhere = { ...environment, DAYBOOK_VAULT_KEYS: masters };
  const imported = await daybook(['vault', 'import', file, '--json'], elsewhere);
  expect(answerOf('vault-imported', imported.stdout)).toMatchObject({ keys: 1, erasures: 1 });
  const again = await daybook(['vault', 'import', file, '--json'], elsewhere);
  expect(answerOf('vault-imported', again.stdout)).toMatchObject({ keys: 0, erasures: 0 });
  expect(await shownElsewhere(masters, [ann, bob, eve])).toEqual([
    ['ACTIVE', 'ann', '+41 79 1'],
    ['ERASED', '', null],
    ['ERASED', '', null],
  ]);

  const { rows: before } = await client.query('SELECT * FROM vault.customer_key');
  const refused = async (changes: object, from = file) => {
    const ended = await daybook(['vault', 'import', from], { ...elsewhere, ...changes });
    expect(ended.exitCode).toBeGreaterThan(0);
    expect((await client.query('SELECT * FROM vault.customer_key')).rows).toEqual(before);
    return ended.stderr;
  };
  await client.query('DELETE FROM vault.customer_key');
  before.length = 0;
  expect(await refused({ DAYBOOK_VAULT_PASSPHRASE: 'another passphrase' })).toContain(
    'another one',
  );
  expect(await refused({ DAYBOOK_VAULT_PASSPHRASE: 'short' })).toContain('at least 12 characters');
  const cut = join(folder, 'cut.export');
  const lines = text.trimEnd().split('\n');
  await writeFile(cut, `${lines.slice(0, -1).join('\n')}\n`);
  expect(await refused({}, cut)).toContain('not whole');
  const [head, first, second, ...rest] = lines;
  await writeFile(cut, `${[head, second, first, ...rest].join('\n')}\n`);
  expect(await refused({}, cut)).toContain('was changed');
  const back = await daybook(['vault', 'import', file], elsewhere);
  expect(back.exitCode).toBe(0);
});

it('stores every key under the newest master key, so that the older one is needed no more', async () => {
  await client.query('DELETE FROM vault.customer_key');
  const ids = await Promise.all(['kim', 'lee', 'mia'].map(create));
  const newer = newKeyring().replace('1:', '2:');
  const both = { ...environment, DAYBOOK_VAULT_KEYS: `${newer},${DEVELOPMENT_KEYS}` };
  const rotated = await daybook(['vault', 'rotate', '--json'], both);
  expect(answerOf('vault-rotated', rotated.stdout)).toEqual({
    ...{ kind: 'vault-rotated', masterVersion: 2, rewrapped: 3 },
  });
  const again = await daybook(['vault', 'rotate', '--json'], both);
  expect(answerOf('vault-rotated', again.stdout)).toMatchObject({ rewrapped: 0 });
  expect(await shownElsewhere(newer, ids)).toEqual(
    ['kim', 'lee', 'mia'].map((name) => ['ACTIVE', name, '+41 79 1']),
  );
  const without = await daybook(['vault', 'rotate'], {
    ...environment,
    DAYBOOK_VAULT_KEYS: newKeyring().replace('1:', '3:'),
  });
  expect([without.exitCode, without.stderr]).toEqual([
    1,
    expect.stringContaining('DAYBOOK_VAULT_KEYS has no version 2'),
  ]);
});

it('is only for the owner of the tables', async () => {
  const { DAYBOOK_MIGRATION_URL: _, ...others } = environment;
  const ended = await daybook(['vault', 'rotate'], others);
  expect([ended.exitCode, ended.stderr]).toEqual([
    2,
    expect.stringContaining('DAYBOOK_MIGRATION_URL'),
  ]);
});
