import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../test/dependencies';
import { createLedgerForTest, type TestLedger } from '../../../test/ledger-harness';
import { newApiKey } from '../../ledger/src/edge/api-key';
import { operatorIdOf } from '../../ledger/src/edge/identity';
import { answerOf } from '../testing/answers';
import { daybook, type Ended } from '../testing/command-line';

const STRANGE = `0b6cf4a5-${'0000-'.repeat(3)}000000000000`;

let ledger: TestLedger;
beforeAll(async () => {
  ledger = await createLedgerForTest();
});
afterAll(() => ledger.close());

const keys = (...args: string[]): Promise<Ended> =>
  daybook(['keys', ...args], {
    DAYBOOK_LEDGER_URL: ledger.url,
    DAYBOOK_OPERATOR_KEY: ledger.operatorKey,
  });
const statusOf = async (key: string): Promise<number> => {
  const headers = { authorization: `Bearer ${key}` };
  return (await ledger.request('GET', '/v1/assets', { headers })).status;
};

it('issues a working key, lists it without its secret, and revokes it', async () => {
  const made = await keys(
    'create',
    '--scopes',
    'read',
    '--name',
    'reports',
    '--expires',
    '2999-01-01',
  );
  expect(made.exitCode).toBe(0);
  const key = made.stdout.trim();
  expect(made.stderr).toContain('shown once');
  expect(made.stderr).not.toContain(key);
  await until(async () => (await statusOf(key)) === 200);

  const listed = await keys('list');
  const [, , secret = ''] = key.split('_');
  expect(listed.stdout).toMatch(/reports +read +active/);
  expect(listed.stdout).not.toContain(secret);

  const revoked = await keys('revoke', key, '--reason', 'laptop stolen', '--json');
  expect(answerOf('key-revoked', revoked.stdout).changed).toBe(true);
  await until(async () => (await statusOf(key)) === 401);

  const again = await keys('revoke', key.slice(4, 12), '--json');
  expect([again.exitCode, answerOf('key-revoked', again.stdout).changed]).toEqual([0, false]);
  const { keys: all } = answerOf('keys', (await keys('list', '--json')).stdout);
  expect(all.at(-1)).toMatchObject({
    name: 'reports',
    status: 'revoked',
    reason: 'laptop stolen',
    expiresAt: '2999-01-01T00:00:00.000Z',
  });
});

it('opens an account, changes its policy, rotates a key of it, closes and reopens it', async () => {
  const environment = { DAYBOOK_LEDGER_URL: ledger.url, DAYBOOK_OPERATOR_KEY: ledger.operatorKey };
  const accounts = (...args: string[]): Promise<Ended> =>
    daybook(['accounts', ...args], environment);
  const why = ['--reason', 'a test', '--json'];
  const changed = async (...args: string[]) =>
    answerOf('account', (await accounts(...args, ...why)).stdout);
  const { id } = await changed('open', 'Example Shop', '--preset', '3pay');
  const settings = ['--idle-days', '90', '--allow', '127.0.0.0/8,::1', '--wallet', 'default'];
  const quota = ['--standard', '1000/60', '--compliance', 'manual'];
  expect(await changed('policy', id, ...settings, ...quota)).toMatchObject({
    ...{ purseIdleDays: 90, purseUnusedDays: null, allowedAddresses: ['127.0.0.0/8', '::1'] },
    ...{ walletRequests: null, standardRequests: 1_000, standardWindowSeconds: 60 },
    ...{ complianceMode: 'manual', financialRequests: 30 },
  });
  expect(await changed('policy', id, '--idle-days', 'never', '--allow', 'any')).toMatchObject({
    ...{ purseIdleDays: null, allowedAddresses: [] },
  });
  expect(await changed('policy', id, '--allow', '127.0.0.0/8,::1')).toMatchObject({
    allowedAddresses: ['127.0.0.0/8', '::1'],
  });
  expect(await changed('preset', id, 'calypso')).toMatchObject({
    preset: 'calypso',
    deviations: [],
  });

  const scopes = ['--scopes', 'read,account:admin', '--person', 'Ann Example'];
  const made = await keys('create', ...scopes, '--account', id, '--json');
  const { keyId, key } = answerOf('key-created', made.stdout);
  await until(async () => (await statusOf(key)) === 200);
  const rotated = await keys('rotate', keyId, '--overlap', '0', ...why);
  expect(answerOf('key-rotated', rotated.stdout)).toMatchObject({
    ...{ replacesKeyId: keyId, accountId: id, inEffect: true },
  });
  expect(await statusOf(key)).toBe(401);
  const { keys: held } = answerOf('keys', (await keys('list', '--account', id, '--json')).stdout);
  expect(held).toMatchObject([
    { keyId, status: 'revoked', issuedByPerson: 'default' },
    { person: 'Ann Example', replacesKeyId: keyId, status: 'active' },
  ]);

  expect(await changed('close', id)).toMatchObject({ status: 'closed', inEffect: true });
  const shown = await accounts('show', id);
  expect(shown.stdout).toContain('Example Shop (closed)');
  expect(shown.stdout).toMatch(/addresses +127\.0\.0\.0\/8, ::1/);
  expect((await changed('reopen', id)).status).toBe('open');
  const { accounts: listed } = answerOf('accounts', (await accounts('list', '--json')).stdout);
  expect(listed.map((account: { id: string }) => account.id)).toContain(id);
  for (const wrong of [
    ['--wallet', '20'],
    ['--idle-days', '0'],
    ['--allow', '10.0.0.0/33'],
  ]) {
    expect((await accounts('policy', id, ...wrong, ...why)).exitCode).toBe(2);
  }
});

