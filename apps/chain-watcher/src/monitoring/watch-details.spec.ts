import type { ProviderStatus } from '@daybook/chains';
import { type ChainHeadV1, parseChainHead } from '@daybook/contracts';
import { newsOf, type WatchFacts, watchDetails } from './watch-details';
import { createWatchMemory } from './watch-memory';

const NOW = Date.UTC(2026, 0, 1);

const provider: ProviderStatus = {
  ...{ name: 'node', state: 'ok', detail: null, score: 12, lastHead: 100, questions: 5 },
  errors: {
    ...{ limited: 0, silent: 2, unreachable: 0, refused: 0 },
    ...{ 'invalid-block': 1, 'wrong-chain': 0 },
  },
  ...{ announcements: null, budget: null, notes: [] },
};

function facts(change: Partial<WatchFacts> = {}): WatchFacts {
  return {
    ...{ head: { time: NOW / 1_000 - 5 }, secondsLeft: 10.2 },
    ...{ rescans: { open: 1, blocksLeft: 30 }, checked: { from: 5, to: 90 }, unscanned: [] },
    ...{ blocksInQuarantine: 0, gaps: 0, providers: [provider], unpublished: null },
    reconciliation: { readsPerMinute: 2_000, checked: 0, notChecked: 0, sweepSeconds: null },
    recalled: createWatchMemory(() => NOW).recalled(),
    ...change,
  };
}

/** The details as the ledger reads them from a report. */
function reported(change?: Partial<WatchFacts>): NonNullable<ChainHeadV1['watch']> {
  const head: ChainHeadV1 = {
    ...{ chain: 'eip155:1', latest: 100, matched: 90, finalized: 80, state: 'following' },
    ...{ detail: null, observedAt: new Date(NOW).toISOString() },
    watch: watchDetails(facts(change)),
  };
  return parseChainHead(JSON.stringify(head)).watch as NonNullable<ChainHeadV1['watch']>;
}

describe('the details of a watch', () => {
  it('say how old the tip is, what is left, and what was never scanned', () => {
    const unscanned = [
      { from: 7, to: 7 },
      { from: 20, to: 31 },
    ];
    expect(reported({ unscanned })).toMatchObject({
      ...{ newestBlockAt: '2025-12-31T23:59:55.000Z', secondsLeft: 11 },
      gapCheck: { from: 5, to: 90, unscanned: 13, ranges: unscanned },
    });
  });

  it('say what each provider did, without the errors that never happened', () => {
    const budget = { callsToday: 9, callsPerDay: null };
    const notes = [{ topic: 'call-budget', state: 'fine', sentence: 'Enough.' }] as const;
    const { providers } = reported({ providers: [{ ...provider, budget, notes }] });
    expect(providers).toEqual([
      {
        ...{ name: 'node', state: 'ok', detail: null, score: 12, lastHead: 100, questions: 5 },
        errors: [
          { kind: 'silent', count: 2 },
          { kind: 'invalid-block', count: 1 },
        ],
        ...{ announcements: null, budget, notes },
      },
    ]);
  });

  it('are unknown before a node answers and before anything is final', () => {
    const before = reported({ head: null, secondsLeft: null, checked: null, providers: [] });
    expect(before).toMatchObject({ newestBlockAt: null, secondsLeft: null, gapCheck: null });
  });

  it.each([-1, 1e15, Number.NaN])('survive a header that claims the time %d', (time) => {
    expect(reported({ head: { time } }).newestBlockAt).toBeNull();
  });

  it('stay small and storable, whatever nodes say and however much there is', () => {
    const long = `zero \0 half \ud800 ${'😀'.repeat(1_000)}`;
    const note = { topic: long, state: 'wrong', sentence: long } as const;
    const hostile = {
      ...{ ...provider, state: 'failing', detail: long, announcements: long },
      notes: Array(50).fill(note),
    } as const;
    const unscanned = Array.from({ length: 500 }, (_, i) => ({ from: 2 * i, to: 2 * i }));
    const details = reported({
      ...{ secondsLeft: Number.POSITIVE_INFINITY, unscanned },
      providers: Array(50).fill(hostile),
      unpublished: { message: long, since: NOW },
    });
    expect(JSON.stringify(details).length).toBeLessThan(500_000);
    expect(JSON.stringify(details)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(details.gapCheck).toMatchObject({ unscanned: 500, ranges: { length: 20 } });
    expect(details.providers[0]?.detail).toMatch(/^zero {3}half {3}😀+…$/u);
  });
});

describe('what is reported soon', () => {
  const news = (change: Partial<WatchFacts> = {}) => newsOf(watchDetails(facts(change)));

  it('is a provider that fails, a dead WebSocket, silence of the log, and the quarantine', () => {
    const before = news();
    expect(news({ providers: [{ ...provider, state: 'failing' }] })).not.toEqual(before);
    expect(news({ providers: [{ ...provider, announcements: 'It is down.' }] })).not.toEqual(
      before,
    );
    expect(news({ unpublished: { message: 'down', since: NOW } })).not.toEqual(before);
    expect(news({ blocksInQuarantine: 1 })).not.toEqual(before);
    expect(news({ unscanned: [{ from: 7, to: 7 }] })).not.toEqual(before);
  });

  it('is nothing that changes all the time', () => {
    const busy = { ...provider, score: 99, questions: 77, lastHead: 101 };
    expect(news({ providers: [busy], head: { time: NOW / 1_000 }, secondsLeft: 1 })).toEqual(
      news(),
    );
  });
});
