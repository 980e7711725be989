import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate } from '../apps/chain-watcher/src/migrate';
import type { Bench, Figure, Measurement } from './measurement';
import type { BlockReaderRequest } from './processes/block-reader.process';
import type { RecordedNodeRequest } from './processes/recorded-node.process';
import { startApp } from './support/apps';
import { createDatabase, type Database, RUNTIME_ROLE, withClient } from './support/database';
import { askWorker, startWorker } from './support/processes';
import {
  BLOCK_TRANSACTIONS,
  HEADERS_BEFORE,
  HITS_A_BLOCK,
  LOGS_A_TRANSACTION,
  type Proving,
  watchedAddress,
} from './support/recorded-chain';
import { CHAIN, chainsFile } from './support/transfers';

const WATCHED = 1_000;
/** As many as the watcher requests at once. */
const BLOCKS_AT_ONCE = 16;
const POLL_MS = 10;
const STANDSTILL_MS = 60_000;

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

const ROWS: Readonly<Record<Proving, string>> = {
  roots: 'proven by hash and roots',
  nothing: 'by counts and filter',
};

async function measure(bench: Bench, proving: Proving): Promise<Figure> {
  const { blocks } = bench.settings;
  bench.progress.step(`making ${blocks} blocks`, blocks, 'blocks');
  const request: RecordedNodeRequest = { blocks, watched: WATCHED, proving };
  const node = startWorker<string>('recorded-node', request);
  try {
    const url = await node.answer;
    const watcher = await watchRange(bench, url, PROOFS[proving]);
    bench.progress.step('fetching and parsing the same blocks', blocks, 'blocks');
    const [from, to] = [HEADERS_BEFORE, HEADERS_BEFORE + blocks - 1];
    const load: BlockReaderRequest = { url, from, to, atOnce: BLOCKS_AT_ONCE };
    const seconds = await askWorker<number>('block-reader', load);
    const logs = BLOCK_TRANSACTIONS * LOGS_A_TRANSACTION;
    return {
      name: `blocks of ${BLOCK_TRANSACTIONS} transactions and ${logs} logs, ${ROWS[proving]}`,
      value: watcher,
      unit: 'blocks/s',
      better: 'more',
      limit: { value: blocks / seconds, what: 'fetching and JSON parsing alone, in one thread' },
      target: null,
      notes: [`${WATCHED} addresses, ${HITS_A_BLOCK} transfers to them in each block`],
    };
  } finally {
    await node.stop();
  }
}

/** Blocks per second from the first stored step to the last. */
async function watchRange(
  { server, settings, progress }: Bench,
  url: string,
  more: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { blocks } = settings;
  const database = await createDatabase(server);
  await migrate(database.ownerUrl, RUNTIME_ROLE);
  await watchAddresses(database);
  const chains = chainsFile(url, HEADERS_BEFORE, more);
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  const watcher = await startApp('chain-watcher', database, settings, { chains });
  try {
    const tick = progress.step('catching up', blocks, 'blocks');
    const last = HEADERS_BEFORE + blocks - 1;
    let first: { readonly number: number; readonly at: number } | undefined;
    let number = 0;
    for (let movedAt = performance.now(); number < last; await sleep(POLL_MS)) {
      const now = await tipOf(client);
      if (now !== number) movedAt = performance.now();
      if (performance.now() - movedAt > STANDSTILL_MS)
        throw new Error('The watcher makes no progress.');
      number = now;
      if (number < HEADERS_BEFORE) continue;
      first ??= { number, at: performance.now() };
      tick(number - HEADERS_BEFORE);
    }
    if (!first || first.number === last) throw new Error('The range is too short to measure.');
    const rate = (last - first.number) / ((performance.now() - first.at) / 1000);
    await checkTransfers(client, blocks * HITS_A_BLOCK);
    return rate;
  } finally {
    await watcher.stop();
    await client.end();
    await database.drop();
  }
}

async function watchAddresses({ ownerUrl }: Database): Promise<void> {
  const addresses = Array.from({ length: WATCHED }, (_, n) => watchedAddress(n));
  await withClient(ownerUrl, (client) =>
    client.query('INSERT INTO watcher.address SELECT $1, unnest($2::text[])', [CHAIN, addresses]),
  );
}

/** The block up to which everything is matched and stored. */
async function tipOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ tip: string | null }>({
    name: 'bench-tip',
    text: 'SELECT max(number) AS tip FROM watcher.ring',
  });
  return Number(rows[0]?.tip ?? 0);
}

/** Fails if the watcher missed a transfer. */
async function checkTransfers(client: Client, expected: number): Promise<void> {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM watcher.transfer');
  const count = Number(rows[0]?.count);
  if (count !== expected) throw new Error(`${count} of ${expected} transfers were found.`);
}
