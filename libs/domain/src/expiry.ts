import { DomainError } from './errors';

/** After how many days a purse expires; null for never. */
export interface PurseExpiry {
  /** Days since a purse was minted or restored, while it never had a confirmed receipt. */
  readonly unusedDays: number | null;
  /** Days since the last confirmed receipt. */
  readonly idleDays: number | null;
}

/** The default: an address is permanent. */
export const NEVER_EXPIRES: PurseExpiry = { unusedDays: null, idleDays: null };

/** Ten years; a longer period is written as never. */
export const EXPIRY_DAYS_MAX = 3_650;

/** What a period counts from. Times are those of the log, RFC 3339. */
export interface PurseUse {
  /** When the purse was minted or last restored. */
  readonly activeSince: string;
  readonly lastReceiptAt: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** When a purse expires (RFC 3339, UTC) and why, or null for never. Restoring it starts a new period. */
export function expiryOf(policy: PurseExpiry, { activeSince, lastReceiptAt }: PurseUse) {
  const isUnused = lastReceiptAt === null;
  const days = isUnused ? policy.unusedDays : policy.idleDays;
  if (days === null) return null;
  const since = Math.max(Date.parse(activeSince), Date.parse(lastReceiptAt ?? activeSince));
  // Events keep these older names: `never-replenished` ends `unusedDays`, `unused` ends `idleDays`.
  const reason = isUnused ? ('never-replenished' as const) : ('unused' as const);
  return { at: new Date(since + days * DAY_MS).toISOString(), reason };
}

/** The earliest time at which a purse in use since `since` may expire, used or not; null for never. */
export function earliestExpiry(
  { unusedDays, idleDays }: PurseExpiry,
  since: string,
): string | null {
  const days = Math.min(unusedDays ?? Infinity, idleDays ?? Infinity);
  return days === Infinity ? null : new Date(Date.parse(since) + days * DAY_MS).toISOString();
}

/** Refuses with `invalid-expiry`. */
export function requireExpiry({ unusedDays, idleDays }: PurseExpiry): void {
  const isPeriod = (days: number | null): boolean =>
    days === null || (Number.isInteger(days) && days >= 1 && days <= EXPIRY_DAYS_MAX);
  if (isPeriod(unusedDays) && isPeriod(idleDays)) return;
  throw new DomainError(
    'invalid-expiry',
    `A period is a whole number of days from 1 to ${EXPIRY_DAYS_MAX}, or null for never.`,
  );
}
