import { chainClientContract } from '../../testing/chain-client.contract';
import { addressOf } from '../../testing/raw-blocks';
import {
  answerOf,
  createRawChain,
  createRawNode,
  type RawChain,
  type RawNode,
} from '../../testing/raw-node';
import type { ProviderStatus } from '../chain-client';
import { assetIds } from '../evm/asset-ids';
import { createEvmClient } from '../evm/evm-client';
import { type Keccak, loadKeccak } from '../evm/keccak';
import { RpcFailure } from '../node-http';
import { createPool } from './pool';

const CHAIN = { id: 'eip155:31337', blockTimeMs: 1_000 };

let keccak: Keccak;
beforeAll(async () => {
  keccak = await loadKeccak();
});

/** A client of a node of these tests, without a network in between. */
function clientOf(node: RawNode, chain: RawChain) {
  const rpc = {
    async send(method: string, params: readonly unknown[]) {
      if (node.isSilent) throw new RpcFailure('It did not answer.', 'silent');
      if (node.status !== 200) {
        throw new RpcFailure(`Status ${node.status}.`, node.status === 429 ? 'limited' : 'passing');
      }
      return answerOf(node, chain, method, params);
    },
  };
  return createEvmClient(rpc, CHAIN.id, assetIds(CHAIN.id, `${CHAIN.id}/slip44:60`));
}

describe('a client of one provider', () => {
  chainClientContract(async () => {
    const [chain, node] = [createRawChain(keccak), createRawNode()];
    return { chain, node, client: clientOf(node, chain) };
  });
});

describe('a pool of one provider', () => {
  chainClientContract(async () => {
    const [chain, node] = [createRawChain(keccak), createRawNode()];
    const client = createPool(CHAIN, [{ name: 'node', client: clientOf(node, chain) }]);
    return { chain, node, client };
  });
});

