import type { AssetScale } from './asset-record';
import type { CustomerState } from './customer';
import { DomainError } from './errors';
import { formatUnits } from './money';

/** What a decision about a customer's claim needs of the customer. */
export type ClaimantFacts =
  | { readonly status: 'absent' }
  | { readonly status: 'active' | 'blocked'; readonly accountId: string };

/** Without what is personal. */
export function claimantFacts(state: CustomerState): ClaimantFacts {
  if (state.status === 'absent') return { status: 'absent' };
  const { status, accountId } = state;
  return { status, accountId };
}

/**
 * Refuses with `insufficient-balance` a debit of more than is available of a claim. What is available must have been
 * read in the turn of the debit: then no other debit comes in between.
 */
export function requireAvailable(
  amount: bigint,
  available: bigint,
  { currency, decimals }: AssetScale,
): void {
  if (amount <= available) return;
  const [has, wanted] = [available, amount].map((units) => formatUnits(units, decimals));
  throw new DomainError(
    'insufficient-balance',
    `Only ${has} ${currency} is available, and ${wanted} ${currency} is to be taken.`,
  );
}
