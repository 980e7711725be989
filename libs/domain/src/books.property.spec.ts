import fc from 'fast-check';
import * as a from '../testing/a';
import { lives } from '../testing/lives';
import { RUNS } from '../testing/runs';
import { decideTwice } from '../testing/specification';
import { fold } from './decider';
import { addFigures, figuresDelta, NO_FIGURES, type PurseFigures } from './figures';
import {
  assetViolations,
  creditViolations,
  figuresViolations,
  lineViolations,
  postFigures,
  postingViolations,
  purseOf,
  trialBalance,
  trialBalanceViolations,
} from './invariants';
import { type Posting, postings } from './postings';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';

const decision: fc.Arbitrary<ReplenishmentCommand> = fc.record({
  type: fc.constant('ResolveCompliance'),
  accountId: fc.constant(a.parties.accountId),
  decision: fc.constantFrom('approved', 'declined'),
  facts: fc.constant(a.ownerFacts()),
});

/** Most steps are a report, some a decision. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: decision },
);

/**
 * The log of several transfers to two purses of one account, some of them screened: each step takes
 * the next report of one of the lives, or decides its screening.
 */
const logs = fc
  .tuple(
    fc.array(lives(fc.boolean()), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(fc.nat(3), step), { maxLength: 40 }),
  )
  .map(([told, steps]) => {
    const streams = told.map((life) => ({ life: [...life], history: [] as ReplenishmentEvent[] }));
    const log: ReplenishmentEvent[] = [];
    for (const [index, resolution] of steps) {
      const stream = streams[index % streams.length];
      const command = resolution ?? stream?.life.shift();
      if (stream === undefined || command === undefined) continue;
      const events = decideOrRefuse(stream.history, command);
      stream.history = [...stream.history, ...events];
      log.push(...events);
    }
    return log;
  });

function decideOrRefuse(history: readonly ReplenishmentEvent[], command: ReplenishmentCommand) {
  try {
    return decideTwice(replenishment, history, command);
  } catch (error) {
    expect(error).toMatchObject({ name: 'DomainError' });
    return [];
  }
}

function figuresByPurse(log: readonly ReplenishmentEvent[]): Map<string, PurseFigures> {
  const figures = new Map<string, PurseFigures>();
  for (const event of log) {
    const change = figuresDelta(event);
    if (change === null) continue;
    const key = `${change.key.purseId}/${change.key.asset}`;
    figures.set(key, addFigures(figures.get(key) ?? NO_FIGURES, change.delta));
  }
  return figures;
}

/** The same figures from the journal alone: what an auditor derives without knowing `figures.ts`. */
function figuresByJournal(journal: readonly Posting[]): Map<string, PurseFigures> {
  const figures = new Map<string, PurseFigures>();
  for (const posting of journal) {
    const key = `${purseOf(posting)}/${posting.asset}`;
    figures.set(key, postFigures(figures.get(key) ?? NO_FIGURES, posting));
  }
  return figures;
}

describe('the books of any log', () => {
  it('are of logs in which everything happens', () => {
    const events = fc.sample(logs, RUNS).flat();
    const happened = events.map(({ type, data }) =>
      'credit' in data ? `${type} ${data.credit?.to}` : type,
    );
    expect(new Set(happened)).toEqual(
      new Set([
        'ReplenishmentSeen',
        'ReplenishmentDropped',
        'ReplenishmentDetected',
        'ReplenishmentRejected',
        'ComplianceCheckStarted',
        'ReplenishmentConfirmed customer',
        'ReplenishmentConfirmed account',
        'ReplenishmentConfirmed suspense',
        'ReplenishmentDeclined suspense',
        'ReplenishmentReverted customer',
        'ReplenishmentReverted account',
        'ReplenishmentReverted suspense',
        'ReplenishmentReverted undefined',
      ]),
    );
  });

  it('balance per asset and break no rule, at every position', () => {
    fc.assert(
      fc.property(logs, (log) => {
        for (let position = 0; position <= log.length; position += 1) {
          const journal = log.slice(0, position).flatMap(postings);
          expect(journal.flatMap(postingViolations)).toEqual([]);
          const balances = trialBalance(journal);
          expect(trialBalanceViolations(balances)).toEqual([]);
          expect(assetViolations(balances)).toEqual([]);
          for (const [subject, figures] of figuresByPurse(log.slice(0, position))) {
            expect(figuresViolations(subject, figures)).toEqual([]);
          }
        }
      }),
      RUNS,
    );
  });

  it('give the same figures as the events', () => {
    fc.assert(
      fc.property(logs, (log) => {
        expect(figuresByJournal(log.flatMap(postings))).toEqual(figuresByPurse(log));
      }),
      RUNS,
    );
  });

  it('say after each line what the line before and the posting lead to', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const figures = new Map<string, PurseFigures>();
        for (const event of log) {
          const change = figuresDelta(event);
          for (const posting of postings(event)) {
            const key = `${purseOf(posting)}/${posting.asset}`;
            const before = figures.get(key) ?? NO_FIGURES;
            const after = addFigures(before, change?.delta ?? NO_FIGURES);
            expect(lineViolations(key, before, posting, after)).toEqual([]);
            figures.set(key, after);
          }
        }
      }),
      RUNS,
    );
  });

  it('credit each replenishment once while it is credited, and never twice', () => {
    fc.assert(
      fc.property(lives(fc.boolean()), (life) => {
        let history: readonly ReplenishmentEvent[] = [];
        for (const command of life) {
          history = [...history, ...decideOrRefuse(history, command)];
          const moved = history.flatMap(postings);
          const inward = moved.filter(({ debit }) => debit.kind === 'custody/purse').length;
          const state = fold(replenishment, history);
          const isCredited = state.status === 'confirmed' || state.status === 'declined';
          expect(creditViolations('life', 2 * inward - moved.length, isCredited)).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('never lessen throughput, reversals or receipts', () => {
    fc.assert(
      fc.property(logs, (log) => {
        for (const { delta } of log.map(figuresDelta).filter((change) => change !== null)) {
          expect(delta.received >= 0n && delta.reversed >= 0n && delta.receipts >= 0n).toBe(true);
        }
      }),
      RUNS,
    );
  });
});
