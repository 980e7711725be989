import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { json } from '@daybook/contracts';
import type { HealthReport } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { HDNodeWallet } from 'ethers';
import { Client } from 'pg';
import { type AppProcess, startApp } from '../../../test/app-process';
import { copyOf, freePort, type TestDatabase, until } from '../../../test/dependencies';
import { migrate as migrateWatcher } from '../../chain-watcher/src/migrate';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../../chain-watcher/testing/local-chain';
import { newApiKey } from '../../ledger/src/edge/api-key';
import { migrate } from '../../ledger/src/migrate';
import { answerOf } from '../testing/answers';
import { daybook, type Ended, spawnDaybook } from '../testing/command-line';

/** Purses come from the second account, because the first address of the first account pays. */
const PURSES = HDNodeWallet.fromPhrase(
  'test test test test test test test test test test test junk',
  '',
  "m/44'/60'/1'",
).neuter().extendedKey;
const AMOUNT = '1500000';
const CONFIRMATIONS = 2;
let chain: LocalChain;
let database: TestDatabase;
let sql: Client;
let folder: string;
let place: Record<string, string>;
let ledger: AppProcess;
let watcher: AppProcess;
let apiKey: string;
let metricsPort: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-cli-'));
  [chain, database] = await Promise.all([
    startLocalChain(),
    copyOf('ledger_alone', (url) => migrate(url, 'postgres')),
  ]);
  await migrateWatcher(database.url, 'postgres');
  sql = surviveErrors(new Client({ connectionString: database.url }));
  await sql.connect();
  const chainsFile = join(folder, 'chains.json');
  const assets = [{ id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' }];
  const finality = { kind: 'depth', confirmations: CONFIRMATIONS };
  const local = { id: CHAIN, name: 'Local', rpcUrl: chain.anvil.url, blockTimeMs: null };
  await writeFile(chainsFile, JSON.stringify({ chains: [{ ...local, finality, assets }] }));
  ({ key: apiKey } = newApiKey());
  const { key: operatorKey } = newApiKey({ kind: 'operator' });
  place = {
    DAYBOOK_DATABASE_URL: database.url,
    DAYBOOK_MIGRATION_URL: database.url,
    DAYBOOK_CHAINS_FILE: chainsFile,
    DAYBOOK_EVM_XPUB: PURSES,
    DAYBOOK_OPERATOR_KEY: operatorKey,
  };
  const { key: DAYBOOK_OPERATOR_KEY } = newApiKey({ kind: 'operator' });
  place = { ...place, DAYBOOK_OPERATOR_KEY };
  metricsPort = String(await freePort());
  [ledger, watcher] = await Promise.all([startLedger(), startWatcher()]);
  place = { ...place, DAYBOOK_LEDGER_URL: ledger.url, DAYBOOK_WATCHER_URL: watcher.url };
});
afterAll(async () => {
  await Promise.all([ledger.stop(), watcher.stop()]);
  await sql.end();
  await Promise.all([chain.stop(), database.drop()]);
  await rm(folder, { recursive: true, force: true });
});

function startLedger(): Promise<AppProcess> {
  const own = { DAYBOOK_BOOTSTRAP_API_KEY: apiKey, DAYBOOK_GRPC_PORT: '0' };
  return startApp('ledger', { ...place, ...own });
}

function startWatcher(): Promise<AppProcess> {
  return startApp('chain-watcher', {
    ...{ ...place, DAYBOOK_WATCHER_POLL_MS: '50' },
    DAYBOOK_METRICS_PORT: metricsPort,
  });
}

const cli = (...args: string[]): Promise<Ended> => daybook(args, place);

