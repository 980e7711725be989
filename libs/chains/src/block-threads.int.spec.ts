import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { aBlock, addressOf, type BlockWithReceipts, erc20Log } from '../testing/raw-blocks';
import { answersOf, LOGS, CHAIN as TRON } from '../testing/tron-recordings';
import { startReplay } from '../testing/tron-replay';
import { type BlockWorkers, createBlockThreads, startHere } from './block-threads';
import type { ChainBlock } from './chain-client';
import { assetIds } from './evm/asset-ids';
import { createEvmClient } from './evm/evm-client';
import { ETHEREUM_PROOF } from './evm/header';
import type { JsonRpc } from './evm/json-rpc';
import { loadKeccak } from './evm/keccak';
import { InvalidBlock } from './invalid-block';
import { createTronClient } from './tron/tron-client';
import { createTronNode } from './tron/tron-node';

/** Lets a thread run the sources as they are. */
const REGISTER = ['-r', join(__dirname, '../../../test/register.cjs')];
const CHAIN = 'eip155:1';

let started: Worker[];
let threads: BlockWorkers;
let blocks: BlockWithReceipts[];

beforeAll(async () => {
  const keccak = await loadKeccak();
  blocks = Array.from({ length: 24 }, (_, number) => {
    const logs = [erc20Log(addressOf('t'), addressOf('a'), addressOf('b'), BigInt(number))];
    return aBlock({ number, transactions: [{ logs }, { to: addressOf('b'), value: 7n }] }, keccak);
  });
});

// The same threads for all tests, as a thread loads the sources for half a second.
beforeAll(() => {
  started = [];
  threads = createBlockThreads(() => {
    const worker = startHere(REGISTER);
    started.push(worker);
    return worker;
  });
});

afterAll(async () => {
  await Promise.all(started.map((worker) => worker.terminate()));
});

/** A client of a node whose answers are text, as over HTTP. `spoil` changes the receipts. */
function client(workers?: BlockWorkers, spoil = (receipts: readonly object[]) => receipts) {
  const find = (at: unknown) =>
    blocks.find(({ block }) => block.hash === at || block.number === at);
  const rpc: JsonRpc = {
    send: async (_, [at]) => find(at)?.block ?? null,
    async sendUnparsed(method, [at]) {
      const found = find(at);
      const isBlock = method !== 'eth_getBlockReceipts';
      const result = isBlock ? found?.block : found && spoil(found.receipts);
      return {
        bytes: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, result: result ?? null })),
      };
    },
  };
  const ids = assetIds(CHAIN, `${CHAIN}/slip44:60`);
  return createEvmClient(rpc, CHAIN, ids, workers ? { worker: workers.evm } : {});
}

/** A block without the faster way to look into it. */
function contentOf(block: ChainBlock | null) {
  return block && { ...block, movementsOf: undefined };
}

describe('threads that prove blocks', () => {
  it('read what is read without them, many blocks at once', async () => {
    const numbers = blocks.map((_, number) => number);
    const read = await Promise.all(numbers.map((number) => client(threads).block(number)));
    const here = await Promise.all(numbers.map((number) => client().block(number)));
    expect(read.map(contentOf)).toEqual(here);
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

  it('refuse what is nested too deeply to be passed on, and answer what is asked next', async () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
    const rules = { caip2: CHAIN, native: `${CHAIN}/slip44:60`, proof: ETHEREUM_PROOF };
    const open = (id: number, result: unknown) =>
      threads.evm.ask({ do: 'open', id, answer: { result }, receipts: null, rules });
    // Each thread is asked both.
    const asked = Array.from({ length: 8 }, async (_, n) => {
      await expect(open(n, deep)).rejects.toThrow(/nested too deeply/);
      return open(n + 100, blocks[n]?.block);
    });
    expect(await Promise.all(asked)).toMatchObject(
      blocks.slice(0, 8).map(({ block: { hash } }) => ({ header: { hash } })),
    );
  });

  it('are replaced when they end', async () => {
    await client(threads).block(1);
    await client(threads).block(2);
    const lost = client(threads).block(4);
    await Promise.all(started.map((worker) => worker.terminate()));
    await expect(lost).rejects.toThrow();
    await expect(client(threads).block(5)).resolves.toMatchObject({ number: 5 });
  });

  it('read the blocks of TRON too', async () => {
    const replay = await startReplay();
    const padding = `${' '.repeat(20_000)}`;
    const tron = (worker?: BlockWorkers['tron']) => {
      const node = createTronNode({ fullUrl: replay.url, solidityUrl: null });
      return createTronClient(node, { id: TRON, blockTimeMs: 3_000 }, worker ? { worker } : {});
    };
    try {
      // Long answers are parsed in a thread.
      replay.spoil = (path, { num, id_or_num, detail }) => {
        const found = replay.recorded[num ?? Number(id_or_num)];
        if (path.endsWith('blocknum')) return { text: `${found?.infos}${padding}` };
        return detail ? { text: `${found?.block}${padding}` } : undefined;
      };
      const numbers = replay.recorded.map(({ height }) => height);
      const read = await Promise.all(numbers.map((number) => tron(threads.tron).block(number)));
      const here = await Promise.all(numbers.map((number) => tron().block(number)));
      expect(read.map(contentOf)).toEqual(here);
      expect(read[LOGS]).toMatchObject({ hash: answersOf(LOGS).block.blockID, proven: 'header' });
      replay.spoil = (path) =>
        path.endsWith('blocknum') ? { text: `[{"id":"zz"}]${padding}` } : undefined;
      await expect(tron(threads.tron).block(LOGS)).rejects.toMatchObject({
        ...{ name: 'InvalidBlock', headerProven: true, header: { number: LOGS } },
      });
    } finally {
      await replay.close();
    }
  });
});
