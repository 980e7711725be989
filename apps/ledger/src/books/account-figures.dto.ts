import type { json } from '@daybook/contracts';
import { BOOKS, type BookKind } from '@daybook/domain';
import { type KnownAssets, toMoney } from '../edge/money';
import { unitSums } from './figures.dto';
import type { AccountBooks } from './get-account-figures';

const SUSPENSE = 'suspense/';

/** The amounts that are summed by unit, from the books of one asset. */
function amountsIn({ balances }: AccountBooks) {
  const of = (book: BookKind) => balances.get(book) ?? 0n;
  const sumOf = (figure: (typeof BOOKS)[BookKind]['figure']) => {
    let sum = 0n;
    for (const [book, balance] of balances) if (BOOKS[book].figure === figure) sum += balance;
    return sum;
  };
  return {
    claim: of('claim/account'),
    pending: of('pending/account'),
    customers: of('claim/customer'),
    customersPending: of('pending/customer'),
    suspense: sumOf('suspense'),
    custody: sumOf('custody'),
  };
}

export function toAccountBalance(books: AccountBooks, assets: KnownAssets): json.AccountBalance {
  const { asset, balances } = books;
  const money = (baseUnits: bigint) => toMoney({ asset, baseUnits }, assets);
  const of = (book: BookKind) => money(balances.get(book) ?? 0n);
  const { claim, pending, customers, customersPending, suspense, custody } = amountsIn(books);
  const held = [...balances].filter(([book, sum]) => book.startsWith(SUSPENSE) && sum !== 0n);
  return {
    asset,
    claim: money(claim),
    pending: money(pending),
    customers: money(customers),
    customersPending: money(customersPending),
    suspense: money(suspense),
    suspenseByReason: held.map(([book, sum]) => {
      return { reason: book.slice(SUSPENSE.length), money: money(sum) };
    }),
    custody: money(custody),
    onPurses: of('custody/purse'),
    onCharges: of('custody/charge'),
    inWallets: of('custody/wallet'),
    fees: of('fees'),
    // The only book of these that is a debit: shown above zero.
    networkFees: money(-(balances.get('network-fees') ?? 0n)),
    adjustments: of('adjustments'),
    inTransit: of('in-transit'),
  };
}

export function accountTotals(
  books: readonly AccountBooks[],
  assets: KnownAssets,
): readonly json.AccountUnitBalance[] {
  const entries = books.map((of) => ({ asset: of.asset, amounts: amountsIn(of) }));
  return unitSums(entries, assets, (unit, amount) => ({
    unit,
    claim: amount('claim'),
    pending: amount('pending'),
    customers: amount('customers'),
    customersPending: amount('customersPending'),
    suspense: amount('suspense'),
    custody: amount('custody'),
  }));
}
