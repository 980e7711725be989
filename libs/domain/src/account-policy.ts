import { DomainError } from './errors';
import { NEVER_EXPIRES, type PurseExpiry, requireExpiry } from './expiry';

/** Who decides about a final transfer before it is credited: nobody, or an operator for each. */
export const COMPLIANCE_MODES = ['none', 'manual'] as const;
export type ComplianceMode = (typeof COMPLIANCE_MODES)[number];

/** The kinds of operations that have quotas of their own. */
export const QUOTA_TIERS = ['wallet', 'financial', 'standard'] as const;
export type QuotaTier = (typeof QUOTA_TIERS)[number];

/** How many requests each key of an account may make in a window. */
export interface TierQuota {
  readonly requests: number;
  readonly windowSeconds: number;
}

/** The quota of each tier; null for that of the service. */
export type Quotas = Readonly<Record<QuotaTier, TierQuota | null>>;

/** How an account is run: its settings in groups, of which each is recorded as a whole when it changes. */
export interface AccountPolicy {
  /** When its purses expire. */
  readonly purseExpiry: PurseExpiry;
  readonly compliance: { readonly mode: ComplianceMode };
  readonly quotas: Quotas;
  /** Addresses and CIDR ranges, IPv4 or IPv6, from which its keys may be used; null for any. */
  readonly allowedAddresses: readonly string[] | null;
}

/** Settings to change. What is left out stays as it is, also within a group. */
export interface PolicyChange {
  readonly purseExpiry?: Partial<PurseExpiry>;
  readonly compliance?: AccountPolicy['compliance'];
  readonly quotas?: Partial<Quotas>;
  readonly allowedAddresses?: AccountPolicy['allowedAddresses'];
}

const SERVICE_QUOTAS: Quotas = { wallet: null, financial: null, standard: null };

/** What holds until it is changed. A new setting is added here, so events from before it was there need no upcast. */
export const DEFAULT_POLICY: AccountPolicy = {
  purseExpiry: NEVER_EXPIRES,
  compliance: { mode: 'none' },
  quotas: SERVICE_QUOTAS,
  allowedAddresses: null,
};

const QUARTER_HOUR = 900;
const quota = (requests: number): TierQuota => ({ requests, windowSeconds: QUARTER_HOUR });

/**
 * Named settings: the default, and those of the three systems that Daybook replaces. None has a compliance mode or a
 * list of addresses, so that taking one never weakens a protection.
 */
export const PRESETS = {
  daybook: { purseExpiry: NEVER_EXPIRES, quotas: SERVICE_QUOTAS },
  cryptonow: { purseExpiry: NEVER_EXPIRES, quotas: SERVICE_QUOTAS },
  calypso: { purseExpiry: { unusedDays: 30, idleDays: 30 }, quotas: SERVICE_QUOTAS },
  '3pay': {
    purseExpiry: NEVER_EXPIRES,
    quotas: { wallet: quota(20), financial: quota(30), standard: quota(100) },
  },
} as const satisfies Readonly<Record<string, Pick<AccountPolicy, 'purseExpiry' | 'quotas'>>>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** More than a busy key makes in a day; a higher quota limits nothing. */
export const QUOTA_REQUESTS_MAX = 1_000_000_000;
/** One day: a longer window would shut a client out for too long. */
export const QUOTA_WINDOW_SECONDS_MAX = 86_400;
/** The list is read with every key that is looked up. */
export const ALLOWED_ADDRESSES_MAX = 100;
/** The longest form of an IPv6 address, with the length of its range. */
export const ADDRESS_RANGE_LENGTH_MAX = 49;

/** The policy after a change. */
export function changedPolicy(policy: AccountPolicy, change: PolicyChange): AccountPolicy {
  return {
    purseExpiry: { ...policy.purseExpiry, ...change.purseExpiry },
    compliance: change.compliance ?? policy.compliance,
    quotas: { ...policy.quotas, ...change.quotas },
    allowedAddresses:
      change.allowedAddresses === undefined ? policy.allowedAddresses : change.allowedAddresses,
  };
}

/** The groups of settings in which two policies differ, as they are in `after`. */
export function differenceOf(before: AccountPolicy, after: AccountPolicy): Partial<AccountPolicy> {
  const groups = Object.keys(DEFAULT_POLICY) as (keyof AccountPolicy)[];
  const changed = groups.filter((group) => !isSame(before[group], after[group]));
  return Object.fromEntries(changed.map((group) => [group, after[group]]));
}

/** The names of the settings in which a policy differs from a preset, such as `purseExpiry.idleDays`. */
export function deviationsFrom(preset: PresetName, policy: AccountPolicy): readonly string[] {
  const { purseExpiry, quotas } = PRESETS[preset];
  return [
    ...deviations('purseExpiry', purseExpiry, policy),
    ...deviations('quotas', quotas, policy),
  ];
}

function deviations<Group extends 'purseExpiry' | 'quotas'>(
  group: Group,
  preset: AccountPolicy[Group],
  { [group]: settings }: AccountPolicy,
): readonly string[] {
  const names = Object.keys(settings) as (keyof AccountPolicy[Group] & string)[];
  return names
    .filter((name) => !isSame(preset[name], settings[name]))
    .map((name) => `${group}.${name}`);
}

/** Whether two settings are the same; the order of an object's fields does not count. */
function isSame(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]) => (one < other ? -1 : 1);

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isObject ? Object.fromEntries(Object.entries(inner).sort(byName)) : inner;
  });
}

/** Refuses with `invalid-expiry`, `invalid-policy`. */
export function requirePolicyChange({
  purseExpiry,
  compliance,
  quotas = {},
  allowedAddresses = null,
}: PolicyChange): void {
  if (purseExpiry !== undefined) requireExpiry({ ...NEVER_EXPIRES, ...purseExpiry });
  if (compliance !== undefined && !COMPLIANCE_MODES.includes(compliance.mode)) {
    throw invalid(`A compliance mode is one of ${COMPLIANCE_MODES.join(', ')}.`);
  }
  for (const tier of QUOTA_TIERS) {
    const one = quotas[tier] ?? null;
    if (one !== null) requireQuota(one);
  }
  if (allowedAddresses !== null) requireAddresses(allowedAddresses);
}

function requireQuota({ requests, windowSeconds }: TierQuota): void {
  const isCount = (count: number, max: number) =>
    Number.isInteger(count) && count >= 1 && count <= max;
  if (isCount(requests, QUOTA_REQUESTS_MAX) && isCount(windowSeconds, QUOTA_WINDOW_SECONDS_MAX)) {
    return;
  }
  throw invalid(
    `A quota has 1 to ${QUOTA_REQUESTS_MAX} requests in 1 to ${QUOTA_WINDOW_SECONDS_MAX} seconds.`,
  );
}

/** An empty list would shut out every key: that is what closing is for. */
function requireAddresses(addresses: readonly string[]): void {
  const isDistinct = new Set(addresses).size === addresses.length;
  const isShort = addresses.every((one) => one !== '' && one.length <= ADDRESS_RANGE_LENGTH_MAX);
  const { length } = addresses;
  if (length >= 1 && length <= ALLOWED_ADDRESSES_MAX && isDistinct && isShort) return;
  throw invalid(
    `Allowed addresses are 1 to ${ALLOWED_ADDRESSES_MAX} different addresses or CIDR ranges, or null for any address.`,
  );
}

function invalid(sentence: string): DomainError {
  return new DomainError('invalid-policy', sentence);
}
