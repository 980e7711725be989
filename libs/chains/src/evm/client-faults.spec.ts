import {
  BY_COUNTS,
  block,
  keccak,
  loadProving,
  withHeader,
  withReceipt,
} from '../../testing/proving';
import { aBlock, type BlockWithReceipts, sealed } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { assetIds } from './asset-ids';
import { createEvmClient } from './evm-client';
import type { JsonRpc } from './json-rpc';
import { createReceiptsSource } from './receipts';
import { EMPTY_ROOT } from './trie-root';

const IDS = assetIds('eip155:1', 'eip155:1/slip44:60');

beforeAll(loadProving);

/** A client of a node that answers as `answer` says. */
function clientOf(answer: (method: string, params: readonly unknown[]) => unknown) {
  const asked: string[] = [];
  const rpc: JsonRpc = {
    async send(method, params) {
      asked.push(method);
      return answer(method, params);
    },
  };
  return { asked, client: createEvmClient(rpc, 'eip155:1', IDS) };
}

function refuse(words: string): never {
  throw new RpcFailure(`node.example refused eth_getBlockByNumber: ${words}.`, 'refused');
}

describe('a chain id', () => {
  it.each(['0x1', '0X1', '0x01', '1', 1])('may be %j', async (id) => {
    await expect(clientOf(() => id).client.verify()).resolves.toBeUndefined();
  });

  it.each(['0x5', '5', 5])('of another chain may be %j', async (id) => {
    await expect(clientOf(() => id).client.verify()).rejects.toThrow(WrongChain);
  });

  it.each([null, '', '0x', '0x0', true, [], {}, 'mainnet', '1a', 1.5, -1, '1e0'])(
    'is not %j',
    async (id) => {
      const failure = clientOf(() => id).client.verify();
      await expect(failure).rejects.toThrow(InvalidBlock);
      await expect(failure).rejects.toThrow(/chain id/);
    },
  );
});

describe('a block that a node does not have', () => {
  it.each([
    'header not found (-32000)',
    'block not found (-39001)',
    'Block 0x1b4 is not available (-32000)',
    'Unknown block (-32001)',
    'missing trie node 12ab (path ) state 0x12 is not available (-32000)',
    'cannot find block (-32603)',
    'The requested block does not exist (-32000)',
    'No such block',
  ])('may be refused: %s', async (words) => {
    const { client } = clientOf(() => refuse(words));
    expect(await client.block(7)).toBeNull();
    expect(await client.header(7)).toBeNull();
  });

  it.each([
    'the method eth_getBlockByNumber does not exist/is not available (-32601)',
    'method not found (-32601)',
    'invalid argument 0: hex string has length 64, want 40 (-32602)',
    'project ID does not have access to this network (-32002)',
    'execution aborted (-32000)',
    'requested epoch was a null round (12)',
  ])('is not every refusal: %s', async (words) => {
    const { client } = clientOf(() => refuse(words));
    await expect(client.block(7)).rejects.toThrow(RpcFailure);
  });
});

describe('what every node must answer', () => {
  it.each([
    'the method does not exist/is not available (-32601)',
    'HTTP status 404: 404 page not found',
  ])('is asked for again when it is refused, as by one of two nodes: %s', async (words) => {
    const answer = block(3);
    let count = 0;
    const { asked, client } = clientOf((method) => {
      count += 1;
      if (count % 3 !== 0) refuse(words);
      if (method === 'eth_chainId') return '0x1';
      return method === 'eth_getBlockReceipts' ? answer.receipts : answer.block;
    });
    await client.verify();
    expect(await client.head()).toMatchObject({ number: 1 });
    expect(await client.header(1)).toMatchObject({ number: 1 });
    expect(asked).toHaveLength(9);
  });

  it('is refused when it always is, and no tag is asked for again', async () => {
    const { asked, client } = clientOf(() => refuse('HTTP status 401'));
    await expect(client.head()).rejects.toThrow('401');
    expect(asked).toHaveLength(3);
    expect(await client.tagged('safe')).toBeNull();
    expect(asked).toHaveLength(4);
  });
});

describe('a tag that a node does not know', () => {
  it.each([
    'invalid block tag finalized (-32602)',
    'invalid argument 0: hex string without 0x prefix (-32602)',
    'finalized block not found (-39001)',
    'Internal error (-32603)',
    "'finalized' is unsupported",
  ])('is none: %s', async (words) => {
    expect(await clientOf(() => refuse(words)).client.tagged('finalized')).toBeNull();
  });

  it('is none after some failures in a row, and is asked for again', async () => {
    const node: { isAway: boolean } = { isAway: true };
    const { client } = clientOf(() => {
      if (node.isAway) throw new RpcFailure('HTTP status 500', 'passing', 500);
      return block(1).block;
    });
    for (let n = 0; n < 3; n++) await expect(client.tagged('safe')).rejects.toThrow('500');
    expect(await client.tagged('safe')).toBeNull();
    node.isAway = false;
    expect(await client.tagged('safe')).toMatchObject({ number: 1 });
    node.isAway = true;
    await expect(client.tagged('safe')).rejects.toThrow('500');
  });

  it('is not what a limit means', async () => {
    const { client } = clientOf(() => {
      throw new RpcFailure('too many requests', 'limited');
    });
    for (let n = 0; n < 5; n++) await expect(client.tagged('safe')).rejects.toThrow('too many');
  });
});

