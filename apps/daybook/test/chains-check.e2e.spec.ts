import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CHAIN,
  type LocalChain,
  NATIVE,
  startLocalChain,
} from '../../chain-watcher/testing/local-chain';
import { answerOf } from '../testing/answers';
import { daybook } from '../testing/command-line';

const KEY = 'a-key-of-the-provider';
const OTHER = 'eip155:31338';

let chain: LocalChain;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybook-check-'));
  chain = await startLocalChain();
  await chain.mine(20);
  file = await chainsFile('right', { id: CHAIN, ...node() });
});
afterAll(async () => {
  await chain.stop();
  await rm(folder, { recursive: true, force: true });
});

const node = () => ({
  rpcUrl: `${chain.anvil.url}/?key=${KEY}`,
  blockTimeMs: null,
  reorgWindow: 64,
});

async function chainsFile(name: string, ...chains: object[]): Promise<string> {
  const assets = [{ id: NATIVE, currency: 'ETH_LOCAL', decimals: 18, minimum: '1' }];
  const withAssets = chains.map((each) => ('assets' in each ? each : { ...each, assets }));
  return textFile(name, JSON.stringify({ chains: withAssets }));
}

async function textFile(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, text);
  return path;
}

const check = (...args: string[]) => daybook(['chains', 'check', ...args]);

it('tells in words that a chain can be watched, without a service and without its key', async () => {
  const { exitCode, stdout, stderr } = await check('--file', file);
  expect([exitCode, stdout, stderr]).toEqual([0, expect.anything(), expect.anything()]);
  expect(stdout).toMatch(/^ {2}ok {7}The node serves eip155:31337\.$/m);
  expect(stdout).toContain('The watcher can run on this chain.');
  expect(stdout).toContain('provider node');
  expect(stdout.split('\n').every((line) => line.length <= 110)).toBe(true);
  expect(stdout + stderr).not.toContain(KEY);
});

it('takes the file of DAYBOOK_CHAINS_FILE, and prints JSON by its schema', async () => {
  const { exitCode, stdout } = await daybook(['chains', 'check', '--json'], {
    DAYBOOK_CHAINS_FILE: file,
  });
  const { canRun, chains } = answerOf('chains-check', stdout);
  expect([exitCode, canRun, chains[0].chain]).toEqual([0, true, CHAIN]);
});

it('fails when something is wrong, and checks the other chains all the same', async () => {
  const two = await chainsFile(
    'two',
    { id: OTHER, ...node(), assets: [] },
    { id: CHAIN, ...node() },
  );
  const { exitCode, stdout } = await check('--file', two, '--json');
  const { canRun, chains } = answerOf('chains-check', stdout);
  expect([exitCode, canRun]).toEqual([1, false]);
  expect(chains.map((each: { canRun: boolean }) => each.canRun)).toEqual([false, true]);
  const [first] = chains[0].providers[0].findings;
  expect(first).toMatchObject({
    topic: 'chain',
    state: 'wrong',
    sentence: `The node that is configured for ${OTHER} serves ${CHAIN}.`,
  });
  expect(stdout).not.toContain(KEY);
  const named = await check(CHAIN, '--file', two);
  expect(named.exitCode).toBe(0);
  expect(named.stdout).not.toContain(OTHER);
});

it('says what would be right for a wrong call or a wrong file', async () => {
  const broken = await textFile('broken', '{ "chains": [ { "id": "eip155:1" "rpcUrl": "x" } ] }');
  const cases = [
    [['--file', broken], /Line 1, column \d+: this is not JSON/],
    [['--file', join(folder, 'none.json')], /cannot be read \(ENOENT\)/],
    [['eip155:5', '--file', file], /eip155:5 is not a chain of .*\. It lists eip155:31337\./],
    [[], /Name it with --file, or set DAYBOOK_CHAINS_FILE/],
  ] as const;
  for (const [args, sentence] of cases) {
    const { exitCode, stdout, stderr } = await check(...args);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  }
});
