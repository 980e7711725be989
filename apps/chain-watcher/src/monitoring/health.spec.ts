import type { Chain } from '@daybook/chains';
import { judge, type Observation } from './health';

const NOW = 1_700_000_000_000;
const chain: Chain = {
  id: 'eip155:1',
  family: 'evm',
  name: 'Ethereum',
  blockTimeMs: 12_000,
  finality: { kind: 'depth', confirmations: 3 },
  thresholds: [],
  minimumFinality: null,
  reorgWindow: 64,
};
const onDemand = { ...chain, blockTimeMs: null };

/** A watch that is up to date; tests name what differs. */
function seen(change: Partial<Observation> = {}): Observation {
  return {
    head: { number: 100, hash: '', parentHash: '', time: NOW / 1000 - 5 },
    advancedAt: NOW - 5_000,
    matched: 100,
    stalled: null,
    trouble: null,
    blocksToRescan: 0,
    missing: null,
    ...{ tagUnknownSince: null, tagStanding: null },
    ...{ quarantined: null, unscanned: [], blocksPerSecond: null },
    ...{ disagreement: null, isAlone: false, withheldSince: null },
    ...change,
  };
}

describe('judge', () => {
  it('calls a watch near the head following', () => {
    expect(judge(chain, seen({ matched: 90 }), NOW)).toEqual({ state: 'following', detail: null });
  });

  it('calls a watch far from the head catching up', () => {
    expect(judge(chain, seen({ matched: 10 }), NOW)).toEqual({
      state: 'catching-up',
      detail: '90 blocks to match.',
    });
  });

  it('says how long a catch-up takes, when that is known', () => {
    const detail = (blocksPerSecond: number) =>
      judge(chain, seen({ matched: 0, blocksPerSecond }), NOW).detail;
    expect(detail(9.6)).toBe('100 blocks to match, 10 a second, about 11 s left.');
    expect(detail(0.5)).toBe('100 blocks to match, 1 a second, about 4 min left.');
  });

  it('stops at a block in quarantine, and says which', () => {
    const quarantined = { number: 101, hash: '0xab', reason: 'A receipt is missing.' };
    expect(judge(chain, seen({ quarantined }), NOW)).toEqual({
      state: 'stalled',
      detail:
        'Block 101 (0xab) is in quarantine: A receipt is missing. "npx daybook watch block 101" shows how to resolve it.',
      publicDetail: 'Block 101 is in quarantine.',
    });
  });

  it('names the heights that nobody scanned', () => {
    const unscanned = [
      { from: 7, to: 7 },
      { from: 20, to: 31 },
    ];
    expect(judge(chain, seen({ unscanned }), NOW)).toEqual({
      state: 'stalled',
      detail:
        'Blocks were never scanned: 7, 20 to 31. "npx daybook watch rescan --from 7" scans them.',
    });
  });

  it('calls a watch with many blocks to scan again catching up', () => {
    expect(judge(chain, seen({ blocksToRescan: 1_000 }), NOW).state).toBe('following');
    expect(judge(chain, seen({ blocksToRescan: 1_001 }), NOW)).toEqual({
      state: 'catching-up',
      detail: '1001 blocks to match again.',
    });
  });

  it('reports a node that does not show the blocks of a rescan', () => {
    const range = { from: 5, to: 9 };
    const missing = (ms: number) => seen({ missing: { ...range, since: NOW - ms } });
    expect(judge(chain, missing(299_000), NOW).state).toBe('following');
    expect(judge(chain, missing(301_000), NOW)).toMatchObject({
      state: 'stalled',
      detail: expect.stringContaining('does not show blocks 5 to 9'),
    });
  });

  it('passes over one question that was not answered, not over many', () => {
    const trouble = { message: 'It cannot be reached.', since: NOW - 1_000 };
    expect(judge(chain, seen({ trouble }), NOW).state).toBe('following');
    expect(judge(chain, seen({ trouble }), NOW + 10_000)).toEqual({
      state: 'stalled',
      detail: 'It cannot be reached.',
    });
  });

  it('says at once when a node cannot be reached at the start', () => {
    const trouble = { message: 'It cannot be reached.', since: NOW };
    expect(judge(chain, seen({ head: null, trouble }), NOW).state).toBe('stalled');
    expect(judge(chain, seen({ head: null }), NOW).state).toBe('catching-up');
  });

  it('reports a node that answers and shows no new block', () => {
    const silent = seen({ advancedAt: NOW - 301_000 });
    expect(judge(chain, silent, NOW)).toMatchObject({
      state: 'stalled',
      detail: 'The node has shown no new block for 301 s.',
    });
    expect(judge(chain, seen({ advancedAt: NOW - 299_000 }), NOW).state).toBe('following');
    const fast = { ...chain, blockTimeMs: 250 };
    expect(judge(fast, seen({ advancedAt: NOW - 31_000 }), NOW).state).toBe('stalled');
  });

  it('is not kept catching up by a head that nobody shows the blocks of, and reports it when it lasts', () => {
    const head = { number: 2 ** 53 - 1, hash: '', parentHash: '', time: 0 };
    const claimed = seen({ head, withheldSince: NOW - 1_000 });
    expect(judge(onDemand, claimed, NOW)).toEqual({ state: 'following', detail: null });
    expect(judge(onDemand, claimed, NOW + 30_000)).toMatchObject({
      state: 'stalled',
      detail: expect.stringMatching(/claims block 9007199254740991, but does not show block 101/),
    });
  });

  it('says that one of several providers is believed alone', () => {
    expect(judge(chain, seen({ isAlone: true }), NOW)).toMatchObject({
      state: 'following',
      detail: expect.stringContaining('Only one of the providers answers'),
    });
  });

  it('reports a node that is still synchronising', () => {
    const head = { number: 100, hash: '', parentHash: '', time: NOW / 1000 - 7_200 };
    expect(judge(chain, seen({ head }), NOW)).toMatchObject({
      state: 'stalled',
      detail: expect.stringContaining('120 min old'),
    });
  });

  it('does not count silence as a fault on a chain with blocks on demand', () => {
    const head = { number: 100, hash: '', parentHash: '', time: 0 };
    expect(judge(onDemand, seen({ head, advancedAt: 0 }), NOW).state).toBe('following');
  });

  it('reports a node that never says what is final', () => {
    expect(judge(chain, seen({ tagUnknownSince: NOW - 60_000 }), NOW).state).toBe('following');
    expect(judge(chain, seen({ tagUnknownSince: NOW - 301_000 }), NOW)).toMatchObject({
      state: 'stalled',
      detail: expect.stringContaining('no transfer becomes final'),
    });
  });

  it('says that a tag stands still, which is no outage', () => {
    const standing = (minutes: number) =>
      seen({ tagStanding: { tag: 'finalized', number: 36, since: NOW - minutes * 60_000 } });
    expect(judge(chain, standing(20), NOW)).toEqual({ state: 'following', detail: null });
    expect(judge(chain, standing(21), NOW)).toEqual({
      state: 'following',
      detail: expect.stringMatching(/^The finalized block has been 36 for 21 min/),
    });
  });

  it('reports a stalled chain before everything else', () => {
    expect(judge(chain, seen({ stalled: 'Too deep.' }), NOW)).toEqual({
      state: 'stalled',
      detail: 'Too deep.',
    });
  });
});
