import type { ChainBlock } from '@daybook/chains';
import fc from 'fast-check';
import { header, late, requested, waitingLate } from '../../testing/rescans';
import { trueNode } from '../../testing/true-node';
import { blocksLeft, cutAtReorg, openRescans, type Rescan } from '../state/rescan';
import {
  beginLate,
  firstBlockSince,
  hashOnOurChain,
  nextSlice,
  rangeBelow,
  rescanInTurn,
  runningLate,
} from './ranges';

function blocks(from: number, to: number): ChainBlock[] {
  const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  return numbers.map((number) => ({
    ...header(number),
    proven: 'content',
    contentDigest: '0x',
    ...{ transactions: [], transfers: [] },
  }));
}

describe('beginLate', () => {
  it('begins at the tip', () => {
    expect(beginLate(waitingLate(), 5, header(9), [])).toEqual([
      { ...late(5, 9), id: 'waiting', state: 'running' },
    ]);
  });

  it('merges ranges that touch and keeps others apart', () => {
    const begun = (others: Parameters<typeof beginLate>[3], from: number) =>
      beginLate(waitingLate(), from, header(9), others).map(({ id, state }) => [id, state]);
    const [running, done] = ['running', 'done'];
    expect(begun([late(1, 2)], 5)).toEqual([['waiting', running]]);
    expect(begun([late(1, 4)], 5)).toEqual([
      ['waiting', running],
      ['late 1', done],
    ]);
    expect(begun([late(6, 8), late(1, 2)], 3)).toEqual([
      ['waiting', running],
      ['late 6', done],
      ['late 1', done],
    ]);
    const [merged] = beginLate(waitingLate(), 3, header(9), [late(6, 8), late(1, 2)]);
    expect(merged).toMatchObject({ from: 1, to: 9, next: 9, hash: '0x9' });
  });

  it('keeps the addresses waiting that waited for a range that it merges', () => {
    const others = [late(6, 8, 4n), late(1, 2, null)];
    const positionAfter = (from: number) =>
      beginLate(waitingLate(5, 7n), from, header(9), others)[0]?.after;
    expect(positionAfter(5)).toBe(4n);
    expect(positionAfter(3)).toBeNull();
  });
});

describe('rescanInTurn', () => {
  const turns = [0, 1, 2, 3];
  const ids = (rescans: readonly Rescan[]) => turns.map((turn) => rescanInTurn(rescans, turn)?.id);

  it('is the newest, the oldest and the requested one in turn, so that all of them end', () => {
    const rescans = [late(5, 6), late(1, 2), late(9, 9), waitingLate()];
    expect(ids(rescans)).toEqual(['late 9', 'late 1', 'late 9', 'late 1']);
    expect(ids([...rescans, requested(), requested({ id: 'later' })])).toEqual([
      ...['late 9', 'late 1', 'requested', 'late 9'],
    ]);
  });

  it('is the only one, or none', () => {
    expect(ids([requested()])).toEqual(turns.map(() => 'requested'));
    expect(rescanInTurn([waitingLate(), requested({ origin: 'ring-reset' })], 0)).toBeUndefined();
  });
});

describe('nextSlice', () => {
  it('takes the newest blocks first', () => {
    const range = { from: 5, to: 9, hash: '0x9' };
    expect(nextSlice(range, 3)).toEqual({ from: 7, to: 9 });
    expect(nextSlice(range, 100)).toEqual({ from: 5, to: 9 });
  });
});

describe('rangeBelow', () => {
  const range = { from: 5, to: 9, hash: '0x9' };

  it('is what lies below, with the hash that proves it', () => {
    expect(rangeBelow(range, blocks(7, 9))).toEqual({ from: 5, to: 6, hash: '0x6' });
    expect(rangeBelow(range, blocks(5, 9))).toBeNull();
  });

  it.each([
    ['of another chain', blocks(7, 9).map((it) => ({ ...it, hash: `${it.hash}b` }))],
    ['that do not reach the top', blocks(7, 8)],
    ['with one missing', blocks(7, 9).filter(({ number }) => number !== 8)],
    ['at all', []],
  ])('does not accept blocks %s', (_, wrong) => {
    expect(rangeBelow(range, wrong)).toBe('not-our-chain');
  });
});

