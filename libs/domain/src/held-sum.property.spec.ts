import fc from 'fast-check';
import * as a from '../testing/a';
import { RUNS } from '../testing/runs';
import { NO_FIGURES, type Posting, postFigures } from './books';
import { fold } from './decider';
import { postings } from './events';
import { type HeldPart, sumFor, sumOfHeld } from './held-sum';
import { replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';

const MINIMUM = 10n;
const asset = a.asset({ minimum: MINIMUM });

/** What happens to one of a few transfers to a purse, or what is done about what is held. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('final' as const), of: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reverted' as const), of: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('void' as const), of: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('credit' as const), of: fc.nat(7) }) },
);
const amounts = fc.array(fc.bigInt({ min: 1n, max: 12n }), { minLength: 8, maxLength: 8 });

/** A log of these transfers, in which what is held is added up as the ledger does. */
class Purse {
  readonly histories: ReplenishmentEvent[][] = [];
  readonly log: ReplenishmentEvent[] = [];
  private readonly heldAt = new Map<number, bigint>();
  private version = 0;

  constructor(private readonly amounts: readonly bigint[]) {
    for (const _ of amounts) this.histories.push([]);
  }

  happen({ what, of }: { readonly what: string; readonly of: number }): void {
    this.version += 1;
    const act = { reason: 'so it is', reference: `case-${this.version}` };
    if (what === 'void') {
      const facts = { custody: 10n ** 9n };
      this.decide(of, { type: 'VoidReplenishment', ...act, facts });
    } else if (what === 'credit') {
      const facts = { customerBlocked: false };
      this.decide(of, { type: 'CreditReplenishment', ...act, facts });
    } else {
      const status = what as 'final' | 'reverted';
      const amount = this.amounts[of] ?? 0n;
      const about = { version: this.version, status, amount, ordinal: `log:${of}` };
      this.decide(of, a.recordTransfer(about, { asset }));
    }
  }

  /** Releases the parts of a sum, and returns them. */
  addUp(): readonly string[] | null {
    const sum = sumOfHeld(this.held(), MINIMUM);
    for (const id of sum?.parts ?? []) {
      const amount = `${this.amounts[Number(id)]}`;
      const facts = { customerBlocked: false };
      this.decide(Number(id), {
        ...{ type: 'ReleaseReplenishment', blockHash: a.block().hash, amount, facts },
        sum: sumFor(id, sum as NonNullable<typeof sum>),
      });
    }
    return sum?.parts ?? null;
  }

  held(): readonly HeldPart[] {
    return this.histories.flatMap((history, i) => {
      const { status } = fold(replenishment, history);
      const position = this.heldAt.get(i) ?? 0n;
      return status === 'held' ? [{ id: `${i}`, amount: this.amounts[i] ?? 0n, position }] : [];
    });
  }

  private decide(of: number, command: Parameters<typeof replenishment.decide>[0]): void {
    const history = this.histories[of] ?? [];
    try {
      for (const event of replenishment.decide(command, fold(replenishment, history))) {
        history.push(event);
        this.log.push(event);
        if (event.type === 'ReplenishmentHeld') this.heldAt.set(of, BigInt(this.log.length));
      }
    } catch (error) {
      expect(error).toMatchObject({ name: 'DomainError' });
    }
  }
}

function figuresOf(journal: readonly Posting[]) {
  return journal.reduce(postFigures, NO_FIGURES);
}

describe('what a purse holds below the minimum', () => {
  it('is credited exactly when it adds up to the minimum, in any order, and custody is what arrived', () => {
    fc.assert(
      fc.property(amounts, fc.array(step, { maxLength: 30, size: 'max' }), (of, steps) => {
        const purse = new Purse(of);
        for (const each of steps) {
          purse.happen(each);
          const before = purse.held();
          const total = before.reduce((sum, { amount }) => sum + amount, 0n);
          const parts = purse.addUp();
          expect(parts !== null).toBe(total >= MINIMUM);
          expect(purse.held()).toEqual(parts === null ? before : []);

          let [arrived, owed, held] = [0n, 0n, 0n];
          for (const [i, history] of purse.histories.entries()) {
            const { status } = fold(replenishment, history);
            if (status === 'held' || status === 'confirmed') arrived += of[i] ?? 0n;
            if (status === 'held') held += of[i] ?? 0n;
            if (status === 'confirmed') owed += of[i] ?? 0n;
          }
          const figures = figuresOf(purse.log.flatMap(postings));
          expect(figures).toMatchObject({ custody: arrived, suspense: held, claimCustomer: owed });
        }
      }),
      RUNS,
    );
  });

  it('has the oldest as the first part, so two that add up at once agree on who decides', () => {
    const held = fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        amount: fc.bigInt({ min: 1n, max: 9n }),
        position: fc.bigInt(1n, 99n),
      }),
      { minLength: 1, maxLength: 20, selector: ({ position }) => position },
    );
    fc.assert(
      fc.property(held, fc.nat(20), (parts, more) => {
        const oldestFirst = [...parts].sort((x, y) => Number(x.position - y.position));
        const seen = sumOfHeld(oldestFirst.slice(0, 1 + (more % parts.length)), MINIMUM);
        const all = sumOfHeld(parts, MINIMUM);
        if (seen !== null) expect(all?.first).toBe(seen.first);
        expect(all?.parts ?? oldestFirst.map(({ id }) => id)).toEqual(
          oldestFirst.map(({ id }) => id),
        );
      }),
      RUNS,
    );
  });
});
