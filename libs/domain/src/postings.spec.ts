import * as a from '../testing/a';
import type { Credit } from './credit';
import { bookName, postings } from './postings';

const { accountId, customerId, purseId } = a.parties;
const { asset } = a.transfer();
const custody = { kind: 'custody/purse', owner: purseId } as const;
const claim = { kind: 'claim/customer', owner: customerId } as const;

describe('the journal of a replenishment', () => {
  it('debits the purse and credits the customer when it is confirmed', () => {
    expect(postings(a.replenishmentConfirmed({ amount: 5n }))).toEqual([
      { debit: custody, credit: claim, asset, amount: 5n },
    ]);
  });

  it.each<[string, Credit]>([
    ['claim/account', { to: 'account', reason: 'customer-blocked' }],
    ['suspense/purse-archived', { to: 'suspense', reason: 'purse-archived' }],
    ['suspense/purse-declined', { to: 'suspense', reason: 'purse-declined' }],
    ['suspense/compliance-declined', { to: 'suspense', reason: 'compliance-declined' }],
  ])("credits the account's %s when the customer may not have it", (kind, credit) => {
    const expected = [{ debit: custody, credit: { kind, owner: accountId }, asset, amount: 5n }];
    expect(postings(a.replenishmentConfirmed({ amount: 5n, credit }))).toEqual(expected);
    expect(postings(a.replenishmentDeclined({ amount: 5n, credit }))).toEqual(expected);
  });

  it('is the exact inverse when it is reverted', () => {
    expect(postings(a.replenishmentReverted({ amount: 5n }))).toEqual([
      { debit: claim, credit: custody, asset, amount: 5n },
    ]);
  });

  it('is empty for everything that moves no money', () => {
    const events = [
      a.accountOpened(),
      a.apiKeyIssued(),
      a.apiKeyRevoked(),
      a.customerCreated(),
      a.customerBlocked(),
      a.purseMinted(),
      a.purseDeclined(),
      a.replenishmentSeen(),
      a.replenishmentDetected(),
      a.complianceCheckStarted(),
      a.replenishmentReverted({ credit: null }),
      a.replenishmentDropped(),
      a.replenishmentRejected(),
    ];
    expect(events.flatMap(postings)).toEqual([]);
  });
});

it('names a book account by kind, owner and asset', () => {
  expect(bookName(custody, 'eip155:1/slip44:60')).toBe(
    `custody/purse/${purseId}/eip155:1/slip44:60`,
  );
});
