import fc from 'fast-check';
import { lastWord, type RecordTransfer, rewoundLives, scatteredLives } from '../testing/lives';
import { RUNS } from '../testing/runs';
import { fold } from './decider';
import { postings } from './events';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import type { ReplenishmentState } from './replenishment-state';
import { rejectionOf } from './transfer';

/** The history that a delivery leads to. After each report there is at most one net credit. */
function deliver(reports: readonly RecordTransfer[]): readonly ReplenishmentEvent[] {
  const history: ReplenishmentEvent[] = [];
  let state = replenishment.initialState;
  let creditsStanding = 0;
  for (const report of reports) {
    const events = replenishment.decide(report, state);
    const after = fold(replenishment, events, state);
    expect(versionOf(after)).toBeGreaterThanOrEqual(versionOf(state));
    for (const { kind } of events.flatMap(postings)) {
      creditsStanding += kind === 'receipt' ? 1 : -1;
    }
    expect(creditsStanding).toBe(isCredited(after) ? 1 : 0);
    history.push(...events);
    state = after;
  }
  return history;
}

const versionOf = (state: ReplenishmentState) => (state.status === 'absent' ? 0 : state.version);
const isCredited = (state: ReplenishmentState) =>
  state.status !== 'absent' && state.credit !== null;

describe('a life that is delivered', () => {
  it('in order with rewinds leaves the same history as without rewinds', () => {
    fc.assert(
      fc.property(rewoundLives, ({ life, delivered }) => {
        expect(deliver(delivered)).toEqual(deliver(life));
      }),
      RUNS,
    );
  });

  it('in any order, in part and repeatedly, ends in exactly one credit iff it ends final', () => {
    fc.assert(
      fc.property(scatteredLives, ({ life, delivered }) => {
        const state = fold(replenishment, deliver(delivered));
        const word = lastWord(life);
        const shows = word && rejectionOf(word.report, word.facts) === null ? word : null;
        expect(isCredited(state)).toBe(shows?.report.status === 'final');
        if (shows === null || state.status === 'absent' || !isCredited(state)) return;
        expect(state.transfer).toEqual(shows.report.content);
        expect(state.parties).toEqual(shows.facts.parties);
        expect(state.block).toEqual(shows.report.block);
      }),
      { ...RUNS, numRuns: 1_000 },
    );
  });

  it('twice in full moves nothing the second time', () => {
    fc.assert(
      fc.property(scatteredLives, ({ delivered }) => {
        const once = deliver(delivered);
        const twice = deliver([...delivered, ...delivered]);
        expect(twice.slice(once.length).flatMap(postings)).toEqual([]);
      }),
      RUNS,
    );
  });
});
