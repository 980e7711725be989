import type { Bench, Figure, Measurement } from './measurement';
import type { OpenLoopAnswer, OpenLoopRequest } from './processes/open-loop.process';
import { costsSoFar, describeCosts } from './support/costs';
import { createDatabase, settle } from './support/database';
import { API_KEY } from './support/ledger-data';
import { ledgerWithPurses, startLedger } from './support/ledgers';
import { askWorker, startWorker } from './support/processes';
import { purseAt } from './support/transfers';

const WARM_UP_SECONDS = 3;

/** The latency of minting over REST at a fixed arrival rate. */
export const mint: Measurement = {
  name: 'mint',
  title: 'POST /v1/customers/{id}/purses, open loop',

  async run(bench) {
    const { mintsPerSecond, mintSeconds } = bench.settings;
    const requests = mintsPerSecond * (WARM_UP_SECONDS + mintSeconds);
    const { answer: ledger, costs } = await mintAtLedger(bench, requests);
    const bare = await appendBehindServer(bench, requests);
    const what = 'a bare handler before one durable append';
    const load = `${mintsPerSecond}/s for ${mintSeconds} s`;
    const slowest = `slowest ${ledger.maxMs.toFixed(1)} ms, bare ${bare.maxMs.toFixed(1)} ms`;
    const lateness = `the generator was late by ${ledger.sendingDelayMaxMs.toFixed(1)} ms at worst`;
    return [
      figure('p50', ledger.p50Ms, { value: bare.p50Ms, what }, [load, costs]),
      figure('p99', ledger.p99Ms, { value: bare.p99Ms, what }, [slowest, lateness]),
    ];
  },
};

async function mintAtLedger(
  bench: Bench,
  requests: number,
): Promise<{ readonly answer: OpenLoopAnswer; readonly costs: string }> {
  const { settings, server, progress } = bench;
  const database = await ledgerWithPurses(bench, { customers: requests, purses: 0 });
  const ledger = await startLedger(database, ['api', 'projector', 'consumer', 'relay'], settings);
  try {
    await settle(server, database);
    progress.step('minting over REST', requests, 'requests');
    const before = await costsSoFar(server, ledger.pid);
    const answer = await generate(ledger.url, requests, settings.mintsPerSecond);
    const costs = describeCosts(before, await costsSoFar(server, ledger.pid), requests);
    return { answer, costs };
  } finally {
    await ledger.stop();
    await database.drop();
  }
}

async function appendBehindServer(bench: Bench, requests: number): Promise<OpenLoopAnswer> {
  const { settings, server, progress } = bench;
  const database = await createDatabase(server);
  const handler = startWorker<string>('bare-handler', { databaseUrl: database.url });
  try {
    await settle(server, database);
    progress.step('the same load on a bare handler', requests, 'requests');
    return await generate(await handler.answer, requests, settings.mintsPerSecond);
  } finally {
    await handler.stop();
    await database.drop();
  }
}

async function generate(url: string, requests: number, perSecond: number): Promise<OpenLoopAnswer> {
  const load: OpenLoopRequest = {
    url,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ family: 'evm' }),
    paths: Array.from(
      { length: requests },
      (_, n) => `/v1/customers/${purseAt(n).customerId}/purses`,
    ),
    perSecond,
    warmUp: perSecond * WARM_UP_SECONDS,
  };
  const answer = await askWorker<OpenLoopAnswer>('open-loop', load);
  const { 201: created = 0, ...others } = answer.statuses;
  if (created !== requests - load.warmUp) {
    throw new Error(`Only ${created} purses were minted; also: ${JSON.stringify(others)}.`);
  }
  return answer;
}

function figure(
  name: string,
  value: number,
  limit: NonNullable<Figure['limit']>,
  notes: readonly string[],
): Figure {
  return { name, value, unit: 'ms', better: 'less', limit, target: null, notes };
}
