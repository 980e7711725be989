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

/** Whose figures they are: the purse's, else the customer's, else the account's. */
type PostingOwner = { readonly [Id in keyof Parties]: string | null };

/** By how much one event moves the figures of its purse and asset; those of an account's wallet apart. */
export interface Moved {
  readonly parties: PostingOwner;
  readonly asset: string;
  readonly delta: Figures;
}

/**
 * The figures that an event leads to, written down from the event itself and not from its postings: a
 * second way to them, so that each can prove the other. Null when it moves none.
 */
export function movedBy(event: DomainEvent): Moved | null {
  if (event.type === 'FindingClosed') return movedByFinding(event.data);
  if (event.type === 'AdjustmentMade') {
    const { customerId, direction, asset, amount } = event.data;
    const by = direction === 'credit' ? BigInt(amount) : -BigInt(amount);
    const claim = customerId === null ? { claimAccount: by } : { claimCustomer: by };
    return { parties: event.data, asset, delta: { ...NO_FIGURES, ...claim, other: -by } };
  }
  if (event.type === 'ReplenishmentReleasedToCustomer') {
    const { asset, amount } = event.data;
    const by = BigInt(amount);
    const delta = { ...NO_FIGURES, claimAccount: -by, claimCustomer: by };
    return { parties: event.data, asset, delta };
  }
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
    const { asset, credit } = event.data;
    const delta = { ...credited(credit, amount), received: amount, receipts: 1n };
    return { parties: event.data, asset, delta };
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

/** A transfer between customers moves the figures of both; every other event those of one owner at most. */
export function movesOf(event: DomainEvent): readonly Moved[] {
  if (event.type === 'CustomerTransferMade') {
    const { accountId, fromCustomerId, toCustomerId, asset } = event.data;
    const side = (customerId: string, by: bigint): Moved => ({
      parties: { accountId, customerId, purseId: null },
      asset,
      delta: { ...NO_FIGURES, claimCustomer: by, other: -by },
    });
    const amount = BigInt(event.data.amount);
    return [side(fromCustomerId, -amount), side(toCustomerId, amount)];
  }
  const moved = movedBy(event);
  return moved === null ? [] : [moved];
}

/** The figures by `<owner> <asset>` that events lead to. */
export function figuresModel(events: Iterable<DomainEvent>): Map<string, Figures> {
  const figures = new Map<string, Figures>();
  for (const event of events) {
    for (const { parties, asset, delta } of movesOf(event)) {
      const { accountId, customerId, purseId } = parties;
      const key = `${purseId ?? customerId ?? accountId} ${asset}`;
      figures.set(key, addFigures(figures.get(key) ?? NO_FIGURES, delta));
    }
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
