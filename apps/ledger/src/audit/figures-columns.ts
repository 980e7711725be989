import { addFigures, NO_FIGURES, type PurseFigures } from '@daybook/domain';
import type { OwnedFigures } from './books-in-memory';

/** The columns of figures, in the order of `figuresOf`. */
export const FIGURE_COLUMNS = [
  'custody',
  'claim_customer',
  'claim_account',
  'suspense',
  'received',
  'reversed',
  'receipts',
] as const;

export function figuresOf(values: readonly (string | null | undefined)[]): PurseFigures {
  const [custody, claimCustomer, claimAccount, suspense, received, reversed, receipts] = values.map(
    (value) => BigInt(value ?? 0),
  ) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  return { custody, claimCustomer, claimAccount, suspense, received, reversed, receipts };
}

/** The sums of purses' figures, one an account and asset. */
export function byAccount(purses: Iterable<OwnedFigures>) {
  const sums = new Map<
    string,
    { accountId: string; asset: string; purses: number; figures: PurseFigures }
  >();
  for (const { accountId, asset, figures } of purses) {
    const key = `${accountId} ${asset}`;
    const sum = sums.get(key) ?? { accountId, asset, purses: 0, figures: NO_FIGURES };
    sum.purses += 1;
    sum.figures = addFigures(sum.figures, figures);
    sums.set(key, sum);
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}
