import * as a from '../testing/a';
import { movedBy } from '../testing/figures-model';
import {
  addFigures,
  FIGURE_NAMES,
  figuresFrom,
  NO_FIGURES,
  postFigures,
  sameFigures,
} from './books';
import type { Credit } from './credit';
import { postings } from './events';

const parts: [Credit, string][] = [
  [{ to: 'customer' }, 'claimCustomer'],
  [{ to: 'account', reason: 'customer-blocked' }, 'claimAccount'],
  [{ to: 'suspense', reason: 'purse-archived' }, 'suspense'],
];

describe.each(parts)('a replenishment credited to $to', (credit, part) => {
  it('adds to custody, to its claim and to throughput', () => {
    const expected = { ...NO_FIGURES, custody: 5n, [part]: 5n, received: 5n, receipts: 1n };
    for (const build of [a.replenishmentConfirmed, a.replenishmentDeclined]) {
      const event = build({ amount: 5n, credit });
      expect(postings(event).reduce(postFigures, NO_FIGURES)).toEqual(expected);
      expect(movedBy(event)?.delta).toEqual(expected);
    }
  });

  it('leaves throughput when it is reverted, and counts the reversal apart', () => {
    const event = a.replenishmentReverted({ amount: 5n, credit });
    const expected = { ...NO_FIGURES, custody: -5n, [part]: -5n, reversed: 5n };
    expect(postings(event).reduce(postFigures, NO_FIGURES)).toEqual(expected);
    expect(movedBy(event)?.delta).toEqual(expected);
  });
});

describe('figures', () => {
  const numbered = (from: number) =>
    figuresFrom((name) => BigInt(from + FIGURE_NAMES.indexOf(name)));

  it('are added field by field', () => {
    expect(addFigures(numbered(1), NO_FIGURES)).toEqual(numbered(1));
    expect(addFigures(numbered(1), { ...numbered(1), custody: 10n, receipts: -7n })).toEqual({
      custody: 11n,
      claimCustomer: 4n,
      claimAccount: 6n,
      suspense: 8n,
      received: 10n,
      reversed: 12n,
      receipts: 0n,
      pendingCustomer: 16n,
      pendingAccount: 18n,
      other: 20n,
    });
  });

  it.each(FIGURE_NAMES)('are the same only when %s is', (name) => {
    expect(sameFigures(numbered(1), numbered(1))).toBe(true);
    expect(sameFigures(numbered(1), { ...numbered(1), [name]: 0n })).toBe(false);
  });
});
