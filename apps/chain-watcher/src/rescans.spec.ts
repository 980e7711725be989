import type { ChainBlock } from '@daybook/chains';
import fc from 'fast-check';
import {
  addRescan,
  blocksIn,
  cutRescans,
  nextSlice,
  type Rescan,
  rangeBelow,
  rangeInTurn,
  withLeft,
} from './rescans';

function header(number: number) {
  return { number, hash: `0x${number}`, parentHash: `0x${number - 1}`, time: number };
}

function rescan(from: number, to: number, after: bigint | null = 0n): Rescan {
  return { from, to, hash: `0x${to}`, after };
}

function blocks(from: number, to: number): ChainBlock[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  return numbers.map((number) => ({ ...header(number), transactions: [], transfers: [] }));
}

describe('addRescan', () => {
  it('begins at the tip', () => {
    expect(addRescan([], 5, header(9), 0n)).toEqual([rescan(5, 9)]);
  });

  it('joins ranges that touch and keeps others apart, newest first', () => {
    expect(addRescan([rescan(1, 2)], 5, header(9), 0n)).toEqual([rescan(5, 9), rescan(1, 2)]);
    expect(addRescan([rescan(1, 4)], 5, header(9), 0n)).toEqual([rescan(1, 9)]);
    expect(addRescan([rescan(6, 8), rescan(1, 2)], 3, header(9), 0n)).toEqual([rescan(1, 9)]);
  });

  it('lets wait whoever waited for a range that it joins', () => {
    const rescans = [rescan(6, 8, 4n), rescan(1, 2, null)];
    expect(addRescan(rescans, 5, header(9), 7n)).toEqual([rescan(5, 9, 4n), rescan(1, 2, null)]);
    expect(addRescan(rescans, 3, header(9), 7n)).toEqual([rescan(1, 9, null)]);
  });
});

describe('cutRescans', () => {
  it('leaves what a reorg replaced to the blocks to come', () => {
    const rescans = [rescan(8, 9), rescan(4, 6), rescan(1, 2)];
    expect(cutRescans(rescans, header(5))).toEqual([rescan(4, 5), rescan(1, 2)]);
  });
});

describe('rangeInTurn', () => {
  const turns = [0, 1, 2, 3];

  it('is the newest, the oldest and what is asked for in turn, so that all come to their ends', () => {
    const rescans = [rescan(9, 9), rescan(5, 6), rescan(1, 2)];
    const inTurn = (asked?: Rescan) => turns.map((turn) => rangeInTurn(rescans, asked, turn)?.to);
    expect(inTurn()).toEqual([9, 2, 9, 2]);
    expect(inTurn(rescan(3, 4))).toEqual([9, 2, 4, 9]);
  });

  it('is the only one, or none', () => {
    const asked = rescan(3, 4);
    expect(turns.map((turn) => rangeInTurn([], asked, turn))).toEqual([asked, asked, asked, asked]);
    expect(rangeInTurn([], undefined, 0)).toBeUndefined();
  });
});

describe('nextSlice', () => {
  it('takes the newest blocks first', () => {
    expect(nextSlice(rescan(5, 9), 3)).toEqual({ from: 7, to: 9 });
    expect(nextSlice(rescan(5, 9), 100)).toEqual({ from: 5, to: 9 });
  });
});

describe('rangeBelow', () => {
  it('is what lies below, to be known by its hash', () => {
    const range = rescan(5, 9, 3n);
    expect(rangeBelow(range, blocks(7, 9))).toEqual({ from: 5, to: 6, hash: '0x6' });
    expect(rangeBelow(range, blocks(5, 9))).toBeNull();
  });

  it.each([
    ['of another chain', blocks(7, 9).map((it) => ({ ...it, hash: `${it.hash}b` }))],
    ['that do not reach the top', blocks(7, 8)],
    ['with one missing', blocks(7, 9).filter(({ number }) => number !== 8)],
    ['at all', []],
  ])('does not take blocks %s', (_, wrong) => {
    const range = rescan(5, 9);
    expect(rangeBelow(range, wrong)).toBe('elsewhere');
  });
});

describe('withLeft', () => {
  it('puts what is left in the place of its range', () => {
    const [newest, oldest] = [rescan(5, 9, 3n), rescan(1, 2)];
    const left = { from: 5, to: 6, hash: '0x6' };
    expect(withLeft([newest, oldest], newest, left)).toEqual([rescan(5, 6, 3n), oldest]);
    expect(withLeft([newest, oldest], newest, null)).toEqual([oldest]);
  });
});

describe('rescans', () => {
  it('cover every block that was asked for, through reorgs, and end', () => {
    const action = fc.oneof(
      fc.record({ add: fc.nat(30) }),
      fc.record({ cut: fc.nat(6) }),
      fc.record({ scan: fc.integer({ min: 1, max: 7 }) }),
      fc.record({ grow: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        let rescans: readonly Rescan[] = [];
        let tip = 20;
        const wanted = new Set<number>();
        const scan = (limit: number) => {
          const range = rangeInTurn<Rescan>(rescans, undefined, limit);
          if (!range) return;
          const slice = nextSlice(range, limit);
          for (let n = slice.from; n <= slice.to; n++) wanted.delete(n);
          const left = rangeBelow(range, blocks(slice.from, slice.to));
          if (left !== 'elsewhere') rescans = withLeft(rescans, range, left);
          expect(blocksIn(rescans)).toBe(wanted.size);
        };
        for (const it of actions) {
          if ('grow' in it) tip += it.grow;
          if ('scan' in it) scan(it.scan);
          if ('add' in it) {
            const from = Math.min(it.add, tip);
            for (let n = from; n <= tip; n++) wanted.add(n);
            rescans = addRescan(rescans, from, header(tip), null);
          }
          if ('cut' in it) {
            tip = Math.max(0, tip - it.cut);
            for (const n of wanted) if (n > tip) wanted.delete(n);
            rescans = cutRescans(rescans, header(tip));
          }
        }
        for (let n = 0; n < 100 && rescans.length > 0; n++) scan(5);
        expect(rescans).toEqual([]);
        expect([...wanted]).toEqual([]);
      }),
    );
  });
});
