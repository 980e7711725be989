import { aBlock, addressOf, type BlockWithReceipts, hashOf } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { WrongChain } from '../wrong-chain';
import { createEvmClient } from './evm-client';
import type { JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import { assetIds } from './transfers';

const CHAIN = 'eip155:1';

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

describe('tagged', () => {
  it('is null for a node that knows no such block or no such tag', async () => {
    expect(await client({}).tagged('finalized')).toBeNull();
    expect(await client({ eth_getBlockByNumber: () => null }).tagged('safe')).toBeNull();
    expect((await whole(seven).tagged('finalized'))?.number).toBe(7);
  });

  it('does not take an outage for an answer', async () => {
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
});
