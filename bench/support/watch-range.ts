import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../../apps/chain-watcher/src/migrate';
import type { Bench } from '../measurement';
import { startApp } from './apps';
import { createDatabase, type Database, RUNTIME_ROLE, withClient } from './database';
import { warmFrom } from './warm-up';

/** Rarely enough that the queries take no time from the watcher. */
const POLL_MS = 25;
const STANDSTILL_MS = 60_000;

/** Blocks that a node has, and what a watcher must find in them. */
export interface Range {
  /** CAIP-2. */
  readonly chain: string;
  /** The text of the chains file. */
  readonly chains: string;
  readonly from: number;
  readonly to: number;
  /** Watched addresses, canonical. */
  readonly addresses: readonly string[];
  /** Transfers to them. */
  readonly transfers: number;
}

/**
 * Blocks per second from the first stored step after a third of the range to the last: before that, the threads of the
 * watcher compile what they run. Fails if the watcher missed a transfer.
 */
export async function watchRange(bench: Bench, range: Range): Promise<number> {
  const { server, settings, progress } = bench;
  const { from, to } = range;
  const database = await createDatabase(server);
  await migrate(database.ownerUrl, RUNTIME_ROLE);
  await watchAddresses(database, range);
  const client = surviveErrors(new Client({ connectionString: database.ownerUrl }));
  await client.connect();
  const watcher = await startApp('chain-watcher', database, settings, { chains: range.chains });
  try {
    const warm = warmFrom(from, to);
    const tick = progress.step('catching up', to - from + 1, 'blocks');
    let first: { readonly number: number; readonly at: number } | undefined;
    let number = 0;
    for (let movedAt = performance.now(); number < to; await sleep(POLL_MS)) {
      const now = await tipOf(client);
      if (now !== number) movedAt = performance.now();
      if (performance.now() - movedAt > STANDSTILL_MS)
        throw new Error('The watcher makes no progress.');
      number = now;
      if (number < from) continue;
      tick(number - from);
      if (number >= warm) first ??= { number, at: performance.now() };
    }
    if (!first || first.number === to) throw new Error('The range is too short to measure.');
    const rate = (to - first.number) / ((performance.now() - first.at) / 1000);
    await checkTransfers(client, range.transfers);
    return rate;
  } finally {
    await watcher.stop();
    await client.end();
    await database.drop();
  }
}

async function watchAddresses({ ownerUrl }: Database, { chain, addresses }: Range): Promise<void> {
  await withClient(ownerUrl, (client) =>
    client.query('INSERT INTO watcher.address SELECT $1, unnest($2::text[])', [chain, addresses]),
  );
}

/** The block up to which everything is matched and stored. */
export async function tipOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ tip: string | null }>({
    name: 'bench-tip',
    text: 'SELECT max(number) AS tip FROM watcher.ring',
  });
  return Number(rows[0]?.tip ?? 0);
}

async function checkTransfers(client: Client, expected: number): Promise<void> {
  const { rows } = await client.query<{ count: string }>('SELECT count(*) FROM watcher.transfer');
  const count = Number(rows[0]?.count);
  if (count !== expected) throw new Error(`${count} of ${expected} transfers were found.`);
}
