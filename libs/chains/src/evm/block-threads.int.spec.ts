import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { aBlock, addressOf, type BlockWithReceipts, erc20Log } from '../../testing/raw-blocks';
import { InvalidBlock } from '../invalid-block';
import { type BlockWorker, createBlockThreads, startHere } from './block-threads';
import { createEvmClient } from './evm-client';
import type { JsonRpc } from './json-rpc';
import { loadKeccak } from './keccak';
import { assetIds } from './transfers';

/** Lets a thread run the sources as they are. */
const REGISTER = ['-r', join(__dirname, '../../../../test/register.cjs')];
const CHAIN = 'eip155:1';

let started: Worker[];
let threads: BlockWorker;
let blocks: BlockWithReceipts[];

beforeAll(async () => {
  const keccak = await loadKeccak();
  blocks = Array.from({ length: 24 }, (_, number) => {
    const logs = [erc20Log(addressOf('t'), addressOf('a'), addressOf('b'), BigInt(number))];
    return aBlock({ number, transactions: [{ logs }, { to: addressOf('b'), value: 7n }] }, keccak);
  });
});

beforeEach(() => {
  started = [];
  threads = createBlockThreads(() => {
    const worker = startHere(REGISTER);
    started.push(worker);
    return worker;
  });
});

afterEach(async () => {
  await Promise.all(started.map((worker) => worker.terminate()));
});

/** A client of a node whose answers are text, as over HTTP. `spoil` changes the receipts. */
function client(worker?: BlockWorker, spoil = (receipts: readonly object[]) => receipts) {
  const find = (at: unknown) =>
    blocks.find(({ block }) => block.hash === at || block.number === at);
  const rpc: JsonRpc = {
    send: async (_, [at]) => find(at)?.block ?? null,
    async sendUnparsed(method, [at]) {
      const found = find(at);
      const isBlock = method !== 'eth_getBlockReceipts';
      const result = isBlock ? found?.block : found && spoil(found.receipts);
      return { text: JSON.stringify({ jsonrpc: '2.0', id: 1, result: result ?? null }) };
    },
  };
  const ids = assetIds(CHAIN, `${CHAIN}/slip44:60`);
  return createEvmClient(rpc, CHAIN, ids, worker ? { worker } : {});
}

describe('threads that prove blocks', () => {
  it('read what is read without them, many blocks at once', async () => {
    const numbers = blocks.map((_, number) => number);
    const read = await Promise.all(numbers.map((number) => client(threads).block(number)));
    expect(read).toEqual(await Promise.all(numbers.map((number) => client().block(number))));
    expect(read[3]).toMatchObject({
      proven: 'content',
      transfers: [{ amount: 3n }, { amount: 7n }],
    });
    expect(await client(threads).block(99)).toBeNull();
  });

  it('refuse what is not the block', async () => {
    const hiding = client(threads, (receipts) => receipts.slice(1));
    await expect(hiding.block(3)).rejects.toThrow(InvalidBlock);
    await expect(client(threads).block(3)).resolves.toMatchObject({ number: 3 });
  });

  it('are replaced when they end', async () => {
    await client(threads).block(1);
    await client(threads).block(2);
    const lost = client(threads).block(4);
    await Promise.all(started.map((worker) => worker.terminate()));
    await expect(lost).rejects.toThrow();
    await expect(client(threads).block(5)).resolves.toMatchObject({ number: 5 });
  });
});
