import type { ChainClient } from '../src/chain-client';
import { InvalidBlock } from '../src/invalid-block';
import { RpcFailure } from '../src/node-http';
import { WrongChain } from '../src/wrong-chain';
import { addressOf, hashOf } from './raw-blocks';
import type { RawChain, RawNode } from './raw-node';

export interface OpenedClient {
  readonly client: ChainClient;
  readonly chain: RawChain;
  readonly node: RawNode;
}

/** What every client of a chain must do over a node that tells the truth, or fails. */
export function chainClientContract(open: () => Promise<OpenedClient>): void {
  let client: ChainClient;
  let chain: RawChain;
  let node: RawNode;

  beforeEach(async () => {
    ({ client, chain, node } = await open());
    chain.mine([{ from: addressOf('a'), to: addressOf('b'), value: 5n, nonce: 3 }]);
  });

  it('accepts the configured chain and no other', async () => {
    await expect(client.verify()).resolves.toBeUndefined();
    node.chainId = 5;
    await expect(client.verify()).rejects.toThrow(WrongChain);
  });

  it('shows the head as it grows', async () => {
    expect((await client.head()).number).toBe(10);
    chain.mine();
    expect(await client.head()).toMatchObject({
      number: 11,
      hash: chain.blocks[11]?.block.hash,
      parentHash: chain.blocks[10]?.block.hash,
    });
  });

  it('shows headers and blocks by number and by hash', async () => {
    const hash = chain.blocks[10]?.block.hash as string;
    expect((await client.header(10))?.hash).toBe(hash);
    expect((await client.header(hash))?.number).toBe(10);
    for (const at of [10, hash]) {
      expect(await client.block(at)).toMatchObject({
        ...{ number: 10, hash, transactions: [{ sender: addressOf('a'), nonce: 3 }] },
        transfers: [{ ordinal: 'value:0', to: addressOf('b'), amount: 5n }],
      });
    }
  });

  it('has null for what the node does not have', async () => {
    expect(await client.header(11)).toBeNull();
    expect(await client.block(hashOf('none'))).toBeNull();
    expect(await client.tagged('finalized')).toBeNull();
    node.finalized = 7;
    expect((await client.tagged('finalized'))?.number).toBe(7);
  });

  it('finds the block of a transaction, unless it is pending or unknown', async () => {
    const [sent] = chain.blocks[10]?.block.transactions ?? [];
    expect(await client.blockOf(sent?.hash as string)).toBe(10);
    const other = hashOf('another transaction');
    expect(await client.blockOf(other)).toBeNull();
    node.pending = [other];
    expect(await client.blockOf(other)).toBe('pending');
  });

  it('refuses a block that is not whole', async () => {
    node.hidesReceipt = true;
    await expect(client.block(10)).rejects.toThrow(InvalidBlock);
    node.hidesReceipt = false;
    expect((await client.block(10))?.number).toBe(10);
  });

  it('passes on that the node does not answer, and answers again when the node does', async () => {
    await client.verify();
    node.status = 500;
    await expect(client.head()).rejects.toThrow(RpcFailure);
    await expect(client.block(10)).rejects.toThrow(RpcFailure);
    node.status = 200;
    expect((await client.head()).number).toBe(10);
    node.isSilent = true;
    await expect(client.header(3)).rejects.toMatchObject({ kind: 'silent' });
    node.isSilent = false;
    expect((await client.header(3))?.number).toBe(3);
  });

  it('has no announcements without a WebSocket', () => {
    expect(client.listen({ newHead() {}, pending() {} })).toBeNull();
  });
}
