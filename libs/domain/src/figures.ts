import type { Booked, Credit } from './credit';
import type { DomainEvent } from './events';

/**
 * What one purse holds and has ever received of one asset, in base units. One row a purse and asset
 * answers every balance and throughput question below the account.
 */
export interface PurseFigures {
  /** Coins on the purse's address: `custody/purse`. */
  readonly custody: bigint;
  /** This purse's part of `claim/customer`. */
  readonly claimCustomer: bigint;
  /** This purse's part of `claim/account`: what arrived while the customer was blocked. */
  readonly claimAccount: bigint;
  /** This purse's part of `suspense`. */
  readonly suspense: bigint;
  /** Throughput: the sum of gross debits to `custody/purse`. Never decreases. */
  readonly received: bigint;
  /** What reorgs took back, counted apart. Never more than `received`. */
  readonly reversed: bigint;
  /** How many replenishments were booked (not lessened by reversals). */
  readonly receipts: bigint;
}

export const NO_FIGURES: PurseFigures = {
  custody: 0n,
  claimCustomer: 0n,
  claimAccount: 0n,
  suspense: 0n,
  received: 0n,
  reversed: 0n,
  receipts: 0n,
};

/** By how much one event moves the figures of one purse and asset; null when it moves none. */
export function figuresDelta(
  event: DomainEvent,
): { readonly key: Booked | Omit<Booked, 'credit'>; readonly delta: PurseFigures } | null {
  switch (event.type) {
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined': {
      const amount = BigInt(event.data.amount);
      const moved = movement(amount, event.data.credit);
      return { key: event.data, delta: { ...moved, received: amount, reversed: 0n, receipts: 1n } };
    }
    case 'ReplenishmentReverted': {
      if (event.data.credit === null) return null;
      const amount = BigInt(event.data.amount);
      const moved = movement(-amount, event.data.credit);
      return { key: event.data, delta: { ...moved, received: 0n, reversed: amount, receipts: 0n } };
    }
    default:
      return null;
  }
}

function movement(amount: bigint, credit: Credit) {
  return {
    custody: amount,
    claimCustomer: credit.to === 'customer' ? amount : 0n,
    claimAccount: credit.to === 'account' ? amount : 0n,
    suspense: credit.to === 'suspense' ? amount : 0n,
  };
}

export function addFigures(a: PurseFigures, b: PurseFigures): PurseFigures {
  return {
    custody: a.custody + b.custody,
    claimCustomer: a.claimCustomer + b.claimCustomer,
    claimAccount: a.claimAccount + b.claimAccount,
    suspense: a.suspense + b.suspense,
    received: a.received + b.received,
    reversed: a.reversed + b.reversed,
    receipts: a.receipts + b.receipts,
  };
}

export function subtractFigures(a: PurseFigures, b: PurseFigures): PurseFigures {
  return {
    custody: a.custody - b.custody,
    claimCustomer: a.claimCustomer - b.claimCustomer,
    claimAccount: a.claimAccount - b.claimAccount,
    suspense: a.suspense - b.suspense,
    received: a.received - b.received,
    reversed: a.reversed - b.reversed,
    receipts: a.receipts - b.receipts,
  };
}

export function sameFigures(a: PurseFigures, b: PurseFigures): boolean {
  return (
    a.custody === b.custody &&
    a.claimCustomer === b.claimCustomer &&
    a.claimAccount === b.claimAccount &&
    a.suspense === b.suspense &&
    a.received === b.received &&
    a.reversed === b.reversed &&
    a.receipts === b.receipts
  );
}
