/** The owner of a key: an account (a tenant), or an operator who runs Daybook. */
export type CallerKind = 'account' | 'operator';

/**
 * The scopes of keys. Each operation requires one scope. No scope of an account allows an operation of
 * the operators. `service:read` is for the documentation; the metrics need `operations:read`.
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
    'chains:read',
    'events:read',
    'sandbox:read',
    'sandbox:write',
    'service:read',
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

/** The scopes that a key's words grant. A word of the other kind grants nothing. */
export function scopesOf(kind: CallerKind, words: readonly string[]): ReadonlySet<Scope> {
  const isGiven = (scope: Scope) =>
    words.includes(scope) || words.includes(scope.slice(scope.indexOf(':') + 1));
  return new Set(SCOPES[kind].filter(isGiven));
}
