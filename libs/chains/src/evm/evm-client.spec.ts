import {
  aBlock,
  addressOf,
  type BlockWithReceipts,
  erc20Log,
  hashOf,
  sealed,
} from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { assetIds } from './asset-ids';
import { encodeReceipt } from './encode-receipt';
import { createEvmClient } from './evm-client';
import { AVALANCHE_FIELDS, ETHEREUM_PROOF } from './header';
import type { JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import { EMPTY_ROOT, trieRoot } from './trie-root';

const CHAIN = 'eip155:1';
const NO_BLOOM = `0x${'0'.repeat(512)}`;

/** A node with an answer per method. It refuses other methods. */
function client(answers: Readonly<Record<string, (at: string) => unknown>>) {
  const rpc: JsonRpc = {
    async send(method, params) {
      const answer = answers[method];
      if (!answer) throw new RpcFailure('method not found', 'refused');
      return answer(params[0] as string);
    },
  };
  return createEvmClient(rpc, CHAIN, assetIds(CHAIN, `${CHAIN}/slip44:60`));
}

let seven: BlockWithReceipts;
beforeAll(async () => {
  const transactions = [{ from: addressOf('a'), to: addressOf('b'), value: 5n, nonce: 3 }];
  seven = aBlock({ number: 7, transactions }, await loadKeccak());
});

function whole(answer: BlockWithReceipts) {
  return client({
    eth_getBlockByNumber: () => answer.block,
    eth_getBlockByHash: () => answer.block,
    eth_getBlockReceipts: () => answer.receipts,
  });
}

describe('block', () => {
  it('is what was asked for, with its transfers and who sent its transactions', async () => {
    const expected = {
      number: 7,
      hash: seven.block.hash,
      parentHash: seven.block.parentHash,
      time: 1_700_000_000,
      transactions: [{ hash: seven.block.transactions[0]?.hash, sender: addressOf('a'), nonce: 3 }],
      transfers: [{ ordinal: 'value:0', to: addressOf('b'), amount: 5n }],
    };
    expect(await whole(seven).block(7)).toMatchObject(expected);
    expect(await whole(seven).block(seven.block.hash)).toMatchObject(expected);
  });

  it('is null when the node does not have it, or has just lost it', async () => {
    const none = () => null;
    expect(await client({ eth_getBlockByNumber: none }).block(7)).toBeNull();
    const lost = client({ eth_getBlockByHash: () => seven.block, eth_getBlockReceipts: none });
    expect(await lost.block(seven.block.hash)).toBeNull();
  });

  it('is refused when it is another one', async () => {
    await expect(whole(seven).block(8)).rejects.toThrow(InvalidBlock);
    await expect(whole(seven).block(hashOf('x'))).rejects.toThrow(InvalidBlock);
    await expect(whole(seven).header(8)).rejects.toThrow(InvalidBlock);
  });

  it('is refused when it is not whole', async () => {
    await expect(whole({ ...seven, receipts: [] }).block(7)).rejects.toThrow(/0 receipts/);
  });

  it.each([
    ['a number', { number: null }],
    ['a hash', { hash: undefined }],
    ['a time', { timestamp: 'now' }],
  ])('is refused without %s', async (_, change) => {
    const block = { ...seven.block, ...change } as typeof seven.block;
    await expect(whole({ ...seven, block }).block(7)).rejects.toThrow(InvalidBlock);
  });
});

describe('blockOf', () => {
  const hash = hashOf('a transaction');
  const shows = (receipt: unknown, transaction: unknown = null) =>
    client({
      eth_getTransactionReceipt: () => receipt,
      eth_getTransactionByHash: () => transaction,
    }).blockOf(hash);

  it('is the block that the receipt names, or else the transaction', async () => {
    const upper = hash.toUpperCase().replace('X', 'x');
    expect(await shows({ transactionHash: upper, blockNumber: '0x10' })).toBe(16);
    expect(await shows(null, { hash, blockNumber: '0x11' })).toBe(17);
  });

  it('is pending while neither names a block, and null if there is neither', async () => {
    expect(await shows({ transactionHash: hash, blockNumber: null })).toBe('pending');
    expect(await shows(null, { hash })).toBe('pending');
    expect(await shows(null)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['another transaction', { transactionHash: hashOf('x'), blockNumber: '0x1' }],
    ['no hash', { blockNumber: '0x1' }],
    ['a number that is none', { transactionHash: hash, blockNumber: 'latest' }],
    ['a negative number', { transactionHash: hash, blockNumber: -1 }],
    ['an object for a number', { transactionHash: hash, blockNumber: {} }],
    ['a number beyond any block', { transactionHash: hash, blockNumber: `0x${'f'.repeat(64)}` }],
    ['a list', []],
    ['a text', 'none'],
    ['a yes', true],
  ])('refuses an answer with %s', async (_, answer) => {
    await expect(shows(answer)).rejects.toThrow(InvalidBlock);
    if (answer !== null && typeof answer === 'object' && 'transactionHash' in answer) {
      const { transactionHash, ...rest } = answer;
      await expect(shows(null, { hash: transactionHash, ...rest })).rejects.toThrow(InvalidBlock);
    }
  });

  it('passes on that the node does not answer', async () => {
    await expect(client({}).blockOf(hash)).rejects.toThrow(RpcFailure);
  });
});

describe('tagged', () => {
  it('is null for a node that knows no such block or no such tag', async () => {
    expect(await client({}).tagged('finalized')).toBeNull();
    expect(await client({ eth_getBlockByNumber: () => null }).tagged('safe')).toBeNull();
    expect((await whole(seven).tagged('finalized'))?.number).toBe(7);
  });

  it('does not treat an outage as an answer', async () => {
    const away = client({
      eth_getBlockByNumber: () => {
        throw new RpcFailure('away', 'passing');
      },
    });
    await expect(away.tagged('finalized')).rejects.toThrow('away');
  });
});

describe('verify', () => {
  it('accepts the configured chain and no other', async () => {
    await expect(client({ eth_chainId: () => '0x1' }).verify()).resolves.toBeUndefined();
    await expect(client({ eth_chainId: () => '0x5' }).verify()).rejects.toThrow(WrongChain);
  });
});

describe('pendingTransaction', () => {
  it('shows what waits, and nothing that was included or is unknown', async () => {
    const [transaction] = seven.block.transactions;
    const pending = { ...transaction, blockHash: null };
    const ask = (answer: unknown) =>
      client({ eth_getTransactionByHash: () => answer }).pendingTransaction('0x01');
    expect(await ask(pending)).toMatchObject({ nonce: 3, transfers: [{ amount: 5n }] });
    expect(await ask(transaction)).toBeNull();
    expect(await ask(null)).toBeNull();
  });

  it.each([
    ['no object', 7],
    ['a type that is none', { type: 'zz' }],
    ['a value that is none', { value: '0xzz' }],
    ['a number for its value', { value: 7 }],
    ['another address', { to: 'xdc1' }],
    ['no nonce', { nonce: undefined }],
  ])('shows nothing of what cannot be read: %s', async (_, change) => {
    const [transaction] = seven.block.transactions;
    const pending =
      typeof change === 'number' ? change : { ...transaction, blockHash: null, ...change };
    const it = client({ eth_getTransactionByHash: () => pending });
    expect(await it.pendingTransaction('0x01')).toBeNull();
  });
});

describe('a node without eth_getBlockReceipts', () => {
  const noMethod = () => {
    throw new RpcFailure(
      'a node refused eth_getBlockReceipts: the method does not exist (-32601).',
      'refused',
    );
  };

  /** Counts what is asked, and answers batches if it knows them. */
  function node(knowsBatches: boolean, receipts: readonly unknown[] = seven.receipts) {
    const asked: string[] = [];
    const one = (hash: unknown) =>
      receipts.find((it) => (it as { transactionHash: string }).transactionHash === hash) ?? null;
    const rpc: JsonRpc = {
      async send(method, params) {
        asked.push(method);
        if (method === 'eth_getBlockReceipts') return noMethod();
        return method === 'eth_getTransactionReceipt' ? one(params[0]) : seven.block;
      },
      async sendBatch(method, params) {
        asked.push(`${params.length} ${method}`);
        if (!knowsBatches) throw new RpcFailure('a node refused batches.', 'refused');
        return params.map(([hash]) => one(hash));
      },
    };
    const ids = assetIds(CHAIN, `${CHAIN}/slip44:60`);
    return { asked, client: createEvmClient(rpc, CHAIN, ids) };
  }

  it('is asked by transaction in a batch, and only so from then on', async () => {
    const { asked, client: it } = node(true);
    const block = await it.block(7);
    expect(block).toEqual(await whole(seven).block(7));
    expect(await it.block(7)).toEqual(block);
    const batch = '1 eth_getTransactionReceipt';
    expect(asked).toEqual([
      // First by height, together with the block, then by its hash.
      ...['eth_getBlockByNumber', 'eth_getBlockReceipts', 'eth_getBlockReceipts', batch],
      ...['eth_getBlockByNumber', batch],
    ]);
  });

  it('is asked one by one if it knows no batches', async () => {
    const { asked, client: it } = node(false);
    expect(await it.block(7)).toEqual(await whole(seven).block(7));
    await it.block(7);
    expect(asked.filter((each) => each === 'eth_getTransactionReceipt')).toHaveLength(2);
    expect(asked.filter((each) => each.startsWith('1 '))).toHaveLength(1);
  });

  it('is not believed when it lacks a receipt', async () => {
    await expect(node(true, []).client.block(7)).rejects.toThrow(/1 transactions have 0 receipts/);
  });

  it('is not what a node is that refuses everything', async () => {
    const denied = () => {
      throw new RpcFailure(
        'a node refused eth_getBlockReceipts: no access to this project.',
        'refused',
      );
    };
    const it = client({ eth_getBlockByNumber: () => seven.block, eth_getBlockReceipts: denied });
    await expect(it.block(7)).rejects.toThrow('no access');
  });
});

describe('a receipt that the receipts of the block lack', () => {
  it('is asked for by its transaction', async () => {
    const plans = [{ salt: 'a' }, { salt: 'b' }, { salt: 'c' }];
    const two = aBlock({ number: 7, transactions: plans }, await loadKeccak());
    const it = client({
      eth_getBlockByNumber: () => two.block,
      eth_getBlockReceipts: () => two.receipts.slice(1),
      eth_getTransactionReceipt: (hash) =>
        two.receipts.find(({ transactionHash }) => transactionHash === hash),
    });
    expect(await it.block(7)).toMatchObject({ proven: 'content' });
  });
});

describe('a header', () => {
  it('is refused if its hash is not that of its fields', async () => {
    const forged = { ...seven.block, stateRoot: hashOf('x') };
    await expect(whole({ ...seven, block: forged }).header(7)).rejects.toThrow(/its hash/);
    await expect(whole({ ...seven, block: forged }).head()).rejects.toThrow(InvalidBlock);
    expect(await whole(seven).header(7)).toMatchObject({ number: 7, hash: seven.block.hash });
  });
});

describe('a block of Avalanche whose receipts settle later', () => {
  const proof = { ...ETHEREUM_PROOF, headerFields: AVALANCHE_FIELDS };

  /** Three blocks; the last one settles the first two. `spoil` changes the receipts of the first. */
  async function settling(spoil = (receipts: readonly object[]): unknown => receipts, heads = 3) {
    const keccak = await loadKeccak();
    const at = (number: number, parent: string, fields: object, count: number) => {
      const transactions = Array.from({ length: count }, (_, i) => {
        const logs = [erc20Log(addressOf('t'), addressOf('a'), addressOf('b'), BigInt(number + i))];
        return { salt: `${number} ${i}`, logs };
      });
      const own = {
        extDataHash: hashOf('x'),
        withdrawalsRoot: null,
        logsBloom: NO_BLOOM,
        ...fields,
      };
      const plan = { number, parentHash: parent, transactions, header: own };
      return sealed(aBlock(plan, keccak), keccak, AVALANCHE_FIELDS);
    };
    const none = { settledHeight: '0x0', receiptsRoot: EMPTY_ROOT };
    const first = at(1, hashOf('genesis'), none, 2);
    const second = at(2, first.block.hash, none, 1);
    const values = [...first.receipts, ...second.receipts].map((receipt) =>
      encodeReceipt(receipt, undefined, keccak),
    );
    const settledTwo = { settledHeight: '0x2', receiptsRoot: trieRoot(values, keccak) };
    const third = at(3, second.block.hash, settledTwo, 0);
    const chain = [first, second, third].slice(0, heads);
    const find = (place: string) =>
      chain.find(({ block }) => block.hash === place || block.number === place);
    const rpc: JsonRpc = {
      async send(method, [place]) {
        const found = find(place as string);
        if (method !== 'eth_getBlockReceipts') return found?.block ?? null;
        return found === first ? spoil(first.receipts) : (found?.receipts ?? null);
      },
    };
    return createEvmClient(rpc, CHAIN, assetIds(CHAIN, `${CHAIN}/slip44:60`), { proof });
  }

  it('is proven by the header that settles it', async () => {
    const it = await settling();
    expect(await it.block(1)).toMatchObject({ proven: 'content', transfers: [{}, {}] });
    expect(await it.block(2)).toMatchObject({ proven: 'content', transfers: [{}] });
  });

  it('is not proven before', async () => {
    expect(await (await settling((all) => all, 2)).block(1)).toMatchObject({ proven: 'header' });
  });

  it('is refused with other receipts than were settled', async () => {
    const it = await settling((all) => all.map((each) => ({ ...each, status: '0x0' })));
    await expect(it.block(1)).rejects.toThrow(/are not those that block 3 has settled/);
  });
});
