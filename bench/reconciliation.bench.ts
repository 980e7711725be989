import { setTimeout as sleep } from 'node:timers/promises';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { migrate } from '../apps/chain-watcher/src/migrate';
import { recordedOf } from '../apps/ledger/src/findings/judge-balances';
import { ledgerDataSource } from '../apps/ledger/src/runtime/data-source';
import { type Bench, type Figure, type Measurement, median, takeTurns } from './measurement';
import type { RecordedNodeRequest } from './processes/recorded-node.process';
import { startApp } from './support/apps';
import { createDatabase, RUNTIME_ROLE, settle } from './support/database';
import { recordDirectly } from './support/ledger-data';
import { headOf, ledgerWithPurses, startLedger } from './support/ledgers';
import { cpuSecondsOf } from './support/machine';
import { callNode } from './support/node';
import { startWorker } from './support/processes';
import { watchReadModels } from './support/read-models';
import { HEADERS_BEFORE } from './support/recorded-chain';
import { CHAIN, chainsFile, finalTransfers, purseAt, TOKEN_ASSET } from './support/transfers';
import { tipOf } from './support/watch-range';

/** What moved in an hour, and how much of a core comparing it may take. */
const PURSES_AN_HOUR = 100_000;
const SHARE_MAX = 0.05;
const PER_MINUTE = Math.ceil(PURSES_AN_HOUR / 60);
/** A block a second; the first ones warm up, until balances of final blocks are compared too. */
const FIRST = 8;
const WARM_UP_BLOCKS = 25;
const BLOCKS = HEADERS_BEFORE - 1 - FIRST - WARM_UP_BLOCKS;
const BLOCK_MS = 1_000;
/** Where nothing becomes final, balances are compared when so many blocks follow. */
const REORG_WINDOW = 16;

const MANY = 100_000;
const FEW = 5;
/** Balances that one query compares, as a message has them. */
const AT_ONCE = 100;

/** What comparing balances costs the watcher and the ledger. */
export const reconciliation: Measurement = {
  name: 'reconciliation',
  title: 'Balances of the chain compared with what moved',

  async run(bench) {
    return [...(await watcherFigures(bench)), await ledgerFigure(bench)];
  },
};

async function watcherFigures(bench: Bench): Promise<readonly Figure[]> {
  const { without, reading } = await takeTurns(1, {
    without: () => follow(bench, 0),
    reading: () => follow(bench, PER_MINUTE),
  });
  const [base, cost] = [without[0], reading[0]];
  if (base === undefined || cost === undefined) throw new Error('Nothing was measured.');
  const each = (cost.cpuSeconds - base.cpuSeconds) / cost.compared;
  return [
    {
      name: `of a core, for ${PURSES_AN_HOUR} purses an hour`,
      value: (each * PURSES_AN_HOUR) / 3_600,
      unit: '%',
      better: 'less',
      limit: null,
      target: SHARE_MAX,
      notes: [
        `${(each * 1e6).toFixed(0)} us of processor time each; ${cost.compared} compared in ${BLOCKS} s`,
      ],
    },
    {
      name: `balances asked for in a minute, of ${PER_MINUTE} allowed`,
      value: (cost.calls * 60) / cost.seconds,
      unit: 'calls',
      better: 'less',
      limit: null,
      // A step may begin or end just outside of the measured time.
      target: PER_MINUTE * 1.05,
      notes: [],
    },
  ];
}

