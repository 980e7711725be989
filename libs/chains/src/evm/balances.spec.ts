import { addressOf, hashOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { assetIds } from './asset-ids';
import { createBalanceReader } from './balances';
import type { JsonRpc } from './json-rpc';

const CHAIN = 'eip155:1';
const ids = assetIds(CHAIN, `${CHAIN}/slip44:60`);
const [alice, bob, token] = [addressOf('alice'), addressOf('bob'), addressOf('token')];
const block = { number: 7, hash: hashOf('seven') };
const word = (amount: bigint) => `0x${amount.toString(16).padStart(64, '0')}`;

interface Node {
  readonly balances: Readonly<Record<string, unknown>>;
  /** Refuses a request; by default those that name another block. */
  refuses?(method: string, params: readonly unknown[]): boolean;
  readonly batchMax?: number;
}

/** A node that has state of one block, by its hash. */
function nodeOf({ balances, refuses = () => false, batchMax = 1_000 }: Node) {
  const asked: string[] = [];
  function answer(method: string, params: readonly unknown[]): unknown {
    const [question, at] = params as [string | { to: string; data: string }, { blockHash: string }];
    if (at.blockHash !== block.hash || refuses(method, params)) {
      throw new RpcFailure('missing trie node', 'refused');
    }
    if (typeof question === 'string') return balances[question];
    return balances[`${question.to} ${question.data.slice(-40)}`] ?? '0x';
  }
  const rpc: JsonRpc = {
    async send(method, params) {
      asked.push(method);
      return answer(method, params);
    },
    async sendBatch(method, params) {
      asked.push(`${params.length} ${method}`);
      if (params.length > batchMax) throw new RpcFailure('batches are not supported', 'refused');
      return params.map((each) => answer(method, each));
    },
  };
  return { asked, read: createBalanceReader(rpc, ids) };
}

const HELD = {
  [alice]: '0x5',
  [bob]: '0x0',
  [`${token} ${alice.slice(2)}`]: word(2n ** 255n),
  [`${token} ${bob.slice(2)}`]: word(0n),
};
const QUERIES = [
  { address: bob, asset: ids.erc20(token) },
  { address: alice, asset: ids.native },
  { address: alice, asset: ids.erc20(token) },
  { address: bob, asset: ids.native },
];

describe('balances of an EVM node', () => {
  it('are those of the coin and of tokens, in the order of the queries, in batches', async () => {
    const { read, asked } = nodeOf({ balances: HELD });
    expect(await read(QUERIES, block)).toEqual([0n, 5n, 2n ** 255n, 0n]);
    expect(asked).toEqual(['2 eth_getBalance', '2 eth_call']);
  });

  it('are asked for alone where the node knows no batches, from then on', async () => {
    const { read, asked } = nodeOf({ balances: HELD, batchMax: 1 });
    expect(await read(QUERIES, block)).toEqual([0n, 5n, 2n ** 255n, 0n]);
    asked.length = 0;
    expect(await read(QUERIES, block)).toEqual([0n, 5n, 2n ** 255n, 0n]);
    expect(asked).toHaveLength(4);
  });

  it('are unknown of a block whose state the node does not have', async () => {
    const { read } = nodeOf({ balances: HELD });
    expect(await read(QUERIES, { ...block, hash: hashOf('other') })).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('are unknown of a token that refuses or has no code, and known of the others', async () => {
    const { [`${token} ${bob.slice(2)}`]: _, ...without } = HELD;
    expect(await nodeOf({ balances: without }).read(QUERIES, block)).toEqual([
      null,
      5n,
      2n ** 255n,
      0n,
    ]);
    const { read, asked } = nodeOf({
      balances: HELD,
      refuses: (_method, [question]) => JSON.stringify(question).includes(bob.slice(2)),
    });
    expect(await read(QUERIES, block)).toEqual([null, 5n, 2n ** 255n, null]);
    // Batches are still used: one of the answers was refused, not the batch.
    asked.length = 0;
    await read(QUERIES, block);
    expect(asked).toContain('2 eth_call');
  });

  it('are a failure of the node when they are no amounts or it does not answer', async () => {
    for (const wrong of ['0x', 'five', null, {}, undefined]) {
      const { read } = nodeOf({ balances: { ...HELD, [alice]: wrong } });
      const found = read([{ address: alice, asset: ids.native }], block);
      if (wrong === null) expect(await found).toEqual([null]);
      else await expect(found).rejects.toThrow(InvalidBlock);
    }
    const { read } = nodeOf({
      balances: HELD,
      refuses() {
        throw new RpcFailure('It did not answer.', 'silent');
      },
    });
    await expect(read(QUERIES, block)).rejects.toThrow(RpcFailure);
  });

  it('are unknown of one that is no amount, and known of the others', async () => {
    for (const wrong of ['0x', 'five', `0x1${'0'.repeat(64)}`, {}, -1]) {
      const { read } = nodeOf({ balances: { ...HELD, [alice]: wrong } });
      expect(await read(QUERIES, block)).toEqual([0n, null, 2n ** 255n, 0n]);
    }
  });

  it('refuses an asset of another chain, which is a fault of the caller', async () => {
    const { read } = nodeOf({ balances: HELD });
    const wrong = read([{ address: alice, asset: 'eip155:2/slip44:60' }], block);
    await expect(wrong).rejects.toThrow(RangeError);
  });
});
