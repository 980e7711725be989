import type { Bench, Measurement } from './measurement';
import type { BlockReaderRequest } from './processes/block-reader.process';
import type { RecordedNodeRequest } from './processes/recorded-node.process';
import { askWorker, startWorker } from './support/processes';
import { HEADERS_BEFORE, HITS_A_BLOCK, watchedAddress } from './support/recorded-chain';
import { CHAIN, chainsFile } from './support/transfers';
import { watchRange } from './support/watch-range';

const WATCHED = 1_000;
/** As many as the watcher requests at once. */
const BLOCKS_AT_ONCE = 16;
const ADDED_MAX = 0.4;

/** By how much traces slow the catch-up of a watcher. */
export const traces: Measurement = {
  name: 'traces',
  title: 'Chain-watcher catching up with and without traces',

  async run(bench) {
    const plain = await measure(bench, false);
    const traced = await measure(bench, true);
    return [
      {
        name: 'time that traces add to a block',
        value: plain.watcher / traced.watcher - 1,
        unit: '%',
        better: 'less',
        limit: {
          value: plain.reader / traced.reader - 1,
          what: 'what they add to fetching and JSON parsing alone, in one thread',
        },
        target: ADDED_MAX,
        notes: [
          `${Math.round(traced.watcher)} blocks/s with, ${Math.round(plain.watcher)} without`,
          '300 transactions and 1,650 frames in each block; 30 move the coin',
        ],
      },
    ];
  },
};

/** In blocks per second. */
async function measure(bench: Bench, isTracing: boolean) {
  const { blocks } = bench.settings;
  bench.progress.step(`making ${blocks} blocks`, blocks, 'blocks');
  const request: RecordedNodeRequest = { blocks, watched: WATCHED, proving: 'roots', isTracing };
  const node = startWorker<string>('recorded-node', request);
  try {
    const url = await node.answer;
    const [from, to] = [HEADERS_BEFORE, HEADERS_BEFORE + blocks - 1];
    const watcher = await watchRange(bench, {
      ...{ chain: CHAIN, chains: chainsFile(url, HEADERS_BEFORE), from, to },
      addresses: Array.from({ length: WATCHED }, (_, n) => watchedAddress(n)),
      transfers: blocks * HITS_A_BLOCK,
    });
    bench.progress.step('fetching and parsing the same blocks', blocks, 'blocks');
    const kind = isTracing ? 'traced' : 'evm';
    const load: BlockReaderRequest = { kind, url, from, to, atOnce: BLOCKS_AT_ONCE };
    return { watcher, reader: await askWorker<number>('block-reader', load) };
  } finally {
    await node.stop();
  }
}
