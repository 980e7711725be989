import { header, late, requested, waitingLate } from '../../testing/rescans';
import { blocksLeft, cutAtReorg, openRescans } from './rescan';

describe('cutAtReorg', () => {
  it('leaves the blocks that a reorg replaced to be matched as they arrive', () => {
    const cut = [late(8, 9), late(4, 6), late(1, 2)].map((it) => cutAtReorg(it, header(5)));
    expect(cut).toEqual([
      { ...late(8, 9), state: 'done' },
      { ...late(4, 6), next: 5, hash: '0x5' },
      late(1, 2),
    ]);
    const begun = requested({ state: 'running', from: 4, to: 8, next: 6, hash: '0x6' });
    expect(cutAtReorg(begun, header(5))).toEqual({ ...begun, next: 5, hash: '0x5' });
  });

  it.each([
    waitingLate(),
    requested({ from: 8, to: 9 }),
    requested({ origin: 'ring-reset', state: 'running', from: 8, to: 9, next: 9 }),
  ])('does not touch one that has no blocks above the reorg (%#)', (rescan) => {
    expect(cutAtReorg(rescan, header(5))).toBe(rescan);
  });
});

describe('openRescans', () => {
  it('replaces what changed, adds what is new and leaves out what has ended', () => {
    const [one, two, three] = [late(1, 2), late(4, 5), requested()];
    const moved = { ...two, next: 4, hash: '0x4' };
    const ended = { ...one, state: 'done' as const };
    expect(openRescans([one, two], [moved, ended, three])).toEqual([moved, three]);
  });
});

describe('blocksLeft', () => {
  it('counts down, and for a ring reset up to the head', () => {
    expect(blocksLeft({ ...late(3, 9), next: 5 })).toBe(3);
    expect(blocksLeft(requested())).toBe(2);
    const reset = requested({ origin: 'ring-reset', from: 3, to: 9, next: 7 });
    expect([blocksLeft(reset), blocksLeft({ ...reset, next: 12 })]).toEqual([3, 0]);
  });

  it('is not known before the blocks are, and nothing at the end', () => {
    expect(blocksLeft(waitingLate())).toBeNull();
    expect(blocksLeft(requested({ origin: 'ring-reset', from: null, to: null }))).toBeNull();
    expect(blocksLeft(requested({ state: 'refused' }))).toBe(0);
  });
});
