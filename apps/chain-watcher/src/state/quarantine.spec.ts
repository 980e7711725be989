import { aQuarantinedBlock } from '../../testing/watcher-store.contract';
import { becomesGap, gapAfterMs, stillQuarantined } from './quarantine';

describe('becomesGap', () => {
  const chain = { blockTimeMs: 12_000 };
  const block = aQuarantinedBlock(7);
  const joinsAfter = (ms: number, change = {}) =>
    becomesGap({ ...block, ...change }, chain, block.since + ms);

  it('waits ten block times, and at least a minute', () => {
    expect([null, 2_000, 12_000].map((blockTimeMs) => gapAfterMs({ blockTimeMs }))).toEqual([
      60_000, 60_000, 120_000,
    ]);
    expect([119_999, 120_000].map((ms) => joinsAfter(ms))).toEqual([false, true]);
  });

  it('never joins a block whose header is not proven, unless an operator skips it', () => {
    expect(joinsAfter(10_000_000, { headerProven: false })).toBe(false);
    expect(joinsAfter(0, { headerProven: false, decision: 'skip' })).toBe(true);
  });
});

describe('stillQuarantined', () => {
  it('keeps the blocks in quarantine, lowest first', () => {
    const [low, high] = [aQuarantinedBlock(3), aQuarantinedBlock(9)];
    const gap = { ...high, state: 'gap' } as const;
    expect(stillQuarantined([high], [low, gap])).toEqual([low, gap]);
    expect(stillQuarantined([low, gap], [{ ...low, state: 'scanned' }])).toEqual([gap]);
  });
});
