import fc from 'fast-check';
import * as a from '../testing/a';
import { figuresModel } from '../testing/figures-model';
import { RUNS } from '../testing/runs';
import { decideTwice } from '../testing/specification';
import { type Figures, NO_FIGURES, ownerOf, postFigures } from './books';
import { fold } from './decider';
import type { DomainEvent } from './events';
import { postings } from './events';
import { type HeldPart, sumFor, sumOfHeld } from './held-sum';
import {
  eventViolations,
  figuresViolations,
  floorAfter,
  lineViolations,
  postingViolations,
} from './invariants';
import { type Destination, type OutflowCommand, outflow } from './outflow';
import type { OutflowEvent } from './outflow-event';
import { type ReplenishmentCommand, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import type { Sender } from './transfer';
import {
  assetViolations,
  balanceViolations,
  postToTrialBalance,
  type TrialBalance,
} from './trial-balance';

/** Above most deposits, so that some add up while others leave. */
const MINIMUM = 8n;
const ether = a.asset({ id: 'eip155:1/slip44:60', minimum: MINIMUM });
const second = { ...a.parties, customerId: 'second-customer', purseId: 'second-purse' };

/** What may happen on the chain; `internal` moves coins from the first purse to the second. */
const KINDS = ['deposit', 'top-up', 'sweep', 'unplanned', 'fee', 'internal'] as const;
const SENDERS = { deposit: 'elsewhere', 'top-up': 'gas-address' } as const;
const DESTINATIONS = { sweep: 'account-wallet', unplanned: 'elsewhere', fee: 'elsewhere' } as const;

/** One block that includes a movement, and how far it comes there. */
const inclusion = fc.record({
  reports: fc.constantFrom(
    ...([['detected'], ['final'], ['detected', 'final'], ['final', 'final']] as const),
  ),
  end: fc.constantFrom('stands', 'stands', 'reverted', 'unreported'),
});

const movement = fc.record({
  kind: fc.constantFrom(...KINDS, 'deposit', 'deposit'),
  amount: fc.bigInt({ min: 0n, max: 9n }),
  netted: fc.constantFrom(0n, 0n, 0n, 2n),
  inclusions: fc.array(inclusion, { minLength: 1, maxLength: 3 }),
});
type Movement = typeof movement extends fc.Arbitrary<infer M> ? M : never;

/** A report for one stream; both directions have theirs. */
type Delivery =
  | { readonly stream: string; readonly command: ReplenishmentCommand; readonly isOut: false }
  | { readonly stream: string; readonly command: OutflowCommand; readonly isOut: true };

/** The reports of a movement in the order of their versions: forks follow each other. */
function reportsOf(m: Movement, n: number): readonly (readonly Delivery[])[] {
  const statuses = m.inclusions.flatMap(({ reports, end }, fork) => [
    ...reports.map((status) => ({ status, block: a.block(`${n}-${fork}`, 100 + fork) })),
    ...(end === 'reverted' ? [{ status: 'reverted' as const, block: null }] : []),
  ]);
  const netted = m.netted <= m.amount && m.netted > 0n ? { netted: `${m.netted}` } : {};
  const common = { amount: m.amount, asset: ether.id, txHash: `0x${n}`, ...netted };
  const into = (parties: typeof a.parties, sender: Sender) =>
    statuses.map(({ status, block }, i): Delivery => {
      const report = { ...common, version: i + 1, status, block };
      const command = a.recordTransfer(report, { parties, asset: ether, sender });
      return { stream: `replenishment-${n}`, command, isOut: false };
    });
  const out = (destination: Destination) =>
    statuses.map(({ status, block }, i): Delivery => {
      const where = m.kind === 'fee' ? { to: null, ordinal: 'fee:0' } : {};
      const report = { ...common, ...where, version: i + 1, status, block };
      const command = a.recordOutflow(report, { asset: ether, destination });
      return { stream: `outflow-${n}`, command, isOut: true };
    });
  switch (m.kind) {
    case 'deposit':
    case 'top-up':
      return [into(a.parties, SENDERS[m.kind])];
    case 'sweep':
    case 'unplanned':
    case 'fee':
      return [out(DESTINATIONS[m.kind])];
    case 'internal':
      return [into(second, 'purse-of-account'), out('purse-of-account')];
  }
}

/** What a movement adds to the custody of each purse, by its last report. */
function movedBy(m: Movement): { readonly first: bigint; readonly second: bigint } {
  const last = m.inclusions.at(-1);
  const isFinal = last?.end !== 'reverted' && last?.reports.at(-1) === 'final';
  const net = isFinal ? m.amount - (m.netted <= m.amount ? m.netted : 0n) : 0n;
  if (m.kind === 'deposit' || m.kind === 'top-up') return { first: net, second: 0n };
  return { first: -net, second: m.kind === 'internal' ? net : 0n };
}

/** Movements with their reports as logs deliver them: in any order, repeatedly, the last one of each for sure. */
const deliveries = fc
  .tuple(fc.array(movement, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(), { maxLength: 60 }))
  .map(([movements, picks]) => {
    const streams = movements.flatMap(reportsOf);
    const all = streams.flat();
    const delivered = picks.flatMap((pick) => all[pick % all.length] ?? []);
    for (const [i, reports] of streams.entries()) {
      const last = reports.at(-1);
      const place = (picks[i] ?? 0) % (delivered.length + 1);
      if (last !== undefined) delivered.splice(place, 0, last);
    }
    return { movements, delivered };
  });

/** The log that the deliveries lead to, in which what is held below the minimum is released once it adds up. */
function record(delivered: readonly Delivery[]): readonly DomainEvent[] {
  const histories = new Map<string, readonly DomainEvent[]>();
  const log: DomainEvent[] = [];
  const decide = (stream: string, command: ReplenishmentCommand) => {
    const known = (histories.get(stream) ?? []) as readonly ReplenishmentEvent[];
    const events = decideTwice(replenishment, known, command);
    histories.set(stream, [...known, ...events]);
    log.push(...events);
  };
  for (const { stream, command, isOut } of delivered) {
    if (isOut) {
      const known = (histories.get(stream) ?? []) as readonly OutflowEvent[];
      const events = decideTwice(outflow, known, command);
      histories.set(stream, [...known, ...events]);
      log.push(...events);
      continue;
    }
    decide(stream, command);
    const held = heldIn(histories);
    const sum = sumOfHeld(held, MINIMUM);
    for (const id of sum?.parts ?? []) {
      const { amount, blockHash } = held.find((part) => part.id === id) as HeldBlock;
      decide(id, {
        ...{ type: 'ReleaseReplenishment', blockHash, amount: `${amount}` },
        ...{ facts: { customerBlocked: false }, sum: sumFor(id, sum as HeldSum) },
      });
    }
  }
  return log;
}

type HeldSum = NonNullable<ReturnType<typeof sumOfHeld>>;
type HeldBlock = HeldPart & { readonly blockHash: string };

/** What is held, in the order of its streams. */
function heldIn(histories: ReadonlyMap<string, readonly DomainEvent[]>): readonly HeldBlock[] {
  return [...histories].flatMap(([id, history], position) => {
    if (!id.startsWith('replenishment-')) return [];
    const state = fold(replenishment, history as readonly ReplenishmentEvent[]);
    if (state.status !== 'held') return [];
    const held = history.findLast((event) => event.type === 'ReplenishmentHeld');
    const { transfer, block = null } = held?.data ?? {};
    if (transfer === undefined || block === null) return [];
    const amount = BigInt(transfer.amount) - BigInt(transfer.netted ?? 0);
    return [{ id, amount, position: BigInt(position), blockHash: block.hash }];
  });
}

/** The figures by owner after a log, and every violation on the way to them. */
function post(log: readonly DomainEvent[]) {
  const trial: TrialBalance = new Map();
  const figures = new Map<string, Figures>();
  const violations = log.flatMap((event) => {
    const posted = postings(event);
    const found = posted.flatMap((one) => {
      postToTrialBalance(trial, one);
      const before = figures.get(ownerOf(one)) ?? NO_FIGURES;
      const after = postFigures(before, one);
      figures.set(ownerOf(one), after);
      return [
        ...postingViolations(one),
        ...balanceViolations(one, trial),
        ...lineViolations('line', before, one, after),
        ...figuresViolations('figures', after, floorAfter(before, one, after)),
      ];
    });
    return [...found, ...eventViolations('event', posted)];
  });
  return { trial, figures, violations: [...violations, ...assetViolations(trial)] };
}

describe('movements in and out of purses, reported in any order over several forks', () => {
  it('are of every kind, and each is booked and taken back', () => {
    const happened = fc
      .sample(deliveries, { ...RUNS, numRuns: 500 })
      .flatMap(({ delivered }) => record(delivered))
      .map(({ type, data }) => ('use' in data ? `${type} ${data.use}` : type));
    expect(new Set(happened)).toEqual(
      new Set([
        ...['Seen', 'Detected', 'Confirmed', 'Reverted', 'Rejected', 'Held', 'Released'].map(
          (e) => `Replenishment${e}`,
        ),
        ...['OwnCoinsDetected', 'OwnCoinsBooked', 'OwnCoinsReverted', 'SweepCompleted'],
        ...['internal', 'network-fee', 'unplanned'].map((use) => `OutflowBooked ${use}`),
        ...['Detected', 'Reverted', 'Rejected'].flatMap((type) =>
          ['sweep', 'internal', 'network-fee', 'unplanned'].map((use) => `Outflow${type} ${use}`),
        ),
      ]),
    );
  });

  it('leave in the custody of each purse what the chain shows, and break no rule on the way', () => {
    fc.assert(
      fc.property(deliveries, ({ movements, delivered }) => {
        const { figures, violations } = post(record(delivered));
        expect(violations).toEqual([]);
        const shown = movements.map(movedBy);
        for (const [purse, side] of [
          [a.parties, 'first'],
          [second, 'second'],
        ] as const) {
          const onChain = shown.reduce((sum, moved) => sum + moved[side], 0n);
          expect((figures.get(purse.purseId) ?? NO_FIGURES).custody).toBe(onChain);
        }
      }),
      { ...RUNS, numRuns: 1_000 },
    );
  });

  it('leave nothing in transit, and in the wallet what was swept', () => {
    fc.assert(
      fc.property(deliveries, ({ movements, delivered }) => {
        const { trial, figures } = post(record(delivered));
        const inTransit = trial.get(ether.id)?.get('in-transit')?.balances.get(a.parties.accountId);
        expect(inTransit ?? 0n).toBe(0n);
        const swept = movements.filter(({ kind }) => kind === 'sweep').map(movedBy);
        const wallet = figures.get(a.parties.accountId)?.custody ?? 0n;
        expect(wallet).toBe(swept.reduce((sum, { first }) => sum - first, 0n));
      }),
      RUNS,
    );
  });

  it('move figures as their events say', () => {
    fc.assert(
      fc.property(deliveries, ({ delivered }) => {
        const log = record(delivered);
        const { figures } = post(log);
        for (const [key, expected] of figuresModel(log)) {
          expect(figures.get(key.slice(0, key.indexOf(' ')))).toEqual(expected);
        }
      }),
      RUNS,
    );
  });

  it('have one effect however often they are delivered', () => {
    fc.assert(
      fc.property(deliveries, ({ delivered }) => {
        const once = record(delivered);
        const twice = record([...delivered, ...delivered]);
        expect(twice.slice(once.length).flatMap(postings)).toEqual([]);
      }),
      RUNS,
    );
  });
});