/** The JSON answer of a command that succeeds, validated by its schema. */
// biome-ignore lint/suspicious/noExplicitAny: the schema has just said what it is.
async function answer(shape: string, ...args: string[]): Promise<any> {
  const { exitCode, stdout, stderr } = await cli(...args);
  if (exitCode !== 0)
    throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
  return answerOf(shape, stdout);
}

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client without types does.
async function request(method: string, path: string, body?: object, key = apiKey): Promise<any> {
  const response = await fetch(ledger.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return response.json();
}

async function mint(externalId: string, key?: string): Promise<{ id: string; address: string }> {
  const made = await request('POST', '/v1/customers', { externalId, families: ['evm'] }, key);
  const { id, address } = made.purses[0];
  await until(async () => (await isWatched(address)) === 1, { description: 'The watched address' });
  return { id, address };
}

async function isWatched(address: string): Promise<number> {
  const find = 'SELECT FROM watcher.address WHERE address = $1';
  return (await sql.query(find, [address.toLowerCase()])).rows.length;
}

async function pay(address: string): Promise<number> {
  await chain.send({ to: address, value: BigInt(AMOUNT) });
  await chain.mine(CONFIRMATIONS + 1);
  await until(async () => (await tip()) === (await chain.height()), { timeoutMs: 20_000 });
  return chain.height();
}

async function tip(): Promise<number> {
  return Number((await sql.query('SELECT max(number) AS tip FROM watcher.ring')).rows[0].tip);
}

async function receipts(purse: string): Promise<readonly json.Replenishment[]> {
  return (await request('GET', `/v1/replenishments?purseId=${purse}`)).data;
}

const isConfirmed = (purse: string): Promise<void> =>
  until(async () => (await receipts(purse))[0]?.status === 'confirmed', {
    timeoutMs: 20_000,
    description: 'The credit',
  });

it('answers every command in JSON that follows its schema', async () => {
  const created = await answer('key-created', 'keys', 'create', '--scopes', 'read,write', '--json');
  await until(async () => (await request('GET', '/v1/assets', undefined, created.key)).data);
  const purse = await mint('alice', created.key);
  await pay(purse.address);
  await isConfirmed(purse.id);

  const checked = await answer('address-checked', 'addresses', 'check', purse.address, '--json');
  const branch = ['--branch', String(checked.branch)];
  const [keys, derived, all, tail] = await Promise.all([
    answer('keys', 'keys', 'list', '--json'),
    answer('addresses', 'addresses', 'derive', ...branch, '--count', '5', '--json'),
    answer('addresses-checked', 'addresses', 'check', '--all', '--json'),
    cli('events', 'tail', '--type', 'ReplenishmentConfirmed', '--json'),
  ]);
  expect(keys.keys).toHaveLength(2);
  expect(derived.addresses).toContainEqual(expect.objectContaining({ address: purse.address }));
  expect([checked.finding, all.checked, all.alarms]).toEqual(['ours', 1, []]);
  expect(tail.exitCode).toBe(0);
  expect(answerOf('event', tail.stdout.trimEnd()).data.amount).toBe(AMOUNT);

  const [status, replayed, compared, parked] = await Promise.all([
    answer('status', 'status', '--json'),
    answer('replay', 'replay', '--format', 'json'),
    answer('compare', 'replay', '--compare', '--format', 'json'),
    answer('parked', 'parked', 'list', '--json'),
  ]);
  expect([status.state, status.chains[0].chain]).toEqual(['ok', CHAIN]);
  expect(replayed.figures[0].figures.received).toBe(AMOUNT);
  expect([compared.differences, parked.parked]).toEqual([[], []]);

  const { chains } = await answer('chains', 'chains', 'show', CHAIN, '--json');
  expect(chains).toMatchObject([
    {
      ...{ chain: CHAIN, name: 'Local', state: 'following', standsStill: false, problems: [] },
      watch: { unpublished: null, providers: [{ name: 'node', state: 'ok' }] },
    },
  ]);
  expect(status.chains[0]).toMatchObject({ providers: 1, providersUsable: 1, warnings: [] });

  const rebuilt = await answer('rebuild', 'rebuild', 'all', '--json');
  expect(rebuilt.certificate.outcome).toBe('swapped');
  await answer('roll-back', 'rebuild', '--roll-back', '--json');

  const rescanned = await answer('watch-request', 'watch', 'rescan', '--from', '1', '--json');
  expect(rescanned).toMatchObject({ state: 'done', transfersShown: 1, versionsTold: 0 });
  const { requests } = await answer('watch-requests', 'watch', 'list', '--chain', CHAIN, '--json');
  expect(requests).toEqual([rescanned]);

  for (const decision of ['--accept', '--skip']) {
    const unreasoned = await cli('watch', 'block', '1', decision);
    expect(unreasoned.exitCode).toBe(2);
    expect(unreasoned.stderr).toContain('--accept and --skip need --reason');
  }
  expect(await answer('watch-requests', 'watch', 'list', '--json')).toEqual({ requests });

  const { keyId } = created;
  const revoked = await answer('key-revoked', 'keys', 'revoke', keyId, '--json');
  expect(revoked.keyId).toBe(keyId);
});

it('leaves requests to the watcher, cancels one on request, and finds a missed transfer once, even if the watcher is killed meanwhile', async () => {
  const purse = await mint('bob');
  // As if the watcher had never learned the address.
  await watcher.stop();
  await sql.query('DELETE FROM watcher.address WHERE address = $1', [purse.address.toLowerCase()]);
  watcher = await startWatcher();
  await chain.rpc('anvil_mine', '0x400');
  const height = await pay(purse.address);
  expect(await receipts(purse.id)).toEqual([]);
  await watcher.stop();
  await sql.query('INSERT INTO watcher.address VALUES ($1, $2)', [
    ...[CHAIN, purse.address.toLowerCase()],
  ]);
  await cancelsOneLeftOnCtrlC();

  const rescan = ['watch', 'rescan', '--chain', CHAIN, '--from', '1', '--json'];
  const following = spawnDaybook(rescan, place);
  await until(async () => (await cli('watch', 'list')).stdout.includes('waiting'));
  await until(() => following.stderr().includes('No watcher'));
  watcher = await startWatcher();
  const isRunning = `SELECT FROM watcher.rescan WHERE origin = 'operator' AND state = 'running' AND next_number < to_number`;
  await until(async () => (await sql.query(isRunning)).rows.length > 0, { timeoutMs: 20_000 });
  await watcher.kill();
  watcher = await startWatcher();
  const { exitCode, stdout, stderr } = await following.ended;
  expect([exitCode, stderr]).toEqual([
    0,
    expect.stringContaining('No watcher has taken the request yet'),
  ]);
  expect(answerOf('watch-request', stdout)).toMatchObject({
    ...{ state: 'done', from: '1', to: String(height), transfersShown: 2, versionsTold: 1 },
  });
  await isConfirmed(purse.id);

  const again = await answer('watch-request', ...rescan);
  expect(again).toMatchObject({ state: 'done', transfersShown: 2, versionsTold: 0 });
  expect(await receipts(purse.id)).toHaveLength(1);
  const { data } = await request('GET', `/v1/purses/${purse.id}/balances`);
  expect(JSON.stringify(data)).toContain(`"baseUnits":"${AMOUNT}"`);
});

/** While no watcher runs. */
async function cancelsOneLeftOnCtrlC(): Promise<void> {
  const running = spawnDaybook(['watch', 'rescan', '--from', '1', '--to', '2'], place);
  // The list has the request a moment before the command knows its id.
  await until(() => running.stderr().includes('No watcher'));
  expect((await cli('watch', 'list')).stdout).toContain('waiting');
  running.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.ended;
  expect([exitCode, stdout]).toEqual([130, '']);
  const [, id = ''] = /watch cancel (\S+)"/.exec(stderr) ?? [];
  const taken = await answer('watch-request', 'watch', 'cancel', id, '--json');
  expect([taken.id, taken.state]).toEqual([id, 'cancelled']);
  const twice = await cli('watch', 'cancel', id);
  expect([twice.exitCode, twice.stderr]).toEqual([
    1,
    `${id} has ended already: it is cancelled.\n`,
  ]);
}

it('pauses a chain, which a restart keeps paused, and resumes it', async () => {
  const purse = await mint('carol');
  const reason = 'The node is moved';
  const paused = await answer('watch-request', 'watch', 'pause', '--reason', reason, '--json');
  expect(paused).toMatchObject({ kind: 'pause', state: 'done', from: null, transaction: null });
  await chain.send({ to: purse.address, value: BigInt(AMOUNT) });
  await chain.mine(CONFIRMATIONS + 1);
  /** A check of the watcher's readiness, and the state of the whole. */
  const checked = async (name: string) => {
    const { status, checks } = (await (
      await fetch(`${watcher.url}/readyz`)
    ).json()) as HealthReport;
    return { whole: status, ...new Map(Object.entries(checks)).get(name) };
  };
  const said = `${CHAIN} is paused by ${paused.requestedBy} since `;
  for (const isRestarted of [false, true]) {
    if (isRestarted) {
      await watcher.stop();
      watcher = await startWatcher();
    }
    await until(async () => (await checked(CHAIN)).detail === 'leader, paused');
    const { detail, ...states } = await checked(`${CHAIN} paused`);
    expect(states).toEqual({ whole: 'degraded', status: 'failing' });
    expect(detail).toContain(said);
    expect(detail).toContain(`: ${reason}; "npx daybook watch resume`);
  }
  const isPaused = async () => (await cli('status', '--json')).stdout.includes(said);
  await until(isPaused, { description: 'The status' });
  const status = await cli('status');
  expect([status.exitCode, status.stdout]).toEqual([1, expect.stringContaining(`! ${said}`)]);
  // At its own address alone: nobody needs a key for the probes.
  expect((await fetch(`${watcher.url}/metrics`)).status).toBe(404);
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  expect(metrics).toMatch(new RegExp(`daybook_watcher_paused\\{.*"${CHAIN}".*\\} 1`));

  const twice = await cli('watch', 'pause');
  expect([twice.exitCode, twice.stdout]).toEqual([
    1,
    expect.stringContaining('Refused: There is nothing to pause'),
  ]);
  expect(await receipts(purse.id)).toEqual([]);
  const resumed = await cli('watch', 'resume', '--chain', CHAIN);
  expect([resumed.exitCode, resumed.stdout]).toEqual([
    0,
    `${CHAIN} is resumed and continues where it stopped.\n`,
  ]);
  await isConfirmed(purse.id);
  const again = await cli('watch', 'resume');
  expect([again.exitCode, again.stdout]).toEqual([
    1,
    `Refused: ${CHAIN} is not paused. There is nothing to resume.\n`,
  ]);
});

it('rescans the block of a transaction, and names it', async () => {
  const purse = await mint('dave');
  await pay(purse.address);
  await isConfirmed(purse.id);
  const [{ txHash, block }] = (await receipts(purse.id)) as [json.Replenishment];
  const number = String(block?.number);
  const rescan = ['watch', 'rescan', '--transaction', String(txHash)];
  expect(await answer('watch-request', ...rescan, '--json')).toMatchObject({
    ...{ state: 'done', from: number, to: number },
    ...{ transaction: txHash, transfersShown: 1, versionsTold: 0 },
  });
  const { stdout } = await cli(...rescan, '--report-again');
  expect(stdout).toBe(
    `Block ${number} of ${CHAIN}, which includes transaction ${txHash}, is matched again: 1 transfer to our addresses, 1 new report to the ledger.\n`,
  );
  const one = await cli('watch', 'rescan', '--block', number);
  expect(one.stdout).toBe(
    `Block ${number} of ${CHAIN} is matched again: 1 transfer to our addresses, nothing new.\n`,
  );
  expect(await receipts(purse.id)).toHaveLength(1);
  const unknown = await cli('watch', 'rescan', '--transaction', `0x${'5c'.repeat(32)}`);
  expect([unknown.exitCode, unknown.stdout]).toEqual([
    1,
    expect.stringMatching(/^Refused: No provider of .* knows transaction 0x5c5c/),
  ]);
});

it('heals a topic that lost messages with one command', async () => {
  const purse = await mint('frank');
  const from = await chain.height();
  await ledger.stop();
  await pay(purse.address);
  const unpublished = async () => (await sql.query('SELECT FROM watcher.outbox')).rows.length;
  await until(async () => (await unpublished()) === 0);
  // Also when no message is left that shows a gap.
  await sql.query(`DELETE FROM messaging.message WHERE topic_id =
    (SELECT topic_id FROM messaging.topic WHERE name = 'daybook.transfer.v1')`);
  ledger = await startLedger();
  place = { ...place, DAYBOOK_LEDGER_URL: ledger.url };
  const readiness = async (): Promise<HealthReport> =>
    (await fetch(`${ledger.url}/readyz`)).json() as Promise<HealthReport>;
  const hasStopped = async () =>
    JSON.stringify(await readiness()).includes('so ledger has stopped');
  await until(hasStopped);
  expect(await readiness()).toMatchObject({
    ...{ status: 'degraded', checks: { consumers: { status: 'failing' } } },
  });
  const rescan = ['watch', 'rescan', '--from', String(from)];
  expect((await cli(...rescan, '--after-loss')).stderr).toContain('together with --report-again');
  expect(await receipts(purse.id)).toEqual([]);

  const healed = await cli(...rescan, '--report-again', '--after-loss');
  expect([healed.exitCode, healed.stderr]).toEqual([
    0,
    expect.stringContaining('ledger continues on daybook.transfer.v1'),
  ]);
  await until(
    async () => (await receipts(purse.id)).filter((it) => it.status === 'confirmed').length === 1,
    { timeoutMs: 20_000, description: 'The credit' },
  );
  await until(async () => (await readiness()).status === 'ok');
});

it('shows where a transaction is, to the account whose key is used', async () => {
  const purse = await mint('erin');
  await pay(purse.address);
  await isConfirmed(purse.id);
  const [{ id, txHash: hash }] = (await receipts(purse.id)) as [json.Replenishment];
  const txHash = hash as string;
  const asAccount = { ...place, DAYBOOK_API_KEY: apiKey };
  const where = (hash: string, ...more: string[]) =>
    daybook(['where', CHAIN, hash, ...more], asAccount);
  const found = await where(txHash, '--json');
  expect(answerOf('transaction', found.stdout)).toMatchObject({
    ...{ chain: CHAIN, hash: txHash, status: 'included', retryAfterSeconds: null },
    movements: [{ direction: 'in', replenishmentId: id, replenishmentStatus: 'confirmed' }],
  });
  expect((await where(txHash)).stdout).toMatch(/included[\s\S]*value:0 +in +0\.\d+ ETH_LOCAL/);
  const unknown = await where(`0x${'5c'.repeat(32)}`);
  expect([unknown.exitCode, unknown.stdout]).toEqual([0, expect.stringContaining('unknown')]);
  const keyless = await cli('where', CHAIN, txHash);
  expect([keyless.exitCode, keyless.stderr]).toEqual([
    2,
    expect.stringContaining('DAYBOOK_API_KEY to a key of an account'),
  ]);
  const wrong = await where('5c'.repeat(32));
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('0x and 64')]);
});