describe('rescans for late addresses', () => {
  it('cover every block that was wanted, through reorgs, and end', () => {
    const action = fc.oneof(
      fc.record({ add: fc.nat(30) }),
      fc.record({ cut: fc.nat(6) }),
      fc.record({ scan: fc.integer({ min: 1, max: 7 }) }),
      fc.record({ grow: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        let rescans: readonly Rescan[] = [];
        let [tip, count] = [20, 0];
        const wanted = new Set<number>();
        const scan = (limit: number) => {
          const rescan = rescanInTurn(rescans, limit) as ReturnType<typeof late> | undefined;
          if (!rescan) return;
          const range = { from: rescan.from, to: rescan.next, hash: rescan.hash };
          const slice = nextSlice(range, limit);
          for (let n = slice.from; n <= slice.to; n++) wanted.delete(n);
          const left = rangeBelow(range, blocks(slice.from, slice.to));
          expect(left).not.toBe('not-our-chain');
          if (left === 'not-our-chain') return;
          const moved: Rescan = left
            ? { ...rescan, next: left.to, hash: left.hash }
            : { ...rescan, state: 'done' };
          rescans = openRescans(rescans, [moved]);
          expect(rescans.reduce((sum, it) => sum + (blocksLeft(it) ?? 0), 0)).toBe(wanted.size);
        };
        for (const it of actions) {
          if ('grow' in it) tip += it.grow;
          if ('scan' in it) scan(it.scan);
          if ('add' in it) {
            const from = Math.min(it.add, tip);
            for (let n = from; n <= tip; n++) wanted.add(n);
            const waiting = { ...waitingLate(), id: `late ${count++}` };
            const begun = beginLate(waiting, from, header(tip), runningLate(rescans));
            rescans = openRescans(rescans, begun);
          }
          if ('cut' in it) {
            tip = Math.max(0, tip - it.cut);
            for (const n of wanted) if (n > tip) wanted.delete(n);
            const cut = rescans.map((rescan) => cutAtReorg(rescan, header(tip)));
            rescans = openRescans(rescans, cut);
          }
        }
        for (let n = 0; n < 100 && rescans.length > 0; n++) scan(5);
        expect(rescans).toEqual([]);
        expect([...wanted]).toEqual([]);
      }),
    );
  });
});

describe('firstBlockSince', () => {
  /** Blocks 0 to 100, ten seconds apart; the ring remembers 80 to 100. */
  async function firstSince(since: number, startNumber = 0): Promise<number> {
    const node = await trueNode(100);
    return firstBlockSince(node.client, await node.headers(80, 100), startNumber, since);
  }

  it('is found in the ring', async () => {
    expect(await firstSince(1_000)).toBe(100);
    expect(await firstSince(950)).toBe(95);
    expect(await firstSince(951)).toBe(96);
  });

  it('is searched for below the ring, down to the first block of all', async () => {
    expect(await firstSince(800)).toBe(80);
    expect(await firstSince(799)).toBe(80);
    expect(await firstSince(790)).toBe(79);
    expect(await firstSince(123)).toBe(13);
    expect(await firstSince(-500)).toBe(0);
  });

  it('is not below the first block that is ever matched', async () => {
    expect(await firstSince(123, 40)).toBe(40);
    expect(await firstSince(123, 90)).toBe(90);
    expect(await firstSince(500, 40)).toBe(50);
  });
});

describe('hashOnOurChain', () => {
  it('is read from the ring, and below it from a node that has the ring', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    const [below] = await node.headers(5, 5);
    expect(await hashOnOurChain(node.client, ring, 15)).toBe(ring[5]?.hash);
    expect(await hashOnOurChain(node.client, ring, 5)).toBe(below?.hash);
  });

  it('is unknown below the ring when the node follows another chain', async () => {
    const node = await trueNode(20);
    const ring = await node.headers(10, 20);
    node.chain.reorganise(18, 20);
    expect(await hashOnOurChain(node.client, ring, 5)).toBeNull();
    expect(await hashOnOurChain(node.client, ring, 15)).toBe(ring[5]?.hash);
  });
});