describe('receipts that a node does not show for the block', () => {
  /** A node whose `eth_getBlockReceipts` answers as `byBlock`, but that has every receipt. */
  function node(answer: BlockWithReceipts, byBlock: (at: unknown) => unknown) {
    return clientOf((method, [hash]) => {
      if (method === 'eth_getBlockReceipts') return byBlock(hash);
      if (method !== 'eth_getTransactionReceipt') return answer.block;
      return answer.receipts.find(({ transactionHash }) => transactionHash === hash) ?? null;
    });
  }

  it.each([
    ['null', () => null],
    ['no receipts', () => []],
    ['the first of many', (answer: BlockWithReceipts) => answer.receipts.slice(0, 9)],
  ])('are asked for by transaction when it answers %s another time', async (_, shown) => {
    const large = block(100);
    const { asked, client } = node(large, () => shown(large));
    await client.block(1).catch((error: unknown) => {
      if (!(error instanceof InvalidBlock)) throw error;
    });
    // A node that lags answers so too, so the first time nothing more is asked.
    expect(asked).not.toContain('eth_getTransactionReceipt');
    expect(await client.block(1)).toMatchObject({ proven: 'content' });
  });

  it.each([null, []])('of an empty block may be %j', async (shown) => {
    const empty = block(0);
    const { client } = node(empty, () => shown);
    await client.block(1);
    expect(await client.block(1)).toMatchObject({ proven: 'content', transactions: [] });
  });

  it('are not believed to be all if the node has lost the block', async () => {
    const lost = clientOf((method) =>
      method.startsWith('eth_getBlockBy') ? block(3).block : null,
    );
    for (let n = 0; n < 3; n++) expect(await lost.client.block(1)).toBeNull();
  });

  it.each([
    'invalid argument 0: cannot unmarshal hex string into BlockNumber (-32602)',
    'response size is larger than 10 MB (-32008)',
  ])('are asked for by transaction when it refuses: %s', async (words) => {
    const { asked, client } = node(block(3), () => {
      throw new RpcFailure(`node.example refused eth_getBlockReceipts: ${words}.`, 'refused');
    });
    expect(await client.block(1)).toMatchObject({ proven: 'content' });
    const isByBlock = (each: string) => each === 'eth_getBlockReceipts';
    // By height and by hash.
    expect(asked.filter(isByBlock)).toHaveLength(2);
    await client.block(1);
    // Another block may be answered.
    expect(asked.filter(isByBlock)).toHaveLength(3);
  });

  it('are asked for by transaction when it never answers for a whole block, and only so for some time', async () => {
    const { asked, client } = node(block(3), () => {
      throw new RpcFailure('node.example did not answer eth_getBlockReceipts.', 'silent');
    });
    // Once may be chance.
    await expect(client.block(1)).rejects.toThrow('did not answer');
    for (let n = 0; n < 3; n++) expect(await client.block(1)).toMatchObject({ proven: 'content' });
    // By height and by hash for the first block, then by hash.
    expect(asked.filter((each) => each === 'eth_getBlockReceipts')).toHaveLength(3);
  });

  it('are asked for by transaction when it only fails by block, three times in a row', async () => {
    const { asked, client } = node(block(3), () => {
      throw new RpcFailure(
        'node.example answered eth_getBlockReceipts with HTTP status 501.',
        'passing',
      );
    });
    await expect(client.block(1)).rejects.toThrow('501');
    for (let n = 0; n < 3; n++) expect(await client.block(1)).toMatchObject({ proven: 'content' });
    expect(asked.filter((each) => each === 'eth_getBlockReceipts')).toHaveLength(3);
  });

  it.each<[string, (answer: BlockWithReceipts) => unknown]>([
    ['an object', ({ receipts }) => ({ receipts })],
    ['text', () => '0x'],
    ['a list in a list', ({ receipts }) => [receipts]],
    ['receipts without logs', ({ receipts }) => receipts.map((it) => ({ ...it, logs: null }))],
    ['receipts of another block', () => block(4).receipts],
  ])('are asked for by transaction when it shows %s another time', async (_, shown) => {
    const answer = block(3);
    const { asked, client } = node(answer, () => shown(answer));
    await expect(client.block(1)).rejects.toThrow(InvalidBlock);
    expect(asked).not.toContain('eth_getTransactionReceipt');
    expect(await client.block(1)).toMatchObject({ proven: 'content' });
    asked.splice(0);
    // The next blocks need no second attempt.
    expect(await client.block(1)).toMatchObject({ proven: 'content' });
    expect(asked).not.toContain('eth_getBlockReceipts');
  });

  it('are refused for what they are when those of its transactions are no better', async () => {
    const answer = block(3);
    const hidden = withReceipt(answer, 0, () => ({ logs: [] }));
    const { client } = node(hidden, () => hidden.receipts);
    for (let n = 0; n < 3; n++) {
      await expect(client.block(1)).rejects.toThrow('receipt 0 has a filter of logs and no logs');
    }
  });

  it.each([
    'transaction not found (-32000)',
    'Transaction 0x12 does not exist (-32001)',
    'unknown transaction (-32602)',
    'not found (-32000)',
  ])('may be refused for a transaction that was never executed: %s', async (words) => {
    const shown = block(3);
    const bare = sealed(withHeader(shown, { receiptsRoot: EMPTY_ROOT }), keccak);
    const receipts = bare.receipts.slice(0, 2);
    const rpc: JsonRpc = {
      async send(method) {
        if (method === 'eth_getBlockReceipts') return receipts;
        if (method !== 'eth_getTransactionReceipt') return bare.block;
        throw new RpcFailure(`node.example refused ${method}: ${words}.`, 'refused');
      },
    };
    const client = createEvmClient(rpc, 'eip155:1', IDS, { proof: BY_COUNTS });
    expect(await client.block(1)).toMatchObject({ transactions: [{}, {}, {}] });
  });

  it('are asked for one by one when batches only fail, and in batches again after some time', async () => {
    let now = 0;
    const gateway: { isFailing: boolean } = { isFailing: true };
    const batches: number[] = [];
    const rpc: JsonRpc = {
      async send(method) {
        if (method === 'eth_getTransactionReceipt') return {};
        throw new RpcFailure('refused: method not found (-32601).', 'refused');
      },
      async sendBatch(_, params) {
        batches.push(params.length);
        if (gateway.isFailing)
          throw new RpcFailure('HTTP status 500: cannot unmarshal array', 'passing', 500);
        return params.map(() => ({}));
      },
    };
    const source = createReceiptsSource(rpc, () => now);
    const ask = () => source.byTransaction(['0x1', '0x2']);
    // Once may be chance.
    await expect(ask()).rejects.toThrow('500');
    for (let n = 0; n < 3; n++) expect(await ask()).toHaveLength(2);
    expect(batches).toEqual([2, 2]);
    gateway.isFailing = false;
    now += 600_000;
    expect(await ask()).toHaveLength(2);
    expect(batches).toEqual([2, 2, 2]);
  });

  it('are asked for by hash if those by height are of another branch', async () => {
    const [ours, theirs] = [block(3), block(4)];
    const answered: unknown[] = [];
    const { client } = node(ours, (at) => {
      answered.push(at);
      return at === ours.block.hash ? ours.receipts : theirs.receipts;
    });
    const [first, second] = [await client.block(1), await client.block(1)];
    expect(first).toMatchObject({ proven: 'content', hash: ours.block.hash });
    expect(second).toEqual(first);
    // For some time only so.
    expect(answered).toEqual(['0x1', ours.block.hash, ours.block.hash]);
  });

  it('are asked for once if those by height are of the block', async () => {
    const { asked, client } = node(block(3), () => block(3).receipts);
    for (let n = 0; n < 3; n++) expect(await client.block(1)).toMatchObject({ proven: 'content' });
    expect(asked.filter((each) => each === 'eth_getBlockReceipts')).toHaveLength(3);
  });

  it('are asked for by block again some time after a node did not know how', async () => {
    let now = 0;
    const asked: string[] = [];
    const rpc: JsonRpc = {
      async send(method) {
        asked.push(method);
        if (method !== 'eth_getBlockReceipts') return {};
        throw new RpcFailure('refused: method not found (-32601).', 'refused');
      },
    };
    const source = createReceiptsSource(rpc, () => now);
    const ask = () => source.ofBlock('0x1', async () => ['0x2']);
    for (let n = 0; n < 3; n++) expect(await ask()).toEqual({ result: [{}] });
    expect(asked.filter((each) => each === 'eth_getBlockReceipts')).toHaveLength(1);
    now += 600_000;
    await ask();
    expect(asked.filter((each) => each === 'eth_getBlockReceipts')).toHaveLength(2);
  });
});

it('keeps the transfers of a block whose receipts come one by one', async () => {
  const answer = aBlock({ transactions: [{ salt: 'a' }, { salt: 'b' }] }, keccak);
  const { client } = clientOf((method, [hash]) => {
    if (method === 'eth_getBlockReceipts') return answer.receipts.slice(1);
    if (method !== 'eth_getTransactionReceipt') return answer.block;
    return answer.receipts.find(({ transactionHash }) => transactionHash === hash);
  });
  expect(await client.block(1)).toMatchObject({ proven: 'content', transactions: [{}, {}] });
});
