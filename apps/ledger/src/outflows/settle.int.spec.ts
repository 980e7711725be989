import { coveredBySweeps, type Settled } from '@daybook/domain';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { copyOf, type TestDatabase } from '../../../../test/dependencies';
import { migrate } from '../migrate';
import { ledgerDataSource } from '../runtime/data-source';
import { type SweptUpTo, settle } from './settle';
import { dueTimesOf } from './settle-replenishments.reaction';

const PURSE = '00000000-0000-4000-8000-000000000001';
const ASSET = 'eip155:1/slip44:60';
const KEY = `${PURSE}/${ASSET}`;
const ID = "('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid";

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await copyOf('ledger_alone', (url) => migrate(url, 'postgres'));
  dataSource = await ledgerDataSource(database.url).initialize();
});
beforeEach(() => dataSource.query('TRUNCATE ledger.replenishment, ledger.outflow'));
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

/** Credits deposits or own coins, or books sweeps or fees of other transactions. */
const arrivals = (status: string, reason: string) => `
  INSERT INTO ledger.replenishment
    (id, account_id, customer_id, purse_id, status, reason, finality, asset, amount, from_address, to_address, ordinal,
     block_number, block_hash, created_at, updated_at, first_position, last_position, credit_position)
  SELECT ${ID}, $1, $1, $1, '${status}', ${reason}, 'depth:1', $2, amount, '', '', '', block, block::text, now(), now(), n, n, n
    FROM unnest($3::bigint[], $4::bigint[], $5::numeric[]) AS d (n, block, amount)`;
const departures = (use: string) => `
  INSERT INTO ledger.outflow
    (id, account_id, customer_id, purse_id, outflow_id, use, status, asset, amount, from_address, tx_hash, ordinal,
     block_number, created_at, updated_at, first_position, last_position)
  SELECT ${ID}, $1, $1, $1, n::text, '${use}', 'booked', $2, amount, '', n::text, '', block, now(), now(), n, n
    FROM unnest($3::bigint[], $4::bigint[], $5::numeric[]) AS s (n, block, amount)`;
const DEPOSITS = arrivals('confirmed', 'NULL');
const SWEEPS = departures('sweep');
const INSERTS = {
  deposit: DEPOSITS,
  'top-up': arrivals('rejected', "'top-up'"),
  sweep: SWEEPS,
  fee: departures('network-fee'),
};
type What = keyof typeof INSERTS;

interface Booked {
  readonly n: number;
  readonly block: number;
  readonly amount: number;
}

const insert = (statement: string, rows: readonly Booked[]) =>
  dataSource.query(statement, [
    ...[PURSE, ASSET, rows.map(({ n }) => n), rows.map(({ block }) => block)],
    rows.map(({ amount }) => amount),
  ]);

/** Settles as the reaction does, and answers how many rows it has read. */
function settling() {
  let upTo: Partial<SweptUpTo> = {};
  let read = 0;
  const counting = {
    async query(text: string, values: unknown[]) {
      const rows = await dataSource.query(text, values);
      read += rows.length;
      return rows;
    },
  } as Pick<DataSource, 'query'>;
  return async (isSweep: boolean, blocks: readonly number[]): Promise<number> => {
    const bookings = blocks.map((block) => ({ key: KEY, isSweep, block, at: '' }));
    const known = new Map(upTo.block === undefined ? [] : [[KEY, upTo as SweptUpTo]]);
    const [due] = dueTimesOf(bookings, known);
    if (due === undefined) return 0;
    read = 0;
    // As it is read again from its row.
    upTo = JSON.parse(JSON.stringify(due.data));
    const settled = await settle(counting, PURSE, ASSET, upTo);
    upTo = JSON.parse(JSON.stringify(settled.upTo));
    await dataSource.query(
      `UPDATE ledger.replenishment r SET swept = s.swept
         FROM unnest($1::uuid[], $2::boolean[]) AS s (id, swept) WHERE r.id = s.id`,
      [
        settled.settlements.map(({ id }) => id),
        settled.settlements.map(({ sweep }) => sweep !== null),
      ],
    );
    return read;
  };
}

async function sweptNow(): Promise<ReadonlySet<string>> {
  const rows: { n: string }[] = await dataSource.query(
    'SELECT first_position AS n FROM ledger.replenishment WHERE swept',
  );
  return new Set(rows.map(({ n }) => n));
}

describe('what sweeps cover', () => {
  const step = fc.record({
    what: fc.constantFrom<What[]>('deposit', 'deposit', 'sweep', 'sweep', 'fee', 'top-up'),
    isLost: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
    block: fc.integer({ min: 1, max: 40 }),
    amount: fc.integer({ min: 1, max: 9 }),
    which: fc.nat(),
  });

  it('is that of all bookings, in whatever order they come and go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        await dataSource.query('TRUNCATE ledger.replenishment, ledger.outflow');
        const act = settling();
        const booked: Record<What, Booked[]> = { deposit: [], 'top-up': [], sweep: [], fee: [] };
        for (const [n, { what, isLost, block, amount, which }] of steps.entries()) {
          const all = booked[what];
          const isSweep = what === 'sweep';
          if (isLost) {
            const [lost] = all.splice(which % Math.max(all.length, 1), 1);
            if (lost === undefined) continue;
            const table = isSweep || what === 'fee' ? 'outflow' : 'replenishment';
            await dataSource.query(`DELETE FROM ledger.${table} WHERE first_position = $1`, [
              lost.n,
            ]);
            await act(isSweep, [lost.block]);
          } else {
            all.push({ n, block, amount });
            await insert(INSERTS[what], [{ n, block, amount }]);
            await act(isSweep, [block]);
          }
          const settled = ({ n, block, amount }: Booked): Settled => ({
            ...{ id: `${n}`, block, position: BigInt(n), amount: BigInt(amount) },
          });
          const { by } = coveredBySweeps(
            ...([booked.deposit.map(settled), booked.sweep.map(settled), null] as const),
            [
              ...booked['top-up'].map(settled),
              ...booked.fee.map((fee) => settled({ ...fee, amount: -fee.amount })),
            ],
          );
          expect(await sweptNow()).toEqual(new Set(by.keys()));
        }
      }),
      { seed: 20_261_129, numRuns: 60 },
    );
  });

  it('is found without reading what was covered before', async () => {
    const act = settling();
    const rounds = 60;
    for (let round = 0; round < rounds; round++) {
      const blocks = Array.from({ length: 50 }, (_, i) => round * 100 + i);
      const deposits = blocks.map((block, i) => ({ n: round * 100 + i, block, amount: 2 }));
      await insert(DEPOSITS, deposits);
      // Half of the last one is left.
      const sweep = {
        n: round * 100 + 99,
        block: round * 100 + 99,
        amount: 99 + (round > 0 ? 1 : 0),
      };
      await insert(SWEEPS, [sweep]);
      expect(await act(true, [sweep.block])).toBeLessThan(60);
    }
    const block = (rounds - 3) * 100 + 10;
    await insert(DEPOSITS, [{ n: 1_000_000, block, amount: 2 }]);
    // A late one reads what came after it, and not much before.
    expect(await act(false, [block])).toBeLessThan(1_000);
    expect((await sweptNow()).size).toBe(rounds * 50 - 1);
  });
});