/** What a watcher uses while it follows blocks without transfers and all purses have moved before. */
async function follow(bench: Bench, balanceReadsPerMinute: number) {
  const { server, settings, progress } = bench;
  const database = await createDatabase(server);
  await migrate(database.ownerUrl, RUNTIME_ROLE);
  const request: RecordedNodeRequest = {
    ...{ blocks: 1, watched: 1, proving: 'roots', shown: FIRST, isServingBalances: true },
  };
  const node = startWorker<string>('recorded-node', request);
  const client = surviveErrors(new Client({ connectionString: database.ownerUrl }));
  try {
    const url = await node.answer;
    await client.connect();
    await client.query(MOVED, [CHAIN, TOKEN_ASSET.id, PURSES_AN_HOUR]);
    await settle(server, database);
    const chains = chainsFile(url, 0, { balanceReadsPerMinute, reorgWindow: REORG_WINDOW });
    const watcher = await startApp('chain-watcher', database, settings, { chains });
    try {
      const tick = progress.step('comparing balances', WARM_UP_BLOCKS + BLOCKS, 'blocks');
      const show = async (blocks: number, from: number) => {
        for (let n = 1; n <= blocks; n++) {
          await callNode(url, 'bench_show', from + n);
          await sleep(BLOCK_MS);
          tick(from + n - FIRST);
        }
      };
      const soFar = async () => ({
        cpu: cpuSecondsOf(watcher.pid) ?? Number.NaN,
        calls: await callNode<number>(url, 'bench_balances'),
        compared: Number((await client.query(COMPARED)).rows[0].count),
        at: performance.now(),
      });
      await show(WARM_UP_BLOCKS, FIRST);
      const before = await soFar();
      await show(BLOCKS, FIRST + WARM_UP_BLOCKS);
      const after = await soFar();
      if ((await tipOf(client)) < FIRST + WARM_UP_BLOCKS + BLOCKS - 1) {
        throw new Error('The watcher did not follow.');
      }
      if (balanceReadsPerMinute > 0 && after.compared === before.compared) {
        throw new Error('The watcher compared nothing.');
      }
      return {
        cpuSeconds: after.cpu - before.cpu,
        calls: after.calls - before.calls,
        compared: after.compared - before.compared,
        seconds: (after.at - before.at) / 1_000,
      };
    } finally {
      await watcher.stop();
    }
  } finally {
    await client.end();
    await node.stop();
    await database.drop();
  }
}

/** Purses with one transfer each in the first block. */
const MOVED = `
  WITH purse AS (
    SELECT n, '0x' || lpad(to_hex(n), 40, '0') AS address FROM generate_series(1, $3::int) AS n
  ), address AS (
    INSERT INTO watcher.address (chain, address) SELECT $1, address FROM purse
  ), transfer AS (
    INSERT INTO watcher.transfer (transfer_id, version, status, chain, asset, amount, sender, recipient, tx_hash,
      block_number, block_hash, block_time, settled)
    SELECT 'bench/' || n, 1, 'final', $1, $2, 1, '0x', address, '0x', 1, '0x', '', true FROM purse
  )
  INSERT INTO watcher.balance (chain, address, asset, has_moved, moved_number)
  SELECT $1, address, $2, true, 1 FROM purse`;
const COMPARED = 'SELECT count(*) FROM watcher.balance WHERE base_number IS NOT NULL';

/** How many balances are compared with what is recorded, of a purse with a long history and of one with a short. */
async function ledgerFigure(bench: Bench): Promise<Figure> {
  const { settings, server, progress } = bench;
  const database = await ledgerWithPurses(bench, { customers: 2, purses: 2 });
  const [busy, quiet] = [purseAt(0), purseAt(1)];
  try {
    const to = [...Array<number>(MANY).fill(0), ...Array<number>(FEW).fill(1)];
    const reports = finalTransfers(to, [busy.address, quiet.address], 'history');
    const recording = progress.step('recording transfers', MANY, 'transfers');
    const from = await headOf(database);
    await recordDirectly(
      database,
      reports.map((transfer, i) => ({ transfer, purse: to[i] === 0 ? busy : quiet })),
      recording,
    );
    const events = await headOf(database);
    const ledger = await startLedger(database, ['projector'], { ...settings, profiles: null });
    try {
      const tick = progress.step('projecting them', events, 'events');
      await watchReadModels(database, { from, to: events }, tick);
    } finally {
      await ledger.stop();
    }
    await settle(server, database);
    const dataSource = await ledgerDataSource(database.url).initialize();
    try {
      const number = reports.at(-1)?.block?.number ?? 0;
      const compare = async (address: string, what: string): Promise<number> => {
        progress.step(what, 1, '');
        const asked = { chain: CHAIN, address, asset: TOKEN_ASSET.id, number };
        const until = performance.now() + settings.seconds * 1_000;
        const begun = performance.now();
        let compared = 0;
        while (performance.now() < until) {
          const all = Array.from({ length: AT_ONCE }, () => ({ ...asked }));
          const found = await recordedOf(dataSource, all);
          if (found.size !== AT_ONCE) throw new Error('The purse is not known.');
          compared += AT_ONCE;
        }
        return compared / ((performance.now() - begun) / 1_000);
      };
      const { few, many } = await takeTurns(settings.rounds, {
        few: () => compare(quiet.address, 'comparing a short history'),
        many: () => compare(busy.address, 'comparing a long history'),
      });
      return {
        name: `compared by the ledger, of a purse with ${MANY} replenishments`,
        value: median(many),
        unit: 'balances/s',
        better: 'more',
        limit: { value: median(few), what: `of a purse with ${FEW}` },
        target: null,
        notes: [`${AT_ONCE} in a query`],
      };
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await database.drop();
  }
}
