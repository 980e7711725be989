import * as a from '../testing/a';
import type { Credit } from './credit';
import { addFigures, figuresDelta, NO_FIGURES } from './figures';

const parts: [Credit, string][] = [
  [{ to: 'customer' }, 'claimCustomer'],
  [{ to: 'account', reason: 'customer-blocked' }, 'claimAccount'],
  [{ to: 'suspense', reason: 'purse-archived' }, 'suspense'],
];

describe.each(parts)('a replenishment credited to $to', (credit, part) => {
  it('adds to custody, to its claim and to throughput', () => {
    const expected = { ...NO_FIGURES, custody: 5n, [part]: 5n, received: 5n, receipts: 1n };
    for (const event of [a.replenishmentConfirmed, a.replenishmentDeclined]) {
      expect(figuresDelta(event({ amount: 5n, credit }))?.delta).toEqual(expected);
    }
  });

  it('leaves throughput when it is reverted, and counts the reversal apart', () => {
    expect(figuresDelta(a.replenishmentReverted({ amount: 5n, credit }))?.delta).toEqual({
      ...NO_FIGURES,
      custody: -5n,
      [part]: -5n,
      reversed: 5n,
    });
  });
});

it('counts for the purse and the asset of the event', () => {
  expect(figuresDelta(a.replenishmentConfirmed())?.key).toMatchObject({
    ...a.parties,
    asset: a.transfer().asset,
  });
  expect(figuresDelta(a.replenishmentReverted())?.key).toMatchObject(a.parties);
});

it('moves nothing while nothing is booked', () => {
  const events = [
    a.purseMinted(),
    a.customerBlocked(),
    a.replenishmentSeen(),
    a.replenishmentDetected(),
    a.complianceCheckStarted(),
    a.replenishmentReverted({ credit: null }),
    a.replenishmentDropped(),
    a.replenishmentRejected(),
  ];
  expect(events.map(figuresDelta)).toEqual(events.map(() => null));
});

it('adds figures field by field', () => {
  const one = {
    custody: 1n,
    claimCustomer: 2n,
    claimAccount: 3n,
    suspense: 4n,
    received: 5n,
    reversed: 6n,
    receipts: 7n,
  };
  expect(addFigures(one, NO_FIGURES)).toEqual(one);
  expect(addFigures(one, { ...one, custody: 10n, receipts: -7n })).toEqual({
    custody: 11n,
    claimCustomer: 4n,
    claimAccount: 6n,
    suspense: 8n,
    received: 10n,
    reversed: 12n,
    receipts: 0n,
  });
});
