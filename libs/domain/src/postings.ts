import type { Booked, Credit, Parties } from './credit';
import type { DomainEvent } from './events';

/** A book account (DESIGN, "The books"): its kind and whose it is. Counted per asset. */
export interface BookAccount {
  readonly kind: BookKind;
  /** A purse, a customer or an account, as the kind says. */
  readonly owner: string;
}

export type BookKind =
  | 'custody/purse'
  | 'claim/customer'
  | 'claim/account'
  | `suspense/${Extract<Credit, { to: 'suspense' }>['reason']}`;

/**
 * One line of the journal: the same amount of one asset debited to one book account and credited to
 * another, so per asset debits equal credits at every position by construction.
 */
export interface Posting {
  readonly debit: BookAccount;
  readonly credit: BookAccount;
  /** CAIP-19. */
  readonly asset: string;
  /** Base units, always positive. */
  readonly amount: bigint;
}

/** `<kind>/<owner>/<asset>`, such as `custody/purse/<purse>/eip155:1/slip44:60`. */
export function bookName(account: BookAccount, asset: string): string {
  return `${account.kind}/${account.owner}/${asset}`;
}

/**
 * The journal lines of one event: a booked replenishment debits the coins' place and credits whoever
 * has the claim; a reversal is the exact inverse; everything else moves nothing. Rejected transfers
 * stay outside the books: nobody has a claim to them.
 */
export function postings(event: DomainEvent): readonly Posting[] {
  switch (event.type) {
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
      return [booking(event.data, event.data.credit)];
    case 'ReplenishmentReverted': {
      if (event.data.credit === null) return [];
      const { debit, credit, asset, amount } = booking(event.data, event.data.credit);
      return [{ debit: credit, credit: debit, asset, amount }];
    }
    default:
      return [];
  }
}

function booking(data: Omit<Booked, 'credit'>, credit: Credit): Posting {
  return {
    debit: { kind: 'custody/purse', owner: data.purseId },
    credit: creditAccount(data, credit),
    asset: data.asset,
    amount: BigInt(data.amount),
  };
}

function creditAccount(parties: Parties, credit: Credit): BookAccount {
  switch (credit.to) {
    case 'customer':
      return { kind: 'claim/customer', owner: parties.customerId };
    case 'account':
      return { kind: 'claim/account', owner: parties.accountId };
    case 'suspense':
      return { kind: `suspense/${credit.reason}`, owner: parties.accountId };
  }
}
