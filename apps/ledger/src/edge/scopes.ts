/** Who a key belongs to: an account (a tenant), or an operator who runs Daybook. */
export type CallerKind = 'account' | 'operator';

/**
 * What keys may do. Each operation asks for one scope, and no scope of an account opens an operation of
 * the operators. `service:read` is for the documentation and the metrics.
 */
const SCOPES = {
  account: [
    'customers:read',
    'customers:write',
    'purses:read',
    'purses:write',
    'replenishments:read',
    'balances:read',
    'chains:read',
    'events:read',
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

/** Groups stand for every scope of the key's kind with this ending, scopes of later versions included. */
const GROUPS = ['read', 'write'] as const;

/** The words that a key of this kind may be issued with. */
export function scopeWords(kind: CallerKind): readonly string[] {
  return [...GROUPS, ...SCOPES[kind]];
}

/** The scopes behind the words of a key. A word that its kind does not have opens nothing. */
export function scopesOf(kind: CallerKind, words: readonly string[]): ReadonlySet<Scope> {
  const isGiven = (scope: Scope) =>
    words.includes(scope) || words.includes(scope.slice(scope.indexOf(':') + 1));
  return new Set(SCOPES[kind].filter(isGiven));
}
