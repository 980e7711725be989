import fc from 'fast-check';
import * as a from '../testing/a';
import { RUNS } from '../testing/runs';
import { NO_FIGURES, postFigures } from './books';
import { fold } from './decider';
import { DomainError } from './errors';
import { postings } from './events';
import { finding, isNewer } from './finding';
import type { FindingCommand, FindingEvent, FindingState, Observation } from './finding-event';
import { postingViolations } from './invariants';

const { asset } = a.transfer();
const balance = { ...a.parties, chain: 'eip155:1', address: a.address, asset } as const;

interface Seen {
  readonly observed: Observation;
  readonly onChain: bigint;
  readonly recorded: bigint;
}

/** What a reader of balances finds, block after block; some blocks are read twice. */
const observations: fc.Arbitrary<readonly Seen[]> = fc
  .array(fc.tuple(fc.nat(2), fc.bigInt(0n, 3n), fc.bigInt(0n, 3n)), { minLength: 1, maxLength: 8 })
  .map((read) => {
    let number = 100;
    return read.map(([step, onChain, recorded], second) => {
      number += step;
      const at = new Date(Date.UTC(2025, 0, 2, 3, 0, second)).toISOString();
      return { observed: a.observation(number, at), onChain, recorded };
    });
  });

const delivered = observations.chain((read) =>
  fc.record({
    read: fc.constant(read),
    // In any order and repeatedly, each at least once.
    order: fc
      .tuple(
        fc.shuffledSubarray([...read.keys()], { minLength: read.length }),
        fc.array(fc.nat(read.length - 1), { maxLength: 6 }),
      )
      .map(([once, more]) => [...once, ...more]),
  }),
);

/** The caller keeps the newest observation, also of those without a difference. */
function deliver(read: readonly Seen[], order: readonly number[]) {
  let state: FindingState = finding.initialState;
  let latest: Observation | null = null;
  const history: FindingEvent[] = [];
  for (const index of order) {
    const { observed, onChain, recorded } = read[index] as Seen;
    const facts = { latest, balancedAt: null };
    const command = { type: 'RecordDifference', ...balance, onChain, recorded, observed, facts };
    const events = finding.decide(command as FindingCommand, state);
    history.push(...events);
    state = fold(finding, events, state);
    if (isNewer(observed, latest)) latest = observed;
  }
  return { state, history };
}

const differenceIn = (state: FindingState) =>
  state.status === 'open' ? BigInt(state.difference) : 0n;

describe('observations of a balance', () => {
  it('in any order and repeatedly lead to what the newest one shows', () => {
    fc.assert(
      fc.property(delivered, ({ read, order }) => {
        const { onChain, recorded } = read.at(-1) as Seen;
        expect(differenceIn(deliver(read, order).state)).toBe(onChain - recorded);
      }),
      RUNS,
    );
  });

  it('change nothing the second time', () => {
    fc.assert(
      fc.property(delivered, ({ read, order }) => {
        const once = deliver(read, order).history;
        expect(deliver(read, [...order, ...order]).history).toEqual(once);
      }),
      RUNS,
    );
  });
});

const step = fc.oneof(
  fc.record({
    ...{ type: fc.constant('observe'), onChain: fc.bigInt(0n, 9n), recorded: fc.bigInt(0n, 9n) },
    step: fc.nat(1),
  }),
  fc.record({ type: fc.constant('credit'), to: fc.constantFrom('customer', 'account') }),
  fc.record({ type: fc.constant('note') }),
);

it('is opened and closed in turns, and books what it says, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let state: FindingState = finding.initialState;
      let figures = NO_FIGURES;
      let [number, corrected] = [100, 0n];
      for (const [index, taken] of steps.entries()) {
        const before = state;
        let command: FindingCommand;
        const act = { reason: 'a reason', reference: `case-${index}` };
        if ('onChain' in taken) {
          number += taken.step;
          const at = new Date(Date.UTC(2025, 0, 2, 3, 0, index)).toISOString();
          const { onChain, recorded } = taken;
          const observed = a.observation(number, at);
          const facts = { latest: null, balancedAt: null };
          command = {
            ...{ type: 'RecordDifference', ...balance, onChain, recorded, observed, facts },
          };
        } else if ('to' in taken) {
          const difference = before.status === 'absent' ? '1' : before.difference;
          const to = taken.to as 'customer' | 'account';
          const facts = { custody: figures.custody };
          command = { ...{ type: 'CreditFinding', ...act, difference, to, facts } };
        } else command = { type: 'NoteFinding', ...act };
        for (const event of decided(command, state)) {
          const wasOpen = state.status === 'open';
          expect(event.type === 'FindingOpened').toBe(!wasOpen && event.type !== 'FindingClosed');
          for (const posting of postings(event)) {
            expect(postingViolations(posting)).toEqual([]);
            figures = postFigures(figures, posting);
          }
          if (event.type === 'FindingClosed') corrected += BigInt(event.data.moved);
          state = finding.evolve(state, event);
        }
        expect(figures.custody).toBe(corrected);
        expect(figures.custody).toBe(figures.claimCustomer + figures.claimAccount);
        expect(figures.custody >= 0n).toBe(true);
        if (state.status !== 'absent') expect(state.corrected).toBe(corrected);
      }
    }),
    RUNS,
  );
});

function decided(command: FindingCommand, state: FindingState): readonly FindingEvent[] {
  try {
    return finding.decide(command, state);
  } catch (error) {
    if (error instanceof DomainError) return [];
    throw error;
  }
}
