import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressPath, deriveAddress, displayAddress, parseXpub } from '@daybook/chains';
import { branchesAt, minuteOfBranch } from '@daybook/domain';
import { HDNodeWallet } from 'ethers';
import { until } from '../../../test/dependencies';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../../chain-watcher/testing/local-chain';
import { answerOf } from '../testing/answers';
import { daybook, type Ended, spawnDaybook } from '../testing/command-line';

/** Purses come from the second account, because the first address of the first account pays. */
const WALLET = HDNodeWallet.fromPhrase(
  'test test test test test test test test test test test junk',
  '',
  "m/44'/60'/1'",
);
const XPUB = WALLET.neuter().extendedKey;
const purses = parseXpub('evm', XPUB);

const OPENED_AT = Date.parse('2026-11-30T03:59:05.000Z');
const { first, last } = branchesAt(OPENED_AT);
const ONE = 10n ** 18n;
let chain: LocalChain;
let folder: string;
let chainsFile: string;

const addressOf = (path: AddressPath) => displayAddress('evm', deriveAddress(purses, path));
const at = (branch: number, index: number) => addressOf({ branch, index });
const iso = (ms: number) => new Date(ms).toISOString();

/** A chains file with the coin and these tokens. */
async function chainsWith(name: string, ...tokens: readonly string[]): Promise<string> {
  const assets = [
    { id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' },
    ...tokens.map((token, n) => ({
      ...{ id: `${CHAIN}/erc20:${token}`, currency: `TOKEN_${n}`, decimals: 6, minimum: '1' },
    })),
  ];
  const finality = { kind: 'depth', confirmations: 2 };
  const local = { id: CHAIN, name: 'Local', rpcUrl: chain.anvil.url, blockTimeMs: null };
  const file = join(folder, name);
  await writeFile(file, JSON.stringify({ chains: [{ ...local, finality, assets }] }));
  return file;
}

const scan = (...args: string[]): Promise<Ended> =>
  daybook(['addresses', 'scan', '--xpub', XPUB, '--chains', chainsFile, ...args]);

/** What a scan listed: paths with what they hold. */
function listed({ stdout }: Ended): Record<string, string> {
  const [head, ...lines] = stdout.trim().split('\n');
  expect(head?.startsWith('address,family,xpubFingerprint,path,chain,hasHistory,asset,')).toBe(
    true,
  );
  const rows = lines.map((line) => line.split(','));
  return Object.fromEntries(
    rows.map(([address, , , path = '', , hasHistory, , currency, amount]) => {
      const [branch, index] = path.split('/').map(Number) as [number, number];
      expect(address).toBe(at(branch, index));
      return [path, `${amount} ${currency} ${hasHistory}`.trim()];
    }),
  );
}

/** Pays coins to a purse, and has it send them back but for the fee. */
async function sweep(branch: number, index: number): Promise<void> {
  const wallet = WALLET.deriveChild(branch).deriveChild(index);
  await chain.send({ to: wallet.address, value: ONE });
  await chain.mine();
  const gasPrice = 10n ** 10n;
  const value = ONE - 21_000n * gasPrice;
  const call = { chainId: 31337, nonce: 0, gasLimit: 21_000n, gasPrice, value, to: chain.sender };
  await chain.rpc('eth_sendRawTransaction', await wallet.signTransaction(call));
  await chain.mine();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-scan-'));
  chain = await startLocalChain();
  chainsFile = await chainsWith('chains.json', chain.usdt);
  // From before there were branches; of three processes that started in one minute; and of one behind them.
  await chain.send({ to: at(0, 3), value: ONE });
  await chain.send({ to: at(first, 0), value: 2n * ONE });
  await chain.send(chain.payUsdt(at(first, 19), 1_500_000n));
  await chain.send({ to: at(first, 38), value: 3n * ONE });
  await chain.send({ to: at(first, 70), value: 4n * ONE });
  await chain.send({ to: at(last + 5, 1), value: 5n * ONE });
  await sweep(last, 2);
});
afterAll(async () => {
  await chain.stop();
  await rm(folder, { recursive: true });
});

const FOUND = {
  '0/3': '1 ETH_LOCAL false',
  [`${first}/0`]: '2 ETH_LOCAL false',
  [`${first}/19`]: '1.5 TOKEN_0 false',
  [`${first}/38`]: '3 ETH_LOCAL false',
  [`${last}/2`]: 'true',
  [`${last + 5}/1`]: '5 ETH_LOCAL false',
};
const BEHIND = { [`${first}/70`]: '4 ETH_LOCAL false' };
const PERIOD = ['--from', iso(OPENED_AT - 60_000), '--to', iso(OPENED_AT)];

