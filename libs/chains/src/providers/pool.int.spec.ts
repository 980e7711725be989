import { addressOf } from '../../testing/raw-blocks';
import {
  createRawChain,
  createRawNode,
  type RawChain,
  type RawNode,
  serveRawNode,
} from '../../testing/raw-node';
import type { ProviderPool, ProviderStatus } from '../chain-client';
import { findChain } from '../chains-and-assets';
import { readChainsFile } from '../chains-file';
import { assetIds } from '../evm/asset-ids';
import { createEvmClient } from '../evm/evm-client';
import { createJsonRpc } from '../evm/json-rpc';
import { loadKeccak } from '../evm/keccak';
import { openChain } from '../family';
import { confirmedBy } from './confirm';
import { createPool } from './pool';

const CHAIN = 'eip155:31337';
const KEY = 'a-key-of-the-provider';
const purse = addressOf('purse');

let chain: RawChain;
let nodes: Record<'alpha' | 'beta', RawNode>;
let servers: Awaited<ReturnType<typeof serveRawNode>>[];
let states: string[];
let nowMs: number;
let pool: ProviderPool;

beforeEach(async () => {
  chain = createRawChain(await loadKeccak());
  nodes = { alpha: createRawNode(), beta: createRawNode() };
  servers = await Promise.all(Object.values(nodes).map((node) => serveRawNode(node, chain)));
  [states, nowMs] = [[], 1_700_000_000_000];
  const clients = ['alpha', 'beta'].map((name, n) => {
    const rpc = createJsonRpc(`${servers[n]?.url}/v2/${KEY}`, { timeoutMs: 500 });
    return { name, client: createEvmClient(rpc, CHAIN, assetIds(CHAIN, `${CHAIN}/slip44:60`)) };
  });
  const changed = ({ name, state }: ProviderStatus) => states.push(`${name} ${state}`);
  pool = createPool({ id: CHAIN, blockTimeMs: 1_000 }, clients, { now: () => nowMs, changed });
});
afterEach(() => Promise.all(servers.map((server) => server.stop())));

function statusOf(name: string): ProviderStatus | undefined {
  return pool.status().find((status) => status.name === name);
}

/** Mines and polls for so many seconds. */
async function follow(seconds: number): Promise<number> {
  for (let n = 0; n < seconds; n++) {
    nowMs += 1_000;
    chain.mine();
    await pool.head();
  }
  return (await pool.head()).number;
}

describe('a pool over HTTP', () => {
  it('goes on with the other provider when one limits, fails or is silent, and comes back', async () => {
    await pool.verify();
    expect(await follow(3)).toBe(12);
    nodes.alpha.status = 429;
    expect((await pool.block(12))?.number).toBe(12);
    expect(statusOf('alpha')).toMatchObject({ state: 'limited', errors: { limited: 1 } });
    [nodes.alpha.status, nodes.beta.isSilent] = [200, true];
    nowMs += 60_000;
    expect((await pool.block(12))?.number).toBe(12);
    expect(statusOf('beta')?.errors.silent).toBe(1);
    nodes.beta.isSilent = false;
    nowMs += 60_000;
    expect(await follow(12)).toBe(24);
    expect(pool.status().map(({ state }) => state)).toEqual(['ok', 'ok']);
    expect(JSON.stringify([pool.status(), states])).not.toContain(KEY);
  });

  it('goes on when a provider is gone, and never uses one of another chain in its place', async () => {
    await pool.verify();
    await follow(2);
    await servers[0]?.stop();
    expect(await follow(2)).toBe(13);
    nodes.beta.chainId = 1;
    nodes.beta.status = 500;
    await expect(pool.head()).rejects.toThrow('beta');
    nodes.beta.status = 200;
    nowMs += 60_000;
    await expect(pool.head()).rejects.toThrow(/cannot be reached|serves eip155:1/);
    expect(statusOf('beta')).toMatchObject({
      state: 'wrong-chain',
      detail: `The node that is configured for ${CHAIN} serves eip155:1.`,
    });
  });

  it('follows the provider whose head moves when the other one is stuck', async () => {
    await pool.verify();
    await follow(2);
    nodes.alpha.stuckAt = 11;
    expect(await follow(45)).toBe(56);
    nowMs += 10_000;
    await pool.head();
    expect(statusOf('alpha')).toMatchObject({ state: 'stuck', lastHead: 11 });
    expect(states).toContain('alpha stuck');
  });

  it('exposes a branch with correct hashes that one provider invents', async () => {
    await pool.verify();
    const theft = { from: addressOf('thief'), to: purse, value: 10n ** 21n };
    nodes.alpha.blocks = chain.forged(5, [theft]);
    const forged = await pool.block(5);
    expect(forged?.transfers).toMatchObject([{ to: purse, amount: 10n ** 21n }]);
    const answers = await pool.askEvery(5);
    expect(answers.map(({ block }) => block?.hash === forged?.hash)).toEqual([true, false]);
    const paysPurse = ({ transfers }: NonNullable<typeof forged>) =>
      transfers.some(({ to }) => to === purse);
    expect(confirmedBy(answers, forged?.hash ?? '', paysPurse)).toBe(false);
    [nodes.alpha.finalized, nodes.beta.finalized] = [7, 6];
    expect(await pool.tagged('finalized')).toBeNull();
    expect(pool.disagreement()).toMatch(/alpha and beta disagree/);
  });

  it('sends no more requests in a second than a provider allows', async () => {
    const providers = [
      { name: 'alpha', rpcUrl: servers[0]?.url, requestsPerSecond: 20 },
      { name: 'beta', rpcUrl: servers[1]?.url },
    ];
    const registry = readChainsFile(JSON.stringify({ chains: [{ id: CHAIN, providers }] }));
    const [connection] = registry.connections;
    const opened = findChain(registry, CHAIN);
    if (!connection || !opened) throw new Error('The chain is missing.');
    const limited = openChain(opened, connection, registry);
    await limited.verify();
    const since = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => limited.header(3)));
    // A burst of 20, and the other 21 at 20 a second.
    expect(performance.now() - since).toBeGreaterThan(900);
    expect(nodes.alpha.asked.length).toBeGreaterThanOrEqual(40);
  });
});
