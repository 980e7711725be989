import { confirmationsOf, type Head } from './heads';

const HEAD: Head = { latest: 120, matched: 118, finalized: 60, isPaused: false };
const depth = { kind: 'depth', confirmations: 12 } as const;

describe('confirmations', () => {
  it('count the block that includes the transfer as the first', () => {
    expect(confirmationsOf(120, HEAD, depth)).toMatchObject({ current: 1 });
    expect(confirmationsOf(109, HEAD, depth)).toEqual({
      ...{ current: 12, required: 12, policy: 'depth:12' },
    });
  });

  it('say for which tag a transfer waits', () => {
    expect(confirmationsOf(119, HEAD, { kind: 'tag', tag: 'finalized' })).toEqual({
      ...{ current: 2, required: null, policy: 'tag:finalized' },
    });
  });

  it('are one at least, because the head may be reported later than the block', () => {
    expect(confirmationsOf(123, HEAD, depth)).toMatchObject({ current: 1 });
  });

  it('are as many as have made it final, because the head may be reported later than that', () => {
    expect(confirmationsOf(110, HEAD, depth, 'depth:12')).toMatchObject({ current: 12 });
    expect(confirmationsOf(100, HEAD, depth, 'depth:12')).toMatchObject({ current: 21 });
    expect(confirmationsOf(110, HEAD, depth, 'tag:finalized')).toMatchObject({ current: 11 });
  });

  it('are unknown without a block, a head or a policy', () => {
    expect(confirmationsOf(null, HEAD, depth)).toBeNull();
    expect(confirmationsOf(1, undefined, depth)).toBeNull();
    expect(confirmationsOf(1, HEAD, null)).toBeNull();
  });
});
