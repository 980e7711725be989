import fc from 'fast-check';
import * as a from '../testing/a';
import { figuresModel } from '../testing/figures-model';
import { lives } from '../testing/lives';
import { RUNS } from '../testing/runs';
import { decideTwice } from '../testing/specification';
import { type Figures, NO_FIGURES, ownerOf, type Posting, postFigures } from './books';
import { fold } from './decider';
import { postings } from './events';
import {
  creditViolations,
  eventViolations,
  figuresViolations,
  floorAfter,
  lineViolations,
  postingViolations,
} from './invariants';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import {
  assetViolations,
  balanceViolations,
  postToTrialBalance,
  type TrialBalance,
} from './trial-balance';

const decision: fc.Arbitrary<ReplenishmentCommand> = fc.record({
  type: fc.constant('ResolveCompliance'),
  accountId: fc.constant(a.parties.accountId),
  decision: fc.constantFrom(a.passed, a.refused),
  facts: fc.constantFrom(a.ownerFacts(), a.ownerFacts({ purseStatus: 'archived' })),
});

/** What operators do to credits. Few references, so that some are repeats. */
const act: fc.Arbitrary<ReplenishmentCommand> = fc
  .record({
    type: fc.constantFrom(
      ...(['VoidReplenishment', 'CreditReplenishment', 'ResolveHeld'] as const),
    ),
    reference: fc.nat(20),
    customerBlocked: fc.boolean(),
    to: fc.constantFrom('customer', 'account'),
  })
  .map(({ type, reference, customerBlocked, to }) => {
    const said = { ...a.act, reference: `case-${reference}` };
    const { accountId } = a.parties;
    if (type === 'VoidReplenishment') return { type, ...said, facts: { custody: 10n ** 30n } };
    const facts = { customerBlocked };
    if (type === 'CreditReplenishment') return { type, ...said, facts };
    return { type, ...said, accountId, to, by: 'operator' as const, facts };
  });

/** Most steps are a report, some a decision or an act. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: decision },
  { weight: 2, arbitrary: act },
);

/**
 * The log of several transfers to two purses of one account, some of them screened: each step takes
 * the next report of one of the lives, or decides its screening.
 */
const logs = fc
  .tuple(
    fc.array(lives(fc.boolean()), { minLength: 1, maxLength: 4 }),
    // Long enough that operators meet what is credited.
    fc.array(fc.tuple(fc.nat(3), step), { maxLength: 40, size: 'max' }),
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

/** The figures by `<owner> <asset>` that a journal leads to. */
function figuresByJournal(journal: readonly Posting[]): Map<string, Figures> {
  const figures = new Map<string, Figures>();
  for (const posting of journal) {
    const key = `${ownerOf(posting)} ${posting.asset}`;
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
        'ComplianceCheckStarted suspense',
        'ReplenishmentConfirmed customer',
        'ReplenishmentConfirmed account',
        'ReplenishmentDeclined suspense',
        'ReplenishmentHeld suspense',
        'ReplenishmentReleased customer',
        'ReplenishmentReleased account',
        'ReplenishmentReverted customer',
        'ReplenishmentReverted account',
        'ReplenishmentReverted suspense',
        'ReplenishmentReverted undefined',
        'ReplenishmentVoided customer',
        'ReplenishmentVoided account',
        'ReplenishmentVoided suspense',
        'ReplenishmentReportNoted',
        'ReplenishmentVersionNoted',
      ]),
    );
  });

  it('balance per asset and break no rule, at every position', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const trial: TrialBalance = new Map();
        for (const [position, event] of log.entries()) {
          const posted = postings(event);
          for (const posting of posted) {
            postToTrialBalance(trial, posting);
            expect(postingViolations(posting)).toEqual([]);
            expect(balanceViolations(posting, trial)).toEqual([]);
          }
          expect(eventViolations('event', posted)).toEqual([]);
          expect(assetViolations(trial)).toEqual([]);
          const figures = figuresByJournal(log.slice(0, position + 1).flatMap(postings));
          for (const [subject, held] of figures) {
            expect(figuresViolations(subject, held)).toEqual([]);
          }
        }
      }),
      RUNS,
    );
  });

  it('give the same figures as the events', () => {
    fc.assert(
      fc.property(logs, (log) => {
        expect(figuresByJournal(log.flatMap(postings))).toEqual(figuresModel(log));
      }),
      RUNS,
    );
  });

  it('say after each line what the line before and the posting lead to', () => {
    fc.assert(
      fc.property(logs, (log) => {
        for (const [index, event] of log.entries()) {
          const before = figuresModel(log.slice(0, index));
          const after = figuresModel(log.slice(0, index + 1));
          for (const posting of postings(event)) {
            const key = `${ownerOf(posting)} ${posting.asset}`;
            const [was, is] = [before.get(key) ?? NO_FIGURES, after.get(key) ?? NO_FIGURES];
            expect(lineViolations(key, was, posting, is)).toEqual([]);
            expect(figuresViolations(key, is, floorAfter(was, posting, is))).toEqual([]);
          }
        }
      }),
      RUNS,
    );
  });

  it('credit each replenishment once while it is credited, and never twice', () => {
    fc.assert(
      fc.property(lives(fc.boolean()), fc.array(fc.option(act)), (life, acts) => {
        let history: readonly ReplenishmentEvent[] = [];
        for (const command of life.flatMap((report, i) => [
          report,
          ...(acts[i] ? [acts[i]] : []),
        ])) {
          history = [...history, ...decideOrRefuse(history, command)];
          // What is released moves no coins.
          const moved = history.flatMap(postings).filter(({ kind }) => kind !== 'resolution');
          const inward = moved.filter(({ kind }) => kind === 'receipt').length;
          const state = fold(replenishment, history);
          const isCredited = ['screening', 'confirmed', 'declined', 'held'].includes(state.status);
          expect(creditViolations('life', 2 * inward - moved.length, isCredited)).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('never decrease throughput, reversals or receipts', () => {
    fc.assert(
      fc.property(logs, (log) => {
        for (const posting of log.flatMap(postings)) {
          const { received, reversed, receipts } = postFigures(NO_FIGURES, posting);
          expect(received >= 0n && reversed >= 0n && receipts >= 0n).toBe(true);
        }
      }),
      RUNS,
    );
  });
});