it('finds what purses have by the xpub and the chain alone', async () => {
  const ended = await scan(...PERIOD);
  expect([ended.exitCode, listed(ended)]).toEqual([0, FOUND]);
  expect(ended.stderr).toContain('Searching 17 branches of 0x');
  expect(ended.stderr).toContain('6 of them with funds or a history.');
});

it('finds more behind larger gaps, in JSON that follows its schema', async () => {
  const { exitCode, stdout } = await scan(...PERIOD, '--gap', '40', '--json');
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => answerOf('address-scanned', line));
  expect(exitCode).toBe(0);
  expect(new Set(rows.map(({ path }) => path))).toEqual(
    new Set(Object.keys({ ...FOUND, ...BEHIND })),
  );
  expect(rows.find(({ path }) => path === `${first}/19`)).toMatchObject({
    ...{ chain: CHAIN, hasHistory: false },
    balances: [{ currency: 'TOKEN_0', amount: '1.5', baseUnits: '1500000' }],
  });
});

it('searches the branches of an earlier list, and those that are named', async () => {
  const known = join(folder, 'known.csv');
  const lines = [`${first}/60`, `${last}/0`].map(
    (path) => `0x00,evm,${purses.fingerprint},${path}`,
  );
  await writeFile(known, ['address,family,xpubFingerprint,path', ...lines, ''].join('\n'));
  const ended = await scan('--known', known, '--branch', String(last + 5));
  expect([ended.exitCode, listed(ended)]).toEqual([0, { ...FOUND, ...BEHIND }]);
  const [own, others] = [join(folder, 'own.csv'), join(folder, 'others.csv')];
  await writeFile(own, ended.stdout);
  expect(listed(await scan('--known', own))).toEqual({ ...FOUND, ...BEHIND });
  await writeFile(others, ended.stdout.replaceAll(purses.fingerprint, '0x00000001'));
  const strange = await scan('--known', others);
  expect(listed(strange)).toEqual({ '0/3': FOUND['0/3'] });
  expect(strange.stderr).toContain(`No path in ${others} is of ${purses.fingerprint} (evm).`);
});

it('says which balances it could not read, and ends with 1', async () => {
  const strange = `0x${'5c'.repeat(20)}`;
  const file = await chainsWith('strange.json', chain.usdt, strange);
  const ended = await scan('--chains', file, '--branch', String(first), '--gap', '25');
  expect([ended.exitCode, listed(ended)]).toEqual([
    1,
    { '0/3': FOUND['0/3'], ...Object.fromEntries(Object.entries(FOUND).slice(1, 4)) },
  ]);
  expect(ended.stderr).toMatch(/did not say the balance of .*5c5c for \d+ addresses/);
});

it('says where to go on when it is interrupted', async () => {
  const period = ['--from', '2026-01-01', '--to', '2026-12-31'];
  const args = ['addresses', 'scan', '--xpub', XPUB, '--chains', chainsFile, ...period];
  const running = spawnDaybook(args);
  await until(() => running.stdout().includes('0/3'), { timeoutMs: 20_000 });
  running.kill('SIGINT');
  const { exitCode, stderr } = await running.ended;
  const [, reached = ''] = /goes on from there with "--from (\S+)"/.exec(stderr) ?? [];
  expect([exitCode, reached.slice(0, 10)]).toEqual([130, '2026-01-01']);
  expect(minuteOfBranch(branchesAt(Date.parse(reached)).first)).toBe(Date.parse(reached));
});

it.each<[string, RegExp]>([
  ['', /Which branches are to be searched\? Give --from/],
  ['--to 2026-01-01', /Which branches are to be searched/],
  ['--from 2026-01-02 --to 2026-01-01', /--from lies after --to/],
  ['--from 2999-01-01', /--from lies after --to, or in the future/],
  ['--branch x', /An address index is a whole number/],
  ['--branch 1 --chain eip155:5', /The chains file has no chain eip155:5. It lists eip155:31337/],
  ['--known /nowhere.csv', /\/nowhere.csv cannot be read/],
  [`--known ${__filename}`, /Line 1 of .* is wrong: it has no columns/],
])('refuses "%s" and says what would be right', async (line, words) => {
  const { exitCode, stderr } = await scan(...line.split(' ').filter(Boolean));
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(words)]);
});
