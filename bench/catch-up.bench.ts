import type { Bench, Figure, Measurement } from './measurement';
import type { BlockReaderRequest } from './processes/block-reader.process';
import type { RecordedNodeRequest } from './processes/recorded-node.process';
import type { RecordedTronNodeRequest } from './processes/recorded-tron-node.process';
import { askWorker, startWorker } from './support/processes';
import {
  BLOCK_TRANSACTIONS,
  HEADERS_BEFORE,
  HITS_A_BLOCK,
  LOGS_A_TRANSACTION,
  type Proving,
  watchedAddress,
} from './support/recorded-chain';
import {
  type RecordedTronNode,
  TRON_BLOCK_LOGS,
  TRON_BLOCK_TRANSACTIONS,
  tronChainsFile,
  watchedTronAddress,
} from './support/recorded-tron-chain';
import { CHAIN, chainsFile } from './support/transfers';
import { watchRange } from './support/watch-range';

const WATCHED = 1_000;
/** As many as the watcher requests at once. */
const BLOCKS_AT_ONCE = 16;
const NOTES = [`${WATCHED} addresses, ${HITS_A_BLOCK} transfers to them in each block`];
const LIMIT = 'fetching and JSON parsing alone, in one thread';

/** The speed of a watcher with a backlog of blocks. */
export const catchUp: Measurement = {
  name: 'catch-up',
  title: 'Chain-watcher catching up on a recorded range',

  async run(bench) {
    return [await measure(bench, 'roots'), await measure(bench, 'nothing')];
  },
};

/** What the chains file says of a chain that is recorded so. */
const PROOFS: Readonly<Record<Proving, Readonly<Record<string, unknown>>>> = {
  roots: {},
  nothing: {
    proof: { rule: 'bloom-and-counts', reason: 'Its roots are those of empty blocks.' },
  },
};

/** With the target in blocks per second. */
const ROWS: Readonly<Record<Proving, { readonly name: string; readonly target: number }>> = {
  roots: { name: 'proven by hash and roots', target: 150 },
  nothing: { name: 'by counts and filter', target: 300 },
};

async function measure(bench: Bench, proving: Proving): Promise<Figure> {
  const { blocks } = bench.settings;
  bench.progress.step(`making ${blocks} blocks`, blocks, 'blocks');
  const request: RecordedNodeRequest = { blocks, watched: WATCHED, proving };
  const node = startWorker<string>('recorded-node', request);
  try {
    const url = await node.answer;
    const [from, to] = [HEADERS_BEFORE, HEADERS_BEFORE + blocks - 1];
    const watcher = await watchRange(bench, {
      ...{ chain: CHAIN, chains: chainsFile(url, HEADERS_BEFORE, PROOFS[proving]), from, to },
      addresses: Array.from({ length: WATCHED }, (_, n) => watchedAddress(n)),
      transfers: blocks * HITS_A_BLOCK,
    });
    bench.progress.step('fetching and parsing the same blocks', blocks, 'blocks');
    const load: BlockReaderRequest = { kind: 'evm', url, from, to, atOnce: BLOCKS_AT_ONCE };
    const limit = await askWorker<number>('block-reader', load);
    const logs = BLOCK_TRANSACTIONS * LOGS_A_TRANSACTION;
    return {
      name: `blocks of ${BLOCK_TRANSACTIONS} transactions and ${logs} logs, ${ROWS[proving].name}`,
      value: watcher,
      unit: 'blocks/s',
      better: 'more',
      limit: { value: limit, what: LIMIT },
      target: ROWS[proving].target,
      notes: NOTES,
    };
  } finally {
    await node.stop();
  }
}

/** The same on TRON, from the stand-in for a node: every block is proven. */
export const tronCatchUp: Measurement = {
  name: 'tron-catch-up',
  title: 'Chain-watcher catching up on a recorded range of a TRON chain',

  async run(bench) {
    const { blocks } = bench.settings;
    bench.progress.step(`making ${blocks} blocks`, blocks, 'blocks');
    const request: RecordedTronNodeRequest = { blocks, watched: WATCHED };
    const worker = startWorker<RecordedTronNode>('recorded-tron-node', request);
    try {
      const node = await worker.answer;
      const [from, to] = [HEADERS_BEFORE, HEADERS_BEFORE + blocks - 1];
      const watcher = await watchRange(bench, {
        ...{ chain: node.chain, chains: tronChainsFile(node, from), from, to },
        addresses: Array.from({ length: WATCHED }, (_, n) => watchedTronAddress(n)),
        transfers: blocks * HITS_A_BLOCK,
      });
      bench.progress.step('fetching and parsing the same blocks', blocks, 'blocks');
      const load: BlockReaderRequest = {
        ...{ kind: 'tron', url: node.fullUrl, from, to, atOnce: BLOCKS_AT_ONCE },
      };
      const limit = await askWorker<number>('block-reader', load);
      return [
        {
          name: `blocks of ${TRON_BLOCK_TRANSACTIONS} transactions and ${TRON_BLOCK_LOGS} TRC-20 logs, proven`,
          value: watcher,
          unit: 'blocks/s',
          better: 'more',
          limit: { value: limit, what: LIMIT },
          target: 150,
          notes: NOTES,
        },
      ];
    } finally {
      await worker.stop();
    }
  },
};
