import type { BlockHeader } from '@daybook/chains';
import fc from 'fast-check';
import { advanceRing, headerAt, type Ring } from '../state/ring';
import { decideReorg } from './decide-reorg';

/** A chain named `fork` that follows `parent`. */
function chainOf(fork: string, length: number, parent?: BlockHeader): BlockHeader[] {
  const headers: BlockHeader[] = [];
  for (let n = 0; n < length; n++) {
    const before = headers.at(-1) ?? parent;
    const number = before ? before.number + 1 : 0;
    headers.push({
      number,
      hash: `${fork}${number}`,
      parentHash: before?.hash ?? 'none',
      time: number,
    });
  }
  return headers;
}

const main = chainOf('a', 20);
/** Blocks 10 to 14. */
const ring: Ring = main.slice(10, 15);

function at(number: number): BlockHeader {
  return main[number] as BlockHeader;
}

describe('decideReorg', () => {
  it('does nothing when the head is the cursor', () => {
    expect(decideReorg(ring, [at(14)])).toEqual({ kind: 'none' });
  });

  it.each([13, 10, 9, 0])('tolerates a head that goes back to %i', (number) => {
    expect(decideReorg(ring, [at(number)])).toEqual({ kind: 'none' });
  });

  it('extends the ring by the next blocks', () => {
    const added = main.slice(15, 18);
    expect(decideReorg(ring, added)).toEqual({
      ...{ kind: 'advance', ancestor: at(14), removed: [], added },
    });
  });

  it('asks for the blocks between the cursor and a head further on', () => {
    expect(decideReorg(ring, [at(17)])).toEqual({ kind: 'gap', from: 15 });
  });

  it('asks for the parent of a next block that does not fit', () => {
    const [, stranger] = chainOf('b', 2, at(13));
    expect(decideReorg(ring, [stranger as BlockHeader])).toEqual({
      kind: 'ask',
      parentHash: 'b14',
    });
  });

  it('finds the common ancestor of a reorg that makes the chain longer', () => {
    const added = chainOf('b', 4, at(11));
    const removed = main.slice(12, 15);
    expect(decideReorg(ring, added)).toEqual({ kind: 'advance', ancestor: at(11), removed, added });
  });

  it('accepts a reorg that leaves the chain shorter', () => {
    const added = chainOf('b', 1, at(11));
    expect(decideReorg(ring, added)).toMatchObject({ kind: 'advance', ancestor: at(11), added });
  });

  it('replaces everything above the oldest block of the ring', () => {
    const added = chainOf('b', 2, at(10));
    expect(decideReorg(ring, added)).toMatchObject({
      kind: 'advance',
      removed: main.slice(11, 15),
    });
  });

  it('stalls with the reason when a reorg is deeper than the ring', () => {
    const branch = chainOf('b', 3, at(9));
    const step = decideReorg(ring, branch);
    expect(step.kind).toBe('stalled');
    expect(step).toMatchObject({ reason: expect.stringMatching(/block 10 on.*5 blocks/) });
  });

  it('reaches any branch by asking for parents, or stalls', () => {
    const story = fc.record({
      window: fc.integer({ min: 1, max: 8 }),
      matched: fc.integer({ min: 1, max: 15 }),
      forkAt: fc.integer({ min: 0, max: 15 }),
      length: fc.integer({ min: 1, max: 12 }),
    });
    fc.assert(
      fc.property(story, ({ window, matched, forkAt, length }) => {
        const remembered = main.slice(Math.max(0, matched + 1 - window), matched + 1);
        const parent = at(Math.min(forkAt, matched));
        const fork = chainOf('b', length, parent);
        const known = new Map([...main, ...fork].map((header) => [header.hash, header]));
        const target = fork.at(-1) as BlockHeader;
        const result = follow(remembered, target, known, window);
        const oldest = remembered[0]?.number ?? 0;
        if (parent.number >= oldest) {
          expect(result?.at(-1)).toEqual(target);
          // What was kept and what was added are linked.
          result?.slice(1).forEach((header, i) => {
            expect(header.parentHash).toBe(result[i]?.hash);
          });
          expect(result?.length).toBeLessThanOrEqual(window);
        } else {
          // A head far below what is remembered is a node that lags; else nothing may be guessed.
          expect(result === null || result === remembered).toBe(true);
        }
      }),
    );
  });
});

/** Drives the machine as the watch does; null when it stalls. */
function follow(
  from: Ring,
  target: BlockHeader,
  known: ReadonlyMap<string, BlockHeader>,
  window: number,
): Ring | null {
  let branch = [target];
  for (let guard = 0; guard < 100; guard++) {
    const step = decideReorg(from, branch);
    switch (step.kind) {
      case 'none':
        return from;
      case 'stalled':
        return null;
      case 'gap': {
        // The branch's own block with the number that is missing.
        let header = target;
        while (header.number > step.from) header = known.get(header.parentHash) as BlockHeader;
        branch = [header];
        break;
      }
      case 'ask':
        branch = [known.get(step.parentHash) as BlockHeader, ...branch];
        break;
      case 'advance': {
        const { ancestor, added } = step;
        const oldest = ancestor.number + added.length - window + 1;
        const next = advanceRing(from, { ancestor: ancestor.number, added, oldest });
        if (next.at(-1)?.hash === target.hash) return next;
        return follow(next, target, known, window);
      }
    }
  }
  throw new Error('It never stops asking for parents.');
}

describe('headerAt', () => {
  it('knows what the ring remembers and nothing else', () => {
    expect(headerAt(ring, 10)).toBe(ring[0]);
    expect(headerAt(ring, 14)).toBe(ring[4]);
    expect(headerAt(ring, 9)).toBeUndefined();
    expect(headerAt(ring, 15)).toBeUndefined();
  });
});