it.each<[string, RegExp]>([
  ['watch rescan', /give --from <block>, or --reset-ring/],
  ['watch rescan --from five', /A block number is a whole number from 0/],
  ['watch rescan --from 9 --to 8', /--from 9 lies above --to 8/],
  ['watch rescan --from 1 --chain eip155:5', /eip155:5 is not watched here; there is eip155:31337/],
  ['watch rescan --from 99999999', /is matched up to block \d+/],
  ['watch rescan --reset-ring --to 3', /leave out --to/],
  ['watch rescan --transaction 0x5c', /A transaction hash has 64 hexadecimal digits/],
  [`watch rescan --transaction ${'5c'.repeat(32)}`, /it has 0x and 64 hexadecimal digits/],
  ['watch rescan --block 3 --from 2', /Give --from and --to, or --block, or --transaction/],
  [`watch rescan --block 3 --transaction ${'5c'.repeat(32)}`, /--block or --transaction, not both/],
  ['watch rescan --from 1 --report-again --after-loss --detach', /Leave out --detach/],
  ['watch rescan --reset-ring --block 3', /leave out --block and --transaction/],
  ['watch pause --chain eip155:5', /eip155:5 is not watched here/],
  ['watch cancel 7', /An id is a UUID/],
  ['start --roles everything', /list of ledger, api, .*, watcher/],
  ['start --port 99999', /A port is a whole number from 1 to 65534/],
  ['reset', /confirm with --yes/],
  ['statsu', /Did you mean status/],
  ['keys create', /--scopes <list>' not specified/],
  ['events tail --limit 0', /from 1 to/],
  ['events tail --type Nonsense', /There is no event type Nonsense\. Choose from AccountOpened, /],
])('daybook %s ends with 2 and says what would be right', async (line, words) => {
  // A data folder, which is what "reset" deletes.
  await writeFile(join(folder, 'api-key'), '');
  const args = line === 'reset' ? ['reset', '--data', folder] : line.split(' ');
  const { exitCode, stdout, stderr } = await cli(...args);
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/^\s+at /m);
});
