import type { LookUpV1 } from '@daybook/contracts';
import { type Measurement, median, takeTurns } from './measurement';
import { type Database, settle, withClient } from './support/database';
import { API_KEY } from './support/ledger-data';
import { ledgerWithPurses, startLedger } from './support/ledgers';
import { CHAIN, purseAt, TOKEN_ASSET } from './support/transfers';

/** Milliseconds, for nine of ten answers. */
const TARGET_MS = 5;
const HEAD = 1_000;
const HASH = `0x${'5c'.repeat(32)}`;
/** Of a transaction that pays several, such as a payout. */
const MOVEMENTS = 20;

/** Where a transaction is, asked again while the head of its chain stands still. */
export const lookUps: Measurement = {
  name: 'look-ups',
  title: `GET /v1/chains/{chain}/transactions/{hash}, answered before, ${MOVEMENTS} movements`,

  async run(bench) {
    const { settings, server, progress } = bench;
    const database = await ledgerWithPurses(bench, { customers: 1, purses: 1 });
    await answerLookUp(database);
    const ledger = await startLedger(database, ['api'], settings);
    try {
      const ask = async (path: string, what: string) => {
        progress.step(what, 1, '');
        const until = performance.now() + settings.seconds * 1_000;
        const took: number[] = [];
        while (performance.now() < until) {
          const begun = performance.now();
          const response = await fetch(ledger.url + path, {
            headers: { authorization: `Bearer ${API_KEY}` },
          });
          await response.arrayBuffer();
          if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status}.`);
          took.push(performance.now() - begun);
        }
        return took.sort((a, b) => a - b);
      };
      await settle(server, database);
      const runs = await takeTurns(settings.rounds, {
        chains: () => ask('/v1/chains', 'heads of chains'),
        lookUps: () => ask(`/v1/chains/${CHAIN}/transactions/${HASH}`, 'look-ups'),
      });
      const at = (sorted: readonly number[], share: number) =>
        sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
      const ms = (all: readonly (readonly number[])[], share: number) =>
        median(all.map((sorted) => at(sorted, share)));
      return [
        {
          name: 'look-up, p90',
          value: ms(runs.lookUps, 0.9),
          unit: 'ms',
          better: 'less',
          limit: { value: ms(runs.chains, 0.9), what: 'GET /v1/chains, which is one query' },
          target: TARGET_MS,
          notes: [
            `p50 ${ms(runs.lookUps, 0.5).toFixed(2)} ms, p99 ${ms(runs.lookUps, 0.99).toFixed(2)} ms`,
          ],
        },
      ];
    } finally {
      await ledger.stop();
      await database.drop();
    }
  },
};

/** Stores what a watcher answered, as if it had been asked now. */
async function answerLookUp(database: Database): Promise<void> {
  const { address } = purseAt(0);
  const answer: LookUpV1 = {
    ...{ transaction: HASH, status: 'included', watch: 'matched', head: HEAD, finalized: HEAD },
    block: { number: HEAD, hash: HASH, time: '2026-01-02T03:04:05.000Z' },
    movements: Array.from({ length: MOVEMENTS }, (_, n) => ({
      ...{ ordinal: `log:${n}`, asset: TOKEN_ASSET.id, amount: '1000000' },
      ...{ from: `0x${'1'.repeat(40)}`, to: n === 0 ? address : `0x${'2'.repeat(40)}` },
    })),
    movementsLeft: 0,
  };
  await withClient(database.ownerUrl, async (client) => {
    await client.query(
      `INSERT INTO ledger.chain_head (chain, latest, matched, finalized, state, observed_at)
       VALUES ($1, $2, $2, $2, 'following', now())`,
      [CHAIN, HEAD],
    );
    await client.query(
      `INSERT INTO ledger.look_up (chain, hash, request_id, asked_at, answered_request_id, answered_at, took_ms, answer)
       SELECT $1, $2, id, now(), id, now(), 0, $3 FROM gen_random_uuid() AS id`,
      [CHAIN, HASH, JSON.stringify(answer)],
    );
  });
}
