import * as a from '../testing/a';
import { bookName, type Posting } from './books';
import type { Credit } from './credit';
import { postings } from './events';

const { accountId, purseId } = a.parties;
const { asset } = a.transfer();
const receipt: Posting = {
  kind: 'receipt',
  debit: 'custody/purse',
  credit: 'claim/customer',
  asset,
  amount: 5n,
  ...a.parties,
  chargeId: null,
};

describe('the journal of a replenishment', () => {
  it('debits the purse and credits the customer when it is confirmed', () => {
    expect(postings(a.replenishmentConfirmed({ amount: 5n }))).toEqual([receipt]);
  });

  it.each<[Posting['credit'], Credit]>([
    ['claim/account', { to: 'account', reason: 'customer-blocked' }],
    ['suspense/archived', { to: 'suspense', reason: 'purse-archived' }],
    ['suspense/declined', { to: 'suspense', reason: 'purse-declined' }],
    ['suspense/no-owner', { to: 'suspense', reason: 'no-owner' }],
    ['suspense/declined', { to: 'suspense', reason: 'compliance-declined' }],
  ])("credits the account's %s when the customer may not have it: %j", (book, credit) => {
    const expected: Posting = { ...receipt, credit: book };
    expect(postings(a.replenishmentConfirmed({ amount: 5n, credit }))).toEqual([expected]);
    expect(postings(a.replenishmentDeclined({ amount: 5n, credit }))).toEqual([expected]);
    expect(bookName(book, expected)).toBe(`${book}/${accountId}/${asset}`);
  });

  it('is the exact inverse when it is reverted', () => {
    expect(postings(a.replenishmentReverted({ amount: 5n }))).toEqual([
      { ...receipt, kind: 'reversal', debit: 'claim/customer', credit: 'custody/purse' },
    ]);
  });

  it('is the exact inverse when it is voided', () => {
    expect(postings(a.replenishmentVoided({ amount: 5n }))).toEqual([
      { ...receipt, kind: 'void', debit: 'claim/customer', credit: 'custody/purse' },
    ]);
  });

  it('is empty for everything that moves no money', () => {
    const events = [
      a.accountOpened(),
      a.accountPolicyChanged(),
      a.apiKeyIssued(),
      a.apiKeyRevoked(),
      a.customerCreated(),
      a.customerUpdated(),
      a.customerBlocked(),
      a.customerUnblocked(),
      a.purseMinted(),
      a.purseArchived(),
      a.purseRestored(),
      a.purseDeclined(),
      a.replenishmentSeen(),
      a.replenishmentDetected(),
      a.complianceCheckStartedUnbooked(),
      a.replenishmentReverted({ credit: null }),
      a.replenishmentDropped(),
      a.replenishmentRejected(),
      a.replenishmentReportNoted(),
      a.findingOpened(),
      a.findingUpdated(),
      a.findingRescanRequested(),
      a.findingClosed(),
    ];
    expect(events.flatMap(postings)).toEqual([]);
  });
});

it('names a book account by kind, owner and asset', () => {
  const posting = { ...receipt, asset: 'eip155:1/slip44:60' };
  expect(bookName('custody/purse', posting)).toBe(`custody/purse/${purseId}/eip155:1/slip44:60`);
});
