import fc from 'fast-check';
import { unbackedOf, withUnbacked } from './arrivals';
import type { Movement } from './movements';
import { lesser, withNetted } from './netting';

const PURSE = '0xpurse';

/** What moves to a purse and from it in a block, in a few transactions, with a balance that grows by anything. */
const movements = fc
  .array(
    fc.record({
      direction: fc.constantFrom('in' as const, 'out' as const),
      amount: fc.bigInt(0n, 20n),
      txHash: fc.constantFrom('0x1', '0x2', '0x3'),
      failed: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      unreadable: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 10 },
  )
  .map((all) => {
    const sides = all.map((each, n): Movement => {
      const isIn = each.direction === 'in';
      const [from, to] = isIn ? ['0xother', PURSE] : [PURSE, '0xother'];
      const amount = isIn && each.unreadable ? 0n : each.amount;
      const { unreadable, ...same } = each;
      const isUnreadable = isIn && unreadable;
      return {
        ...{ ...same, ...(isUnreadable && { unreadable }), id: `log:${n}`, asset: 'token' },
        ...{ amount, from, to, netted: 0n },
      };
    });
    return withNetted(sides);
  });
const growth = fc.bigInt(-100n, 100n);

const netOf = ({ amount, netted }: Movement) => amount - netted;
const sum = (all: readonly Movement[]) => all.reduce((total, each) => total + netOf(each), 0n);
const counts = (direction: Movement['direction']) => (each: Movement) =>
  each.direction === direction && !each.failed;

/** As they count in the end. */
function counted(all: readonly Movement[], unbacked: ReadonlyMap<string, bigint>) {
  return all.map((each) => {
    const missing = unbacked.get(each.id);
    return missing === undefined ? each : withUnbacked(each, missing);
  });
}

/** What arrived, as the balance shows. What a transaction logs twice to leave has left once. */
function arrivedIn(all: readonly Movement[], grownBy: bigint): bigint {
  const keyOf = ({ txHash, amount }: Movement) => `${txHash} ${amount}`;
  const left = all.filter(counts('out'));
  const once = left.filter(
    (each, n) => left.findIndex((other) => keyOf(other) === keyOf(each)) === n,
  );
  return grownBy + sum(once);
}

describe('what arrives of a token that is credited by balance', () => {
  it('is never more than the balance shows, nor than a log says', () => {
    fc.assert(
      fc.property(movements, growth, (all, grownBy) => {
        const shown = counted(all, unbackedOf(all, grownBy));
        const arrived = arrivedIn(all, grownBy);
        expect(sum(shown.filter(counts('in')))).toBeLessThanOrEqual(arrived > 0n ? arrived : 0n);
        for (const [i, each] of shown.entries()) {
          expect(netOf(each)).toBeGreaterThanOrEqual(0n);
          expect(netOf(each)).toBeLessThanOrEqual(netOf(all[i] as Movement));
        }
      }),
    );
  });

  it('is all that the logs say where the balance shows so much, and all that it shows elsewhere', () => {
    fc.assert(
      fc.property(movements, growth, (all, grownBy) => {
        const [claimed, arrived] = [sum(all.filter(counts('in'))), arrivedIn(all, grownBy)];
        const expected = arrived < 0n ? 0n : lesser(arrived, claimed);
        const shown = counted(all, unbackedOf(all, grownBy));
        expect(sum(shown.filter(counts('in')))).toBe(expected);
      }),
    );
  });

  it('is shared in the order of the logs', () => {
    fc.assert(
      fc.property(movements, growth, (all, grownBy) => {
        const unbacked = unbackedOf(all, grownBy);
        const inbound = all.filter((each) => unbacked.has(each.id) && netOf(each) > 0n);
        const firstCut = inbound.findIndex(({ id }) => unbacked.get(id) !== 0n);
        if (firstCut < 0) return;
        for (const later of inbound.slice(firstCut + 1)) {
          expect(unbacked.get(later.id)).toBe(netOf(later));
        }
      }),
    );
  });

  it('leaves to others what is settled, whichever that is', () => {
    fc.assert(
      fc.property(movements, growth, fc.nat(), (all, grownBy, seed) => {
        const first = unbackedOf(all, grownBy);
        const settled = new Map([...first].filter((_, n) => ((seed >> n) & 1) === 1));
        const again = new Map([...settled, ...unbackedOf(all, grownBy, settled)]);
        expect(again).toEqual(first);
      }),
    );
  });
});
