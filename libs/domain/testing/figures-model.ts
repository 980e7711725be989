import {
  addFigures,
  type Credit,
  type DomainEvent,
  type Figures,
  NO_FIGURES,
  type OutflowUse,
  type OwnCredit,
  type Parties,
  type Posting,
  postToTrialBalance,
  type TrialBalance,
} from '../src';

/** By how much one event moves the figures of its purse and asset; those of an account's wallet apart. */
export interface Moved {
  readonly parties: Parties;
  readonly asset: string;
  readonly delta: Figures;
}

/**
 * The figures that an event leads to, written down from the event itself and not from its postings: a
 * second way to them, so that each can prove the other. Null when it moves none.
 */
export function movedBy(event: DomainEvent): Moved | null {
  if (event.type === 'FindingClosed') return movedByFinding(event.data);
  if (event.type === 'ReplenishmentReleased') {
    const { asset, amount, credit } = event.data;
    const delta = { ...credited(credit, BigInt(amount)), custody: 0n, suspense: -BigInt(amount) };
    return { parties: event.data, asset, delta };
  }
  if (
    event.type === 'ReplenishmentConfirmed' ||
    event.type === 'ReplenishmentDeclined' ||
    event.type === 'ReplenishmentHeld'
  ) {
    const amount = BigInt(event.data.amount);
    const { asset, credit, heldFor } = event.data;
    const delta =
      heldFor === undefined
        ? { ...credited(credit, amount), received: amount, receipts: 1n }
        : { ...credited(credit, amount), custody: 0n, suspense: suspenseOf(credit, amount) };
    return { parties: event.data, asset, delta };
  }
  if (event.type === 'ComplianceCheckStarted') {
    const { asset, amount, credit } = event.data;
    if (asset === undefined || amount === undefined || credit === undefined) return null;
    const received = { received: BigInt(amount), receipts: 1n };
    return {
      parties: event.data,
      asset,
      delta: { ...credited(credit, BigInt(amount)), ...received },
    };
  }
  const isTakenBack =
    event.type === 'ReplenishmentReverted' || event.type === 'ReplenishmentVoided';
  if (isTakenBack && event.data.credit !== null) {
    const amount = BigInt(event.data.amount);
    const { asset, credit } = event.data;
    return {
      parties: event.data,
      asset,
      delta: { ...credited(credit, -amount), reversed: amount },
    };
  }
  if (event.type === 'OwnCoinsBooked') {
    const { asset, amount, credit } = event.data;
    return { parties: event.data, asset, delta: credited(credit, BigInt(amount)) };
  }
  if (event.type === 'OwnCoinsReverted' && event.data.credit !== null) {
    const { asset, amount, credit } = event.data;
    return { parties: event.data, asset, delta: credited(credit, -BigInt(amount)) };
  }
  if (event.type === 'SweepCompleted' || event.type === 'OutflowBooked') {
    const { asset, amount } = event.data;
    const use = event.type === 'OutflowBooked' ? event.data.use : 'sweep';
    return { parties: event.data, asset, delta: left(use, BigInt(amount)) };
  }
  if (event.type === 'OutflowReverted' && event.data.booked) {
    const { asset, amount, use } = event.data;
    return { parties: event.data, asset, delta: left(use, -BigInt(amount)) };
  }
  return null;
}

/** What leaves suspense with a decision, unless it is held for another reason from then on. */
function suspenseOf(credit: Credit, amount: bigint): bigint {
  return credit.to === 'suspense' ? 0n : -amount;
}

/** By how much a use of coins moves the figures of the purse that they left. */
function left(use: OutflowUse, amount: bigint): Figures {
  const moved = { ...NO_FIGURES, custody: -amount };
  return use === 'unplanned' ? { ...moved, suspense: -amount } : { ...moved, other: -amount };
}

function movedByFinding(
  data: Extract<DomainEvent, { type: 'FindingClosed' }>['data'],
): Moved | null {
  const { kind, asset, to } = data;
  const moved = BigInt(data.moved);
  if (to === null) return null;
  const isOutflow = kind === 'unplanned-outflow';
  const claims = { claimCustomer: 0n, claimAccount: 0n };
  claims[to === 'customer' ? 'claimCustomer' : 'claimAccount'] = moved;
  const places = { custody: isOutflow ? 0n : moved, suspense: isOutflow ? -moved : 0n };
  return { parties: data, asset, delta: { ...NO_FIGURES, ...claims, ...places } };
}

function credited(credit: Credit | OwnCredit, amount: bigint): Figures {
  return {
    ...NO_FIGURES,
    custody: amount,
    other: credit.to === 'transit' ? amount : 0n,
    claimCustomer: credit.to === 'customer' ? amount : 0n,
    claimAccount: credit.to === 'account' ? amount : 0n,
    suspense: credit.to === 'suspense' ? amount : 0n,
  };
}

/** The figures by `<purse> <asset>` that events lead to. */
export function figuresModel(events: Iterable<DomainEvent>): Map<string, Figures> {
  const figures = new Map<string, Figures>();
  for (const event of events) {
    const moved = movedBy(event);
    if (moved === null) continue;
    const key = `${moved.parties.purseId} ${moved.asset}`;
    figures.set(key, addFigures(figures.get(key) ?? NO_FIGURES, moved.delta));
  }
  return figures;
}

export function trialBalance(journal: Iterable<Posting>): TrialBalance {
  const trial: TrialBalance = new Map();
  for (const posting of journal) postToTrialBalance(trial, posting);
  return trial;
}

/** Debits minus credits by `<kind>/<owner>/<asset>`, the name of a book account. */
export function balancesIn(trial: TrialBalance): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const [asset, books] of trial) {
    for (const [kind, totals] of books) {
      for (const [owner, balance] of totals.balances) {
        balances.set(`${kind}/${owner}/${asset}`, balance);
      }
    }
  }
  return balances;
}
