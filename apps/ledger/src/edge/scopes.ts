import { ADMIN_SCOPE } from '@daybook/domain';

/** The owner of a key: an account (a tenant), or an operator who runs Daybook. */
export type CallerKind = 'account' | 'operator';

/**
 * The scopes of keys. Each operation requires one scope. No scope of an account allows an operation of
 * the operators. `service:read` is for the documentation; the metrics need `operations:read`. `account:admin` is in
 * no group: who may issue keys is said expressly.
 */
const SCOPES = {
  account: [
    'customers:read',
    'customers:write',
    'purses:read',
    'purses:write',
    'replenishments:read',
    'replenishments:write',
    'balances:read',
    'adjustments:read',
    'adjustments:write',
    'customer-transfers:read',
    'customer-transfers:write',
    'chains:read',
    'events:read',
    'sandbox:read',
    'sandbox:write',
    'service:read',
    ADMIN_SCOPE,
  ],
  operator: [
    'accounts:read',
    'accounts:write',
    'operations:read',
    'operations:write',
    'service:read',
  ],
} as const satisfies Record<CallerKind, readonly string[]>;

export type Scope = (typeof SCOPES)[CallerKind][number];

/** A group includes every scope of the key's kind with this ending, also scopes of later versions. */
const GROUPS = ['read', 'write'] as const;

/** The words that a key of this kind may be issued with. */
export function scopeWords(kind: CallerKind): readonly string[] {
  return [...GROUPS, ...SCOPES[kind]];
}

function groupOf(word: string): string | undefined {
  return GROUPS.find((group) => word.endsWith(`:${group}`));
}

/**
 * The words that a key with other words may not pass on: those that it has neither itself nor by their group. A group
 * is more than its scopes of today, so it is passed on by a key with that group alone.
 */
export function wordsBeyond(held: readonly string[], words: readonly string[]): readonly string[] {
  return words.filter((word) => !held.includes(word) && !held.includes(groupOf(word) ?? word));
}

/** The scopes that a key's words grant. A word of the other kind grants nothing. */
export function scopesOf(kind: CallerKind, words: readonly string[]): ReadonlySet<Scope> {
  const isGiven = (scope: Scope) =>
    words.includes(scope) || words.includes(groupOf(scope) ?? scope);
  return new Set(SCOPES[kind].filter(isGiven));
}