it('answers in JSON that follows its schema', async () => {
  const { stdout, stderr } = await keys('create', '--scopes', 'write,read', '--json');
  expect(answerOf('key-created', stdout)).toMatchObject({ scopes: ['read', 'write'], name: null });
  expect(stderr).toBe('');
});

it('issues, lists and revokes keys of operators in the log, without a running ledger', async () => {
  const owner = ['--operator', 'Night shift', '--json'];
  const ofOperator = (...args: string[]): Promise<Ended> =>
    daybook(['keys', ...args, ...owner], { DAYBOOK_DATABASE_URL: ledger.databaseUrl });
  const made = answerOf(
    'key-created',
    (await ofOperator('create', '--scopes', 'operations:read', '--reason', 'case 7')).stdout,
  );
  expect(made).toMatchObject({ operator: 'Night shift', accountId: null });
  for (const { metadata } of await ledger.store.readStream(
    `operator-${operatorIdOf('Night shift')}`,
  )) {
    expect(metadata).toMatchObject({ actor: `host:${userInfo().username}`, reason: 'case 7' });
  }
  const opens = async () => {
    const headers = { authorization: `Bearer ${made.key}` };
    return (await ledger.request('GET', '/v1/operations/status', { headers })).status;
  };
  await until(async () => (await opens()) === 200);
  const revoked = await ofOperator('revoke', made.key);
  expect(answerOf('key-revoked', revoked.stdout)).toMatchObject({ changed: true });
  await until(async () => (await opens()) === 401);
  const { keys: listed } = answerOf('keys', (await ofOperator('list')).stdout);
  expect(listed).toMatchObject([{ keyId: made.keyId, status: 'revoked' }]);
});

describe('with a data folder', () => {
  let folder: string;
  let keyFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-keys-'));
    keyFile = join(folder, 'operator-key');
    const last = { postgresPort: 1, ledgerUrl: ledger.url, watcherUrl: null, environment: {} };
    writeFileSync(join(folder, 'last-start.json'), JSON.stringify(last));
    writeFileSync(keyFile, `${newApiKey({ kind: 'operator' }).key}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const list = (environment = {}) => daybook(['keys', 'list', '--data', folder], environment);

  it("prefers the operator's own key to that of the folder", async () => {
    expect((await list({ DAYBOOK_OPERATOR_KEY: ledger.operatorKey })).exitCode).toBe(0);
    expect(await list({ DAYBOOK_OPERATOR_KEY: '' })).toMatchObject({
      ...{ exitCode: 2, stderr: expect.stringContaining("refuses the operator's key") },
    });
    writeFileSync(keyFile, `${ledger.operatorKey}\n`);
    chmodSync(keyFile, 0o644);
    expect((await list()).exitCode).toBe(0);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it.each<[string, string, string, RegExp]>([
    ['a byte order mark', 'last-start.json', '\uFEFF{}', /Line 1, column 1: .* byte order mark/],
    ['a comma too many', 'last-start.json', '{\n"postgresPort": 1,\n}', /Line 3, column 1: /],
    ['a missing field', 'last-start.json', '{"postgresPort":1}', /It has no "environment"\./],
    ['no passwords', 'secrets.json', '', /Line 1, column 1: /],
    ['null', 'secrets.json', 'null', /It has no "owner"\./],
  ])('names the place of %s in %s', async (_, name, text, said) => {
    writeFileSync(join(folder, name), text);
    const { exitCode, stderr } = await list();
    expect([exitCode, stderr.trimEnd().split('\n')]).toEqual([2, [expect.stringMatching(said)]]);
    expect(stderr).toContain(`${join(folder, name)} is damaged.`);
  });
});

it.each<[string, string[], number, RegExp]>([
  ['a key that nobody has', ['revoke', 'unknown0'], 1, /no key with this id/],
  [
    'an account that nobody opened',
    ['create', '--scopes', 'read', '--account', STRANGE],
    1,
    /Open the account/,
  ],
  ['a malformed key id', ['revoke', 'laptop'], 2, /8 letters and digits/],
  [
    'two owners',
    ['list', '--operator', 'x', '--account', STRANGE],
    2,
    /cannot be used with option '--account/,
  ],
  ['operators where no database is known', ['list', '--operator', 'x'], 2, /DAYBOOK_DATABASE_URL/],
  ['unknown scopes', ['create', '--scopes', 'admin'], 2, /list of read, write/],
  ['no scopes', ['create'], 2, /--scopes <list>' not specified/],
  [
    'an expiry in the past',
    ['create', '--scopes', 'read', '--expires', '2020-01-01'],
    2,
    /in the past/,
  ],
  [
    'an expiry that is no time',
    ['create', '--scopes', 'read', '--expires', 'soon'],
    2,
    /2026-01-31/,
  ],
])('refuses %s with a sentence', async (_, args, exitCode, words) => {
  const ended = await keys(...args);
  expect(ended.stderr).toMatch(words);
  expect(ended.stderr).not.toContain('    at ');
  expect([ended.exitCode, ended.stdout]).toEqual([exitCode, '']);
});
