import { setTimeout as sleep } from 'node:timers/promises';
import { startAnvil } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../apps/chain-watcher/src/migrate';
import type { Bench, Measurement } from './measurement';
import { startApp } from './support/apps';
import { latencyHistogram, latencyOf } from './support/closed-loop';
import { RUNTIME_ROLE } from './support/database';
import { ledgerWithPurses } from './support/ledgers';
import { callNode } from './support/node';
import { randomOf } from './support/random';
import { CHAIN, chainsFile, purseAt } from './support/transfers';

const PURSES = 5;
const BLOCKS = 120;
const BLOCK_TIME_MS = 1_000;
/** Blocks come at other moments than polls, so the time between two varies by this much. */
const VARIATION_MS = 250;
/** PRODUCT 32: one block time and half a second. */
const TARGET_MS = BLOCK_TIME_MS + 500;
const TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const SEED = 20_261_129;

const COIN = { id: `${CHAIN}/slip44:60`, currency: 'ETH_BENCH', decimals: 18, minimum: '1' };

const DETECTED = `
  SELECT data::json #>> '{transfer,txHash}' AS hash,
         extract(epoch FROM recorded_at)::float8 * 1000 AS at
    FROM event_store.event WHERE type = 'ReplenishmentDetected'`;

/** How long after a node has a block its transfers are in the event log. */
export const detection: Measurement = {
  name: 'detection',
  title: 'From the block of a node to the detected event',

  async run(bench) {
    const database = await ledgerWithPurses(bench, { customers: PURSES, purses: PURSES });
    const anvil = await startAnvil({ args: ['--no-mining'] });
    const chains = chainsFile(anvil.url, 0, { blockTimeMs: BLOCK_TIME_MS, assets: [COIN] });
    await migrate(database.ownerUrl, RUNTIME_ROLE);
    const ledger = await startApp('ledger', database, bench.settings, { chains });
    const watcher = await startApp('chain-watcher', database, bench.settings, { chains });
    const client = surviveErrors(new Client({ connectionString: database.ownerUrl }));
    try {
      await client.connect();
      await isCount(client, 'SELECT count(*) FROM watcher.address', PURSES);
      const minedAt = await mineBlocks(bench, anvil.url);
      await isCount(client, `SELECT count(*) FROM (${DETECTED}) AS d`, minedAt.size);
      const { rows } = await client.query<{ hash: string; at: number }>(DETECTED);
      const delays = latencyHistogram();
      for (const { hash, at } of rows) delays.recordValue(micros(at - (minedAt.get(hash) ?? 0)));
      const { p50Ms, p99Ms } = latencyOf(delays);
      return Object.entries({ p50: p50Ms, p99: p99Ms }).map(([name, value]) => ({
        name: `${name} of ${rows.length} transfers, a block each ${BLOCK_TIME_MS / 1000} s`,
        value,
        unit: 'ms',
        better: 'less' as const,
        limit: null,
        target: TARGET_MS,
        notes: ['polled four times in a block time, without a WebSocket'],
      }));
    } finally {
      await client.end();
      await watcher.stop();
      await ledger.stop();
      await anvil.stop();
      await database.drop();
    }
  },
};

/** Mines blocks that pay every purse. Returns when each transaction was in a block, in Unix milliseconds. */
async function mineBlocks({ progress }: Bench, url: string): Promise<ReadonlyMap<string, number>> {
  const tick = progress.step('making blocks', BLOCKS, 'blocks');
  const random = randomOf(SEED);
  const [from] = await callNode<readonly string[]>(url, 'eth_accounts');
  const minedAt = new Map<string, number>();
  for (let block = 0; block < BLOCKS; block++) {
    const hashes: string[] = [];
    for (let n = 0; n < PURSES; n++) {
      const transaction = { from, to: purseAt(n).address, value: '0x1' };
      hashes.push(await callNode<string>(url, 'eth_sendTransaction', transaction));
    }
    await sleep(BLOCK_TIME_MS + (random() * 2 - 1) * VARIATION_MS);
    await callNode(url, 'evm_mine');
    for (const hash of hashes) minedAt.set(hash, Date.now());
    tick(block + 1);
  }
  return minedAt;
}

async function isCount(client: Client, query: string, expected: number): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const { rows } = await client.query<{ count: string }>(query);
    const count = Number(rows[0]?.count);
    if (count === expected) return;
    if (Date.now() > deadline) throw new Error(`${count} of ${expected} rows of: ${query}`);
    await sleep(POLL_MS);
  }
}

/** A clock that is read twice may seem to go back by less than a millisecond. */
function micros(milliseconds: number): number {
  return Math.max(1, Math.round(milliseconds * 1000));
}
