import type { LookUpV1 } from '@daybook/contracts';
import type { Head } from '../chains';
import { type MovementFacts, sentenceOf, whyNone } from './what-became';

const HEAD: Head = { latest: 120, matched: 118, finalized: 60, isPaused: false };
const block = (number: number) => ({ number, hash: '0x1', time: null });

function reason(
  movement: Partial<MovementFacts> = {},
  lookUp: Partial<LookUpV1> = {},
  head: Head | null = HEAD,
) {
  const facts = { isTo: true, isFrom: false, isWatched: true, ...movement };
  const shown = { status: 'included', block: block(100), watch: 'matched', ...lookUp };
  return whyNone(facts, shown, head ?? undefined);
}

describe('why a movement is no replenishment', () => {
  it.each<[string, ReturnType<typeof reason>]>([
    ['not-recorded', reason()],
    ['not-scanned-yet', reason({ isWatched: false })],
    ['not-scanned-yet', reason({}, { block: block(119), watch: 'not-yet' })],
    // The look-up is older than the head.
    ['not-recorded', reason({}, { block: block(118), watch: 'not-yet' })],
    ['not-scanned-yet', reason({}, { watch: 'a word of a later version' }, null)],
    [
      'paused-chain',
      reason({}, { block: block(119), watch: 'not-yet' }, { ...HEAD, isPaused: true }),
    ],
    ['not-recorded', reason({}, {}, { ...HEAD, isPaused: true })],
    ['quarantined-block', reason({}, { watch: 'quarantined' })],
    ['before-watch-start', reason({}, { watch: 'before-start' })],
    ['transaction-failed', reason({}, { status: 'failed' })],
    ['pending', reason({}, { status: 'pending', block: null, watch: null })],
    ['outgoing', reason({ isTo: false, isFrom: true })],
    ['outgoing', reason({ isTo: false, isFrom: true }, { status: 'failed' })],
  ])('is %s', (expected, found) => {
    expect(found).toBe(expected);
  });

  it('is the same of everybody else, whatever is known of the block', () => {
    const others = { isTo: false, isFrom: false };
    const reasons = [
      reason(others),
      reason(others, { status: 'failed' }),
      reason(others, { watch: 'quarantined' }),
      reason(others, { watch: 'before-start' }),
      reason(others, { status: 'pending', block: null, watch: null }),
      reason({ ...others, isWatched: false }, {}, null),
    ];
    expect(new Set(reasons)).toEqual(new Set(['not-yours']));
  });

  it('has a sentence; a reason that is not known has none', () => {
    expect(sentenceOf('not-yours')).toBe('Neither address is a purse of yours.');
    expect(sentenceOf('below-minimum', 'rejected')).toMatch(/^The amount is below .*\/assets\.$/);
    expect(sentenceOf('below-minimum', 'held')).toMatch(/It is held until/);
    expect(sentenceOf('purse-archived', 'held')).toMatch(/waits in suspense/);
    for (const text of [null, 'of a later version', 'constructor', '__proto__']) {
      expect(sentenceOf(text)).toBeNull();
    }
  });
});