describe('a pool of two providers', () => {
  let chain: RawChain;
  let [alpha, beta] = [createRawNode(), createRawNode()];
  let pool: ReturnType<typeof createPool>;
  let nowMs: number;
  let changes: string[];

  beforeEach(async () => {
    chain = createRawChain(keccak);
    [alpha, beta] = [createRawNode(), createRawNode()];
    [nowMs, changes] = [1_700_000_000_000, []];
    const clients = [
      { name: 'alpha', client: clientOf(alpha, chain) },
      { name: 'beta', client: clientOf(beta, chain) },
    ];
    const changed = ({ name, state }: ProviderStatus) => changes.push(`${name} ${state}`);
    pool = createPool(CHAIN, clients, { now: () => nowMs, changed });
    await pool.verify();
    await pool.head();
  });

  /** What the providers are asked by `work`, by their first letters and in order. */
  async function askedBy(work: () => Promise<unknown>): Promise<string> {
    for (const node of [alpha, beta]) node.asked.length = 0;
    await work();
    return `${alpha.asked.length} ${beta.asked.length}`;
  }

  function stateOf(name: string): ProviderStatus {
    const found = pool.status().find((status) => status.name === name);
    if (!found) throw new Error(`${name} has no status.`);
    return found;
  }

  it('asks one of them, so that the answers about a block come from one', async () => {
    expect(await askedBy(() => pool.block(3))).toBe('2 0');
    expect(await askedBy(() => pool.header(3))).toBe('1 0');
  });

  it('asks the other one when the first fails, and goes back to neither before it must', async () => {
    alpha.status = 500;
    expect((await pool.block(3))?.number).toBe(3);
    expect(stateOf('alpha')).toMatchObject({ state: 'failing', errors: { unreachable: 1 } });
    expect(await askedBy(() => pool.block(4))).toBe('0 2');
    alpha.status = 200;
    nowMs += 60_000;
    expect(await askedBy(() => pool.block(4))).toBe('0 2');
    expect(changes).toContain('alpha failing');
  });

  it('verifies the chain of a provider that was away before it asks it again', async () => {
    alpha.status = 500;
    await pool.head();
    [alpha.status, alpha.chainId, beta.status] = [200, 5, 500];
    nowMs += 60_000;
    await expect(pool.head()).rejects.toThrow('beta');
    expect(stateOf('alpha')).toMatchObject({
      state: 'wrong-chain',
      detail: 'The node that is configured for eip155:31337 serves eip155:5.',
    });
    [alpha.chainId, beta.status] = [31337, 200];
    nowMs += 60_000;
    chain.mine();
    await pool.verify();
    await pool.head();
    expect(stateOf('alpha').state).toBe('ok');
  });

  it('takes an invalid answer for a failure of that provider', async () => {
    chain.mine([{ to: addressOf('b'), value: 5n }]);
    alpha.hidesReceipt = true;
    expect((await pool.block(10))?.transfers).toHaveLength(1);
    expect(stateOf('alpha').errors['invalid-block']).toBe(1);
  });

  it('has a block that only the other one has', async () => {
    alpha.behind = 3;
    expect((await pool.block(9))?.number).toBe(9);
    expect(await pool.block(10)).toBeNull();
    expect(stateOf('alpha').state).toBe('ok');
  });

  it('prefers one that has the blocks below its head to one that claims a head without them', async () => {
    chain.mine();
    await pool.head();
    alpha.behind = 3;
    for (let n = 0; n < 10; n++) await pool.block(9);
    expect(stateOf('alpha').errors.refused).toBeGreaterThan(0);
    alpha.behind = 0;
    expect(await askedBy(() => pool.block(9))).toBe('0 2');
  });

  it('finds the block of a transaction that only the other one shows, or that one is behind with', async () => {
    chain.mine([{ to: addressOf('b'), value: 5n }]);
    const hash = chain.blocks[10]?.block.transactions[0]?.hash as string;
    alpha.behind = 3;
    expect(await pool.blockOf(hash)).toBe(10);
    alpha.pending = [hash];
    expect(await pool.blockOf(hash)).toBe(10);
    beta.behind = 3;
    expect(await pool.blockOf(hash)).toBe('pending');
    // The first one does not answer, and the other one has never heard of it.
    [alpha.pending, alpha.status] = [[], 500];
    expect(await pool.blockOf(hash)).toBeNull();
    beta.isSilent = true;
    await expect(pool.blockOf(hash)).rejects.toThrow(/^(alpha|beta): /);
  });

  it('leaves one that is asked too much alone for a while', async () => {
    alpha.status = 429;
    await pool.block(3);
    expect(stateOf('alpha')).toMatchObject({ state: 'limited', errors: { limited: 1 } });
    alpha.status = 200;
    expect(await askedBy(() => pool.block(3))).toBe('0 2');
  });

  it('marks one without a new block for 30 s as stuck, and follows the other', async () => {
    alpha.stuckAt = 9;
    for (let n = 0; n < 40; n++) {
      chain.mine();
      nowMs += 1_000;
      await pool.head();
    }
    expect((await pool.head()).number).toBe(49);
    // It is asked now and then, and so it shows that it is well again.
    nowMs += 10_000;
    await pool.head();
    expect(stateOf('alpha')).toMatchObject({ state: 'stuck', lastHead: 9 });
    alpha.stuckAt = null;
    nowMs += 10_000;
    await pool.head();
    await new Promise(setImmediate);
    expect(stateOf('alpha')).toMatchObject({ state: 'ok', lastHead: 49, detail: null });
  });

  it('tells who disagrees about the finalized block, and lets nothing become final', async () => {
    [alpha.finalized, beta.finalized] = [5, 4];
    expect((await pool.tagged('finalized'))?.number).toBe(4);
    beta.blocks = chain.forged(3, [{ to: addressOf('b'), value: 10n ** 20n }]);
    expect(await pool.tagged('finalized')).toBeNull();
    expect(pool.disagreement()).toMatch(/alpha and beta disagree about the finalized block 4/);
    // One that is away has not withdrawn what it said.
    beta.status = 500;
    expect(await pool.tagged('finalized')).toBeNull();
    expect(pool.disagreement()).not.toBeNull();
    [beta.status, beta.blocks] = [200, null];
    nowMs += 60_000;
    expect((await pool.tagged('finalized'))?.number).toBe(4);
    expect(pool.disagreement()).toBeNull();
  });

  it('believes one alone about the finalized block when the other has been away for ten seconds', async () => {
    [alpha.finalized, beta.finalized] = [5, 5];
    expect((await pool.tagged('finalized'))?.number).toBe(5);
    beta.isSilent = true;
    for (const ms of [0, 4_000, 4_000]) {
      nowMs += ms;
      expect(await pool.agreedTag('finalized')).toBeNull();
    }
    nowMs += 2_000;
    expect(await pool.agreedTag('finalized')).toMatchObject({
      header: { number: 5 },
      isAlone: true,
    });
    beta.isSilent = false;
    nowMs += 60_000;
    expect(await pool.agreedTag('finalized')).toMatchObject({ isAlone: false });
  });

  it('shows what those show who named the finalized block, if they show the same', async () => {
    [alpha.finalized, beta.finalized] = [5, 4];
    const answer = await pool.agreedTag('finalized');
    expect((await answer?.shown(8))?.number).toBe(8);
    beta.blocks = chain.forged(7, []);
    expect((await answer?.shown(6))?.number).toBe(6);
    expect(await answer?.shown(8)).toBeNull();
  });

  it('asks every one for a header, but not one that is left alone', async () => {
    beta.behind = 3;
    expect(await pool.askHeaders(8)).toMatchObject([
      { provider: 'alpha', header: { number: 8 }, state: 'live' },
      { provider: 'beta', header: null, state: 'live' },
    ]);
    beta.status = 429;
    expect(await pool.askHeaders(8)).toMatchObject([{}, { header: null, state: 'silent' }]);
    beta.status = 200;
    expect(await askedBy(() => pool.askHeaders(8))).toBe('1 0');
  });

  it('waits three seconds at most for one of them, and does not ask it again before it has answered', async () => {
    const answers: ((header: null) => void)[] = [];
    const header = () => new Promise<null>((resolve) => void answers.push(resolve));
    const never = { ...clientOf(beta, chain), header };
    const slow = createPool(CHAIN, [
      { name: 'alpha', client: clientOf(alpha, chain) },
      { name: 'slow', client: never },
    ]);
    await slow.verify();
    const since = performance.now();
    expect(await slow.askHeaders(8)).toMatchObject([{ state: 'live' }, { state: 'silent' }]);
    expect(performance.now() - since).toBeLessThan(6_000);
    const again = performance.now();
    expect(await slow.askHeaders(8)).toMatchObject([{ state: 'live' }, { state: 'silent' }]);
    expect(performance.now() - again).toBeLessThan(1_000);
    expect(answers).toHaveLength(1);
    for (const answer of answers) answer(null);
  });

  it('turns from one that is doubted, and notices that it serves another chain now', async () => {
    pool.doubt(null, 'Nobody knows the parent of its head.');
    expect(stateOf('alpha')).toMatchObject({
      state: 'unverified',
      detail: 'Nobody knows the parent of its head.',
    });
    expect(await askedBy(() => pool.block(3))).toBe('0 2');
    alpha.chainId = 5;
    beta.status = 500;
    await expect(pool.block(3)).rejects.toThrow('beta');
    expect(stateOf('alpha')).toMatchObject({
      state: 'wrong-chain',
      detail: expect.stringContaining('serves eip155:5'),
    });
    [alpha.chainId, beta.status] = [31337, 200];
    nowMs += 60_000;
    expect((await pool.block(3))?.number).toBe(3);
  });

  it.each([
    [{ number: 2 ** 53, time: 7 }],
    [{ number: -1, time: 7 }],
    [{ number: 7, time: 253_402_300_800 }],
    [{ number: 7, time: Number.NaN }],
  ])('takes a head that no block can have for an invalid answer: %j', async (change) => {
    const strange = {
      ...clientOf(alpha, chain),
      head: async () => ({ hash: '0x07', parentHash: '0x06', ...change }),
    };
    const single = createPool(CHAIN, [{ name: 'alpha', client: strange }]);
    await expect(single.head()).rejects.toThrow(/which no block can have/);
  });

  it('asks every one about a block', async () => {
    const payment = { to: addressOf('b'), value: 10n ** 20n };
    alpha.blocks = chain.forged(7, [payment]);
    const answers = await pool.askEvery(7);
    expect(answers).toMatchObject([
      { provider: 'alpha', failure: null, block: { transfers: [{ amount: 10n ** 20n }] } },
      { provider: 'beta', failure: null, block: { transfers: [] } },
    ]);
    expect(answers[0]?.block?.hash).not.toBe(answers[1]?.block?.hash);
    [alpha.blocks, beta.status] = [null, 500];
    expect(await pool.askEvery(99)).toEqual([
      { provider: 'alpha', block: null, failure: null },
      { provider: 'beta', block: null, failure: 'Status 500.' },
    ]);
  });

  it('says when neither answers, with the name of the first', async () => {
    [alpha.status, beta.isSilent] = [500, true];
    await expect(pool.block(3)).rejects.toThrow('alpha: Status 500.');
    expect(pool.status().map(({ state }) => state)).toEqual(['failing', 'failing']);
  });

  it('starts with one of them when the other serves another chain or is away', async () => {
    for (const fault of [{ chainId: 5 }, { isSilent: true }]) {
      const [first, second] = [{ ...createRawNode(), ...fault }, createRawNode()];
      const fresh = createPool(CHAIN, [
        { name: 'first', client: clientOf(first, chain) },
        { name: 'second', client: clientOf(second, chain) },
      ]);
      await fresh.verify();
      expect((await fresh.head()).number).toBe(9);
    }
    const wrong = { ...createRawNode(), chainId: 5 };
    const none = createPool(CHAIN, [{ name: 'wrong', client: clientOf(wrong, chain) }]);
    await expect(none.verify()).rejects.toThrow('serves eip155:5');
  });

  it('does not hide an error that is no fault of a provider', async () => {
    const broken = {
      ...clientOf(alpha, chain),
      head: () => Promise.reject(new TypeError('a bug')),
    };
    const faulty = createPool(CHAIN, [
      { name: 'beta', client: clientOf(beta, chain) },
      { name: 'broken', client: broken },
    ]);
    await faulty.verify();
    await faulty.head();
    await new Promise(setImmediate);
    await expect(faulty.head()).rejects.toThrow('a bug');
  });
});
