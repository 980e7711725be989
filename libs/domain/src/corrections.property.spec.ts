import fc from 'fast-check';
import * as a from '../testing/a';
import { figuresModel } from '../testing/figures-model';
import { RUNS } from '../testing/runs';
import { decideTwice } from '../testing/specification';
import { adjustment } from './adjustment';
import { addFigures, type Figures, NO_FIGURES, ownerOf, type Posting, postFigures } from './books';
import { customerTransfer } from './customer-transfer';
import { DomainError } from './errors';
import type { DomainEvent } from './events';
import { postings } from './events';
import {
  eventViolations,
  figuresViolations,
  floorAfter,
  lineViolations,
  postingViolations,
} from './invariants';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import {
  assetViolations,
  balanceViolations,
  postToTrialBalance,
  type TrialBalance,
} from './trial-balance';

/** What people do with claims, in any order, next to deposits that the chain may take back. */

const { accountId } = a.parties;
const scale = { currency: 'USDT_ETH', decimals: 6 };
const PEOPLE = ['first', 'second', 'third'] as const;
const known = a.owner({ accountId });

const person = fc.constantFrom(...PEOPLE);
const amount = fc.bigInt({ min: 1n, max: 12n });

const step = fc.oneof(
  fc.record({ do: fc.constant('deposit' as const), who: person, amount, blocked: fc.boolean() }),
  fc.record({ do: fc.constant('revert' as const), of: fc.nat(30) }),
  fc.record({ do: fc.constant('release' as const), of: fc.nat(30) }),
  fc.record({
    ...{ do: fc.constant('adjust' as const), who: fc.option(person), amount },
    direction: fc.constantFrom('credit' as const, 'debit' as const, 'debit' as const),
    forced: fc.constantFrom(false, false, false, true),
    // Some are repeats.
    reference: fc.nat(40),
  }),
  fc.record({ do: fc.constant('transfer' as const), from: person, to: person, amount }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A log in the making, and what is available of each claim: read in the turn of each debit. */
function logOf(steps: readonly Step[]) {
  const log: DomainEvent[] = [];
  const deposits: ReplenishmentEvent[][] = [];
  const adjustments = new Map<number, DomainEvent>();
  const available = (customerId: string | null) => {
    let sum = 0n;
    for (const posting of log.flatMap(postings)) {
      const { claimCustomer, claimAccount } = postFigures(NO_FIGURES, posting);
      if (customerId === null) sum += claimAccount;
      else if (posting.customerId === customerId) sum += claimCustomer;
    }
    return sum;
  };
  /** Appends what is decided; a refusal changes nothing. */
  function attempt<Event extends DomainEvent>(decide: () => readonly Event[]): readonly Event[] {
    try {
      const events = decide();
      log.push(...events);
      return events;
    } catch (error) {
      expect(error).toBeInstanceOf(DomainError);
      return [];
    }
  }
  for (const [n, each] of steps.entries()) {
    const said = { reason: 'a test', reference: `case-${n}` };
    switch (each.do) {
      case 'deposit': {
        const parties = { accountId, customerId: each.who, purseId: `purse of ${each.who}` };
        const report = { version: 1, status: 'final', amount: each.amount } as const;
        const facts = { parties, customerBlocked: each.blocked };
        const command = a.recordTransfer({ ...report, txHash: `0x${n}` }, facts);
        deposits.push([...attempt(() => decideTwice(replenishment, [], command))]);
        break;
      }
      case 'revert': {
        const history = deposits[each.of % Math.max(1, deposits.length)];
        if (history === undefined) break;
        const report = { version: n + 2, status: 'reverted' } as const;
        const command = a.recordTransfer(report, {
          parties: history[0]?.data ?? a.parties,
        });
        history.push(...attempt(() => decideTwice(replenishment, [...history], command)));
        break;
      }
      case 'release': {
        const history = deposits[each.of % Math.max(1, deposits.length)];
        if (history === undefined) break;
        const facts = { customerBlocked: false, available: available(null), scale };
        const command = { type: 'ReleaseToCustomer', accountId, ...said, facts } as const;
        history.push(...attempt(() => decideTwice(replenishment, [...history], command)));
        break;
      }
      case 'adjust': {
        const { who: customerId, direction, forced, reference } = each;
        const facts = { customer: known, purse: null, available: available(customerId), scale };
        const [event] = attempt(() =>
          decideTwice(adjustment, [adjustments.get(reference)].filter(isAdjustment), {
            ...{ type: 'MakeAdjustment', accountId, customerId, purseId: null, asset: a.usdt },
            ...{ amount: `${each.amount}`, direction, forced, reason: 'a test' },
            ...{ reference: `adjustment-${reference}`, facts },
          }),
        );
        if (event !== undefined) adjustments.set(reference, event);
        break;
      }
      case 'transfer': {
        const { from, to } = each;
        const facts = { from: known, to: known, available: available(from), scale };
        attempt(() =>
          decideTwice(customerTransfer, [], {
            ...{ type: 'MakeCustomerTransfer', accountId, fromCustomerId: from, toCustomerId: to },
            ...{ asset: a.usdt, amount: `${each.amount}`, ...said, facts },
          }),
        );
      }
    }
  }
  return log;
}

function isAdjustment(
  event: DomainEvent | undefined,
): event is Extract<DomainEvent, { type: 'AdjustmentMade' }> {
  return event?.type === 'AdjustmentMade';
}

const logs = fc.array(step, { maxLength: 40, size: 'max' }).map(logOf);

const sumOf = (log: readonly DomainEvent[]) =>
  log
    .flatMap(postings)
    .map((posting) => postFigures(NO_FIGURES, posting))
    .reduce(addFigures, NO_FIGURES);

describe('corrections in any mix', () => {
  it('are all there', () => {
    const types = fc.sample(logs, RUNS).flatMap((log) => log.map(({ type }) => type));
    expect(new Set(types)).toEqual(
      new Set([
        ...['ReplenishmentDetected', 'ReplenishmentConfirmed', 'ReplenishmentReverted'],
        ...['ReplenishmentReleasedToCustomer', 'AdjustmentMade', 'CustomerTransferMade'],
      ]),
    );
  });

  it('leave the books balanced, and break no rule at any position', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const trial: TrialBalance = new Map();
        const figures = new Map<string, Figures>();
        const broken: unknown[] = [];
        for (const event of log) {
          const posted: readonly Posting[] = postings(event);
          for (const posting of posted) {
            postToTrialBalance(trial, posting);
            const before = figures.get(ownerOf(posting)) ?? NO_FIGURES;
            const after = postFigures(before, posting);
            figures.set(ownerOf(posting), after);
            broken.push(
              ...postingViolations(posting),
              ...lineViolations('line', before, posting, after),
              ...figuresViolations('figures', after, floorAfter(before, posting, after)),
              // What was taken back before made it negative, and no debit has been accepted since.
              ...balanceViolations(posting, trial),
            );
          }
          broken.push(...eventViolations('event', posted), ...assetViolations(trial));
        }
        expect(broken).toEqual([]);
      }),
      RUNS,
    );
  });

  it('lead to the figures that follow from the events', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const figures = new Map<string, Figures>();
        for (const posting of log.flatMap(postings)) {
          const key = `${ownerOf(posting)} ${posting.asset}`;
          figures.set(key, postFigures(figures.get(key) ?? NO_FIGURES, posting));
        }
        expect(figures).toEqual(figuresModel(log));
      }),
      RUNS,
    );
  });

  it('leave the sum over all customers as it was when one transfers to another', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const withoutTransfers = log.filter(({ type }) => type !== 'CustomerTransferMade');
        expect(sumOf(log)).toEqual(sumOf(withoutTransfers));
      }),
      RUNS,
    );
  });
});
