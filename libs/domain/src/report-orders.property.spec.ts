import fc from 'fast-check';
import * as a from '../testing/a';
import { RUNS } from '../testing/runs';
import { fold } from './decider';
import { outflow } from './outflow';
import { replenishment } from './replenishment';

/** What a watcher says of one movement at a version. */
interface Report {
  readonly version: number;
  readonly status: 'detected' | 'final' | 'reverted' | 'failed';
  /** Which of the blocks of this height; a reverted report names none. */
  readonly block: string;
}

/** Where a movement ends: in this block or in none, and whether it is booked there. */
interface End {
  readonly version: number;
  readonly block: string | null;
  readonly isBooked: boolean;
}

type Direction = (reports: readonly Report[]) => End;

const inBlock = ({ status, block }: Report) => (status === 'reverted' ? null : a.block(block));

const replenished: Direction = (reports) => {
  let state = replenishment.initialState;
  for (const report of reports) {
    const { version, status } = report;
    const command = a.recordTransfer({ version, status, block: inBlock(report) });
    state = fold(replenishment, replenishment.decide(command, state), state);
  }
  if (state.status === 'absent') throw new Error('Nothing was recorded.');
  const { version, block, credit } = state;
  return { version, block: block?.hash ?? null, isBooked: credit !== null };
};

const spent: Direction = (reports) => {
  let state = outflow.initialState;
  for (const report of reports) {
    const { version, status } = report;
    const command = a.recordOutflow({ version, status, block: inBlock(report) });
    state = fold(outflow, outflow.decide(command, state), state);
  }
  if (state.status === 'absent') throw new Error('Nothing was recorded.');
  const { version, block, status } = state;
  return { version, block: block?.hash ?? null, isBooked: status === 'booked' };
};

const DIRECTIONS: readonly (readonly [string, Direction])[] = [
  ['a replenishment', replenished],
  ['an outflow', spent],
];

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) =>
    ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest] as const),
  );
}

/** A block that was left and joined again. */
const LEFT_AND_JOINED = ['detected', 'final', 'reverted', 'detected', 'final'] as const;

describe.each(DIRECTIONS)('the reports of %s', (_, endOf) => {
  it.each([
    ['that follow each other', 1],
    ['as watchers give them, which are times', 1_200],
  ])('of one block end booked in all 120 orders of versions %s', (_name, step) => {
    const reports = LEFT_AND_JOINED.map((status, i) => ({
      ...{ version: 1 + i * step, status, block: 'a' },
    }));
    const orders = ordersOf(reports);
    expect(orders).toHaveLength(120);
    const wrong = orders.filter((order) => !endOf(order).isBooked);
    expect(wrong).toEqual([]);
  });

  const scattered = fc
    .array(
      fc.record({
        status: fc.constantFrom(
          ...(['detected', 'final', 'detected', 'final', 'reverted', 'failed'] as const),
        ),
        block: fc.constantFrom('a', 'b', 'c'),
        step: fc.constantFrom(1, 1, 2, 1_000),
      }),
      { minLength: 1, maxLength: 9 },
    )
    .chain((steps) => {
      let version = 0;
      const reports = steps.map(({ status, block, step }): Report => {
        version += step;
        return { version, status, block };
      });
      // Each at least once, and some again, in any order.
      const again = fc.array(fc.constantFrom(...reports), { maxLength: 6 });
      return again.chain((more) => {
        const all = [...reports, ...more];
        const delivered = fc.shuffledSubarray(all, { minLength: all.length });
        return delivered.map((order) => ({ reports, order }));
      });
    });

  it('of several blocks and forks end as the highest version says, in any order', () => {
    fc.assert(
      fc.property(scattered, ({ reports, order }) => {
        const last = reports.at(-1) as Report;
        const end = endOf(order);
        // The next version skips none, so it need not be kept.
        expect(end.version).toBeGreaterThanOrEqual(last.version - 1);
        switch (last.status) {
          case 'reverted':
            expect(end).toMatchObject({ isBooked: false, block: null });
            break;
          case 'failed':
            expect(end).toMatchObject({ isBooked: false, block: a.block(last.block).hash });
            break;
          case 'final':
            expect(end).toMatchObject({ isBooked: true, block: a.block(last.block).hash });
            break;
          // A watcher that lost its memory detects what is booked: it stays booked, in this block only.
          case 'detected':
            expect(end.block).toBe(a.block(last.block).hash);
        }
      }),
      { ...RUNS, numRuns: 2_000 },
    );
  });
});
