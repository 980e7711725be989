import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../apps/chain-watcher/src/migrate';
import { type Bench, type Measurement, median, takeTurns } from './measurement';
import type { RecordedNodeRequest } from './processes/recorded-node.process';
import { startApp } from './support/apps';
import { createDatabase, RUNTIME_ROLE, settle } from './support/database';
import { callNode } from './support/node';
import { startWorker } from './support/processes';
import { HEADERS_BEFORE } from './support/recorded-chain';
import { CHAIN, chainsFile } from './support/transfers';
import { tipOf } from './support/watch-range';

const TARGET_MS = 2_000;
const BLOCKS = 8;
const TIMEOUT_MS = 60_000;
const POLL_MS = 5;

const ADDRESSES = `
  INSERT INTO watcher.address
  SELECT $1, '0x' || substr(encode(sha256(('watched ' || n)::bytea), 'hex'), 1, 40)
    FROM generate_series(1, $2) AS n`;

/** How long after the start of a watcher's process a block that came meanwhile is matched and stored. */
export const restart: Measurement = {
  name: 'restart',
  title: 'Chain-watcher from its start to its first new block',

  async run(bench) {
    const { addresses, rounds } = bench.settings;
    const runs = await takeTurns(Math.min(rounds, BLOCKS - 2), {
      many: () => restartWith(bench, addresses),
      one: () => restartWith(bench, 1),
    });
    return [
      {
        name: `${addresses.toLocaleString('en')} addresses`,
        value: median(runs.many),
        unit: 'ms',
        better: 'less',
        limit: { value: median(runs.one), what: 'the same with one address' },
        target: TARGET_MS,
        notes: [`slowest ${Math.round(Math.max(...runs.many))} ms`],
      },
    ];
  },
};

/** Milliseconds from the start of the process to the stored block. */
async function restartWith(bench: Bench, addresses: number): Promise<number> {
  const { server, settings, progress } = bench;
  progress.step(`${addresses.toLocaleString('en')} addresses`, 1, '');
  const request: RecordedNodeRequest = {
    ...{ blocks: BLOCKS, watched: 1, proving: 'roots', shown: HEADERS_BEFORE + 1 },
  };
  const node = startWorker<string>('recorded-node', request);
  const database = await createDatabase(server);
  const client = surviveErrors(new Client({ connectionString: database.ownerUrl }));
  try {
    const url = await node.answer;
    const chains = chainsFile(url, HEADERS_BEFORE);
    await migrate(database.ownerUrl, RUNTIME_ROLE);
    await client.connect();
    await client.query(ADDRESSES, [CHAIN, addresses]);
    await settle(server, database);
    const before = await startApp('chain-watcher', database, settings, { chains });
    await reached(client, HEADERS_BEFORE + 1);
    await before.stop();
    await callNode(url, 'bench_show', HEADERS_BEFORE + 2);
    const startedAt = performance.now();
    const starting = startApp('chain-watcher', database, settings, { chains });
    try {
      await reached(client, HEADERS_BEFORE + 2);
      return performance.now() - startedAt;
    } finally {
      await (await starting).stop();
    }
  } finally {
    await client.end();
    await node.stop();
    await database.drop();
  }
}

async function reached(client: Client, block: number): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  while ((await tipOf(client)) < block) {
    if (Date.now() > deadline) throw new Error(`The watcher did not reach block ${block}.`);
    await sleep(POLL_MS);
  }
}
