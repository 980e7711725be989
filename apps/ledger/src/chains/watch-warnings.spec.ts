import type { ChainHeadV1, WatchDetailsV1 } from '@daybook/contracts';
import { goldenMessage } from '../../../../libs/contracts/testing/golden';
import { watchStateOf } from './chain-heads';
import {
  isUsable,
  publicWatchProblems,
  standsStill,
  watchProblems,
  watchWarnings,
} from './watch-warnings';

const { value } = goldenMessage('daybook.chain-head.v1', 'with-all-that-operators-see');
const golden = value as unknown as Required<Omit<ChainHeadV1, 'quarantine'>>;
const NOW = Date.parse(golden.observedAt) + 2_000;
const [provider] = golden.watch.providers;

const QUIET: WatchDetailsV1 = {
  ...golden.watch,
  ...{ alarms: { count: 0, last: null }, unpublished: null, gaps: 0, blocksInQuarantine: 0 },
  providers: [{ ...(provider as NonNullable<typeof provider>), announcements: null }],
};

/** A chain of which nothing is wrong; tests name what is. */
function head(change: Partial<ChainHeadV1> = {}, watch: Partial<WatchDetailsV1> = {}): ChainHeadV1 {
  const well = {
    ...golden,
    state: 'following',
    detail: null,
    watch: { ...QUIET, ...watch },
  } as const;
  return { ...well, ...change };
}

const only = (change: object) =>
  [{ ...QUIET.providers[0], ...change }] as unknown as WatchDetailsV1['providers'];
const gap = {
  ...{ number: 101, hash: '0xab', isGap: true, since: golden.observedAt },
  ...{ reason: 'A receipt is missing.', answers: [] },
};

describe('what is wrong with the watch of a chain', () => {
  const problems = (it: ChainHeadV1 | undefined, now = NOW) => watchProblems('eip155:1', it, now);

  it('is nothing while it is followed', () => {
    expect(problems(head())).toEqual([]);
    expect(standsStill(head(), NOW)).toBe(false);
  });

  it('is that no watcher has reported it', () => {
    expect(problems(undefined)).toEqual([expect.stringContaining('Start a chain-watcher')]);
  });

  it('is that its watcher is silent, whatever it said last', () => {
    const late = NOW + 60_000;
    expect(problems(head({ state: 'stalled', detail: 'Old.' }), late)).toEqual([
      'The watcher of eip155:1 has not reported for 62 s.',
    ]);
    expect(standsStill(head(), late)).toBe(true);
  });

  it('is a state of its own while its watcher is silent, also while it is paused', () => {
    const paused = head({ paused: { since: golden.observedAt, by: 'operator:1', reason: 'x' } });
    expect([watchStateOf(head(), NOW), watchStateOf(paused, NOW)]).toEqual(['following', 'paused']);
    const late = NOW + 60_000;
    expect([watchStateOf(head(), late), watchStateOf(paused, late)]).toEqual(['silent', 'silent']);
  });

  it('is why it is stalled', () => {
    const stalled = head({ state: 'stalled', detail: 'The node is gone.' });
    expect(problems(stalled)).toEqual(['eip155:1 is stalled: The node is gone.']);
    expect(standsStill(stalled, NOW)).toBe(true);
  });

  it('is a gap, with the command that shows it; all gaps are counted', () => {
    expect(problems(head({ quarantine: [gap, { ...gap, number: 103 }] }, { gaps: 30 }))).toEqual([
      'The content of block 101 and 29 more of eip155:1 is unknown: A receipt is missing. See npx daybook watch block 101',
    ]);
    expect(problems(head({ quarantine: [{ ...gap, isGap: false }] }))).toEqual([]);
  });
});

it('is told to anybody without what the watcher says of it', () => {
  const told = (it: ChainHeadV1, now = NOW) => publicWatchProblems(it, now);
  const paused = { since: golden.observedAt, by: 'operator:1', reason: 'x' };
  expect(told(head())).toEqual([]);
  expect(told(head({ state: 'stalled', detail: 'rented: refused.' }))).toEqual([
    'eip155:1 is stalled: npx daybook chains list says why',
  ]);
  expect(told(head({ state: 'stalled', detail: 'x', paused }))).toEqual([
    'eip155:1 is paused: npx daybook chains list says why',
  ]);
  expect(told(head({ quarantine: [gap] }))).toEqual([
    'eip155:1 has blocks of unknown content: npx daybook chains list',
  ]);
  expect(told(head(), NOW + 60_000)).toEqual(['eip155:1 is silent: its watcher does not report']);
});

describe('what an operator should know', () => {
  it('is nothing of a watcher that works, nor of an older one', () => {
    expect(watchWarnings(head())).toEqual([]);
    const { watch: _, ...older } = head();
    expect(watchWarnings(older)).toEqual([]);
  });

  it('is what a chain says although it is followed', () => {
    const detail = 'The finalized block has been 36 for 21 min.';
    expect(watchWarnings(head({ detail }))).toEqual([detail]);
    expect(watchWarnings(head({ state: 'catching-up', detail }))).toEqual([]);
  });

  it('is the last block of which less was proven', () => {
    expect(watchWarnings(head({}, { alarms: golden.watch.alarms }))).toEqual([
      expect.stringMatching(
        /^Less was proven of 2 blocks .* began at 2025-01-01T00:00:00.000Z; the last is 21543000 \(0x3+\): The hash/,
      ),
    ]);
  });

  it('is that nothing is published', () => {
    const { unpublished } = golden.watch;
    expect(watchWarnings(head({}, { unpublished }))).toEqual([
      expect.stringMatching(
        /not been published since .*: The durable log does not answer\. They are/,
      ),
    ]);
  });

  it.each([
    ['failing', 'It cannot be reached.', /own-node is failing: It cannot be reached\. It is tried/],
    ['stuck', 'Nothing since 7.', /is stuck: Nothing since 7\. Restart its node/],
    ['wrong-chain', null, /is wrong-chain\. Correct its URL/],
    ['constructor', null, /is constructor\. The chain has no other provider\./],
  ])('is a provider that is %s', (state, detail, expected) => {
    expect(watchWarnings(head({}, { providers: only({ state, detail }) }))).toEqual([
      expect.stringMatching(expected),
    ]);
  });

  it('is not a provider that is limited for a moment, but a spent budget', () => {
    const limited = only({ state: 'limited', detail: 'Too many.' });
    expect(watchWarnings(head({}, { providers: limited }))).toEqual([]);
    expect(limited.every(isUsable)).toBe(true);
    const sentence = '99999 of 100000 calls a day were made.';
    const notes = [
      { topic: 'call-budget', state: 'wrong', sentence },
      { topic: 'internal-transactions', state: 'unknown', sentence: 'Not known.' },
    ];
    expect(watchWarnings(head({}, { providers: only({ notes }) }))).toEqual([
      `own-node: ${sentence}`,
    ]);
  });

  it('is a WebSocket that is down', () => {
    const announcements = 'The connection was closed';
    expect(watchWarnings(head({}, { providers: only({ announcements }) }))).toEqual([
      expect.stringMatching(
        /WebSocket of own-node .*: The connection was closed\. Blocks are found/,
      ),
    ]);
  });
});
