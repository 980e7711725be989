import fc from 'fast-check';
import { RUNS } from '../testing/runs';
import {
  type Coverage,
  coveredBySweeps,
  fewOf,
  type Gas,
  type Settled,
  type Sweep,
} from './settlement';

const deposit = (id: string, block: number, amount: bigint, position = 1n): Settled => ({
  ...{ id, block, position, amount },
});
const sweep = deposit as (id: string, block: number, amount: bigint, position?: bigint) => Sweep;
const covered = (
  deposits: readonly Settled[],
  sweeps: readonly Sweep[],
  gas: readonly Gas[] = [],
) => Object.fromEntries(coveredBySweeps(deposits, sweeps, null, gas).by);

describe('the replenishments that sweeps cover', () => {
  const [first, second] = [deposit('first', 1, 5n), deposit('second', 2, 5n)];

  it('are the oldest first, each by the sweep that completes it, parts counted', () => {
    expect(covered([second, first], [sweep('a', 3, 7n)])).toEqual({ first: 'a' });
    expect(covered([second, first], [sweep('b', 4, 3n), sweep('a', 3, 7n)])).toEqual({
      ...{ first: 'a', second: 'b' },
    });
    expect(covered([first], [sweep('a', 3, 4n)])).toEqual({});
  });

  it('arrived before the sweep: what it moved beyond them covers nothing that comes later', () => {
    expect(covered([first, second], [sweep('a', 1, 50n)])).toEqual({ first: 'a' });
    expect(covered([second], [sweep('a', 1, 50n), sweep('b', 3, 5n)])).toEqual({ second: 'b' });
  });

  it('may be in the block of the sweep', () => {
    expect(covered([first], [sweep('a', 1, 5n)])).toEqual({ first: 'a' });
  });

  it('are none without sweeps, and sweeps cover nothing without them', () => {
    expect(covered([first], [])).toEqual({});
    expect(covered([], [sweep('a', 1, 5n)])).toEqual({});
  });

  it('are covered by the fees of other transactions too, once they are swept', () => {
    const fee = (block: number, amount: bigint) => ({ block, amount: -amount });
    // A sweep failed, or a token was swept: the rest of the deposit is all that is left.
    expect(covered([first], [sweep('a', 3, 4n)], [fee(2, 1n)])).toEqual({ first: 'a' });
    expect(covered([first], [sweep('a', 3, 3n)], [fee(2, 1n)])).toEqual({});
    expect(covered([first], [], [fee(2, 5n)])).toEqual({});
    // The next deposit is none the worse.
    const [a, b] = [sweep('a', 3, 4n), sweep('b', 5, 5n)];
    expect(covered([first, deposit('later', 4, 5n)], [a, b], [fee(2, 1n)])).toEqual({
      ...{ first: 'a', later: 'b' },
    });
    // A fee that came after the sweep was not paid by what it covered.
    expect(covered([first], [sweep('a', 3, 4n)], [fee(4, 1n)])).toEqual({});
  });

  it('are not covered by fees that coins of the account itself have paid', () => {
    const topUp = (block: number, amount: bigint) => ({ block, amount });
    const fee = (block: number, amount: bigint) => ({ block, amount: -amount });
    const gas = [topUp(1, 2n), fee(2, 1n)];
    expect(covered([first], [sweep('a', 3, 4n)], gas)).toEqual({});
    expect(covered([first], [sweep('a', 3, 5n)], gas)).toEqual({ first: 'a' });
    // What was left of them was swept, so the next fee is paid by the next deposit.
    const later = [first, deposit('later', 4, 5n)];
    const [a, b] = [sweep('a', 3, 6n), sweep('b', 6, 4n)];
    expect(covered(later, [a, b], [...gas, fee(5, 1n)])).toEqual({ first: 'a', later: 'b' });
    const kept = [sweep('a', 3, 5n), b];
    expect(covered(later, kept, [...gas, fee(5, 1n)])).toEqual({ first: 'a' });
  });

  const moved = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.bigInt({ min: 1n, max: 9n })), {
      maxLength: 8,
    })
    .map((all) => all.map(([block, amount], i) => deposit(`${i}`, block, amount, BigInt(i))));

  it('do not depend on the order in which they and the sweeps are named', () => {
    const shuffled = fc.tuple(moved, moved, fc.infiniteStream(fc.nat()));
    fc.assert(
      fc.property(shuffled, ([deposits, sweeps, places]) => {
        const places1 = [...places.take(deposits.length)];
        const other = [...deposits].sort(
          (x, y) => (places1[Number(x.id)] ?? 0) - (places1[Number(y.id)] ?? 0),
        );
        expect(covered(other, [...sweeps].reverse())).toEqual(covered(deposits, sweeps));
      }),
      RUNS,
    );
  });

  /** Coin by coin: each swept coin takes the oldest one that is there. */
  function coinByCoin(deposits: readonly Settled[], sweeps: readonly Sweep[]) {
    const inOrder = <Booked extends Settled>(all: readonly Booked[]) =>
      [...all].sort((x, y) => x.block - y.block || Number(x.position - y.position));
    const coins = inOrder(deposits).flatMap(({ id, block, amount }) =>
      Array.from({ length: Number(amount) }, () => ({ id, block, by: '' })),
    );
    for (const { id, block, amount } of inOrder(sweeps)) {
      for (let n = 0n; n < amount; n++) {
        const oldest = coins.find(({ by }) => by === '');
        if (oldest !== undefined && oldest.block <= block) oldest.by = id;
      }
    }
    const whole = deposits.filter(({ id }) => coins.every((c) => c.id !== id || c.by !== ''));
    return Object.fromEntries(whole.map(({ id }) => [id, coins.findLast((c) => c.id === id)?.by]));
  }

  it('are those whose every coin was swept', () => {
    fc.assert(
      fc.property(moved, moved, (deposits, sweeps) => {
        expect(covered(deposits, sweeps)).toEqual(coinByCoin(deposits, sweeps));
      }),
      RUNS,
    );
  });

  const gas = fc.array(
    fc.record({ block: fc.integer({ min: 1, max: 6 }), amount: fc.bigInt(-5n, 5n) }),
    { maxLength: 5 },
  );

  it('have left the purse whole, as far as the account did not pay: never more than was moved', () => {
    fc.assert(
      fc.property(moved, moved, gas, (deposits, sweeps, own) => {
        const { by } = coveredBySweeps(deposits, sweeps, null, own);
        const sum = (all: readonly { readonly amount: bigint }[]) =>
          all.reduce((total, { amount }) => total + amount, 0n);
        const fees = own.filter(({ amount }) => amount < 0n);
        expect(sum(deposits.filter(({ id }) => by.has(id)))).toBeLessThanOrEqual(
          sum(sweeps) - sum(fees),
        );
      }),
      RUNS,
    );
  });

  it('follow from how far earlier sweeps covered, and from what they did not cover', () => {
    fc.assert(
      fc.property(moved, moved, gas, (deposits, sweeps, own) => {
        const whole = coveredBySweeps(deposits, sweeps, null, own);
        for (const coverage of whole.after) {
          const { block, last } = coverage;
          const isLater = (it: Settled) =>
            last === null ||
            it.block > last.block ||
            (it.block === last.block && it.position > last.position);
          const later = sweeps.filter((sweep) => sweep.block > block);
          const rest = coveredBySweeps(
            ...([deposits.filter(isLater), later, coverage] as const),
            own.filter((it) => it.block > block),
          );
          const ids = new Set(later.map(({ id }) => id));
          expect(Object.fromEntries(rest.by)).toEqual(
            Object.fromEntries([...whole.by].filter(([, id]) => ids.has(id))),
          );
          expect(rest.after).toEqual(whole.after.filter((it) => it.block > block));
        }
      }),
      RUNS,
    );
  });

  it('up to a block do not depend on what later blocks have', () => {
    fc.assert(
      fc.property(moved, moved, fc.integer({ min: 1, max: 6 }), (deposits, sweeps, block) => {
        const upTo = <Booked extends Settled>(all: readonly Booked[]) =>
          all.filter((it) => it.block <= block);
        const { after } = coveredBySweeps(deposits, sweeps);
        expect(coveredBySweeps(upTo(deposits), upTo(sweeps)).after).toEqual(upTo(after as never));
      }),
      RUNS,
    );
  });
});

describe('the coverages that are kept', () => {
  const at = (block: number): Coverage => ({ block, last: null, part: 0n, gas: 0n });

  it('are few, and have one not much before any older block, however they were added', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 300, maxLength: 300 }),
        (steps) => {
          let kept: readonly Coverage[] = [];
          let block = 0;
          for (const step of steps) {
            block += step;
            kept = fewOf([...kept, at(block)]);
          }
          expect(kept.length).toBeLessThan(10);
          expect(kept.at(-1)).toEqual(at(block));
          for (let older = 1; older < block - 9; older++) {
            const before = kept.findLast((it) => it.block < older)?.block ?? 0;
            expect(block - before).toBeLessThanOrEqual(16 * (block - older) + 9);
          }
        },
      ),
      { ...RUNS, numRuns: 20 },
    );
  });
});
