/**
 * Every reason for which the domain refuses a command. Both edges map each code to a status in a
 * `Record<RefusalCode, ...>`, so a new code does not compile until every edge knows it, and a test
 * fails until `docs/errors.md` does. The order is the order of precedence.
 */
export const REFUSAL_CODES = [
  'invalid-external-id',
  'invalid-description',
  'invalid-reason',
  'invalid-address',
  'invalid-amount',
  'invalid-expiry',
  'account-not-found',
  'account-exists',
  'api-key-not-found',
  'customer-not-found',
  'customer-exists',
  'purse-not-found',
  'purse-exists',
  'purse-declined',
  'family-not-available',
  'replenishment-not-found',
  'replenishment-not-screening',
  'asset-unknown',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A refused command: a stable code and a sentence that tells the caller what would work. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
