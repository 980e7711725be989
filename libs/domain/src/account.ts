import { requireReason } from './customer';
import type { Decider } from './decider';
import { DomainError } from './errors';
import { NEVER_EXPIRES, type PurseExpiry, requireExpiry } from './expiry';

/** How the account wants its purses and transfers handled. */
export interface AccountPolicy {
  /** Whether a final transfer waits for `ResolveCompliance` before it is credited. */
  readonly screening: boolean;
  /** When its purses expire; never until it is changed. */
  readonly purseExpiry: PurseExpiry;
}

/** What is set when an account is opened; the rest has defaults. */
export type OpeningPolicy = Pick<AccountPolicy, 'screening'>;

export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly name: string; readonly policy: OpeningPolicy }
  | {
      readonly type: 'ChangeAccountPolicy';
      readonly purseExpiry: PurseExpiry;
      /** Kept as evidence. */
      readonly reason: string;
    }
  | {
      readonly type: 'IssueApiKey';
      /** The public part of the key, by which it is found and named. */
      readonly keyId: string;
      /** SHA-256 of the whole key, in hex. The key itself never reaches the domain. */
      readonly keyHash: string;
      readonly scopes: readonly string[];
      /** What its owner calls it; null when left out. */
      readonly name?: string | null;
      /** RFC 3339. From this moment on it opens nothing; it never expires when left out. */
      readonly expiresAt?: string | null;
    }
  | {
      readonly type: 'RevokeApiKey';
      readonly keyId: string;
      /** Kept as evidence; null when left out. */
      readonly reason?: string | null;
    };

/** A key as it was issued. */
export interface IssuedKey {
  readonly keyId: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  readonly name: string | null;
  readonly expiresAt: string | null;
}

export type AccountEvent =
  | {
      readonly type: 'AccountOpened';
      readonly data: { readonly name: string; readonly policy: OpeningPolicy };
    }
  | {
      readonly type: 'AccountPolicyChanged';
      readonly data: { readonly purseExpiry: PurseExpiry; readonly reason: string };
    }
  | {
      readonly type: 'ApiKeyIssued';
      readonly data: IssuedKey;
    }
  | {
      readonly type: 'ApiKeyRevoked';
      readonly data: { readonly keyId: string; readonly reason: string | null };
    };

export type AccountState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open';
      readonly policy: AccountPolicy;
      /** By key id. A revoked key stays known: its id is never given to another. */
      readonly keys: Readonly<Record<string, IssuedKey & { readonly isRevoked: boolean }>>;
    };

export const account: Decider<AccountCommand, AccountEvent, AccountState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'OpenAccount':
        if (state.status === 'open') return [];
        return [{ type: 'AccountOpened', data: { name: command.name, policy: command.policy } }];

      case 'ChangeAccountPolicy': {
        const { purseExpiry, reason } = command;
        requireExpiry(purseExpiry);
        requireReason(reason);
        if (state.status === 'absent') {
          throw new DomainError('account-not-found', 'There is no account with this id.');
        }
        const { unusedDays, idleDays } = purseExpiry;
        const now = state.policy.purseExpiry;
        if (now.unusedDays === unusedDays && now.idleDays === idleDays) return [];
        return [
          { type: 'AccountPolicyChanged', data: { purseExpiry: { unusedDays, idleDays }, reason } },
        ];
      }

      case 'IssueApiKey': {
        if (state.status === 'absent') {
          throw new DomainError(
            'account-not-found',
            'Open the account before issuing keys for it.',
          );
        }
        const { keyId, keyHash, scopes, name = null, expiresAt = null } = command;
        const issued: IssuedKey = { keyId, keyHash, scopes, name, expiresAt };
        const known = state.keys[keyId];
        if (known === undefined) return [{ type: 'ApiKeyIssued', data: issued }];
        // A repeat of what is known, also after the key was revoked: that stays so.
        if (isSame(known, issued)) return [];
        throw new DomainError(
          'account-exists',
          'Another key has this id, or it was issued otherwise; make a new key.',
        );
      }

      case 'RevokeApiKey': {
        const known = state.status === 'open' ? state.keys[command.keyId] : undefined;
        if (known === undefined) {
          throw new DomainError('api-key-not-found', 'The account has no key with this id.');
        }
        if (known.isRevoked) return [];
        const { keyId, reason = null } = command;
        return [{ type: 'ApiKeyRevoked', data: { keyId, reason } }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AccountOpened':
        return {
          status: 'open',
          policy: { ...event.data.policy, purseExpiry: NEVER_EXPIRES },
          keys: {},
        };
      case 'AccountPolicyChanged': {
        if (state.status === 'absent') return state;
        const { purseExpiry } = event.data;
        return { ...state, policy: { ...state.policy, purseExpiry } };
      }
      case 'ApiKeyIssued': {
        if (state.status === 'absent') return state;
        const { keyId } = event.data;
        return { ...state, keys: { ...state.keys, [keyId]: { ...event.data, isRevoked: false } } };
      }
      case 'ApiKeyRevoked': {
        const { keyId } = event.data;
        const known = state.status === 'open' ? state.keys[keyId] : undefined;
        if (state.status === 'absent' || known === undefined) return state;
        return { ...state, keys: { ...state.keys, [keyId]: { ...known, isRevoked: true } } };
      }
    }
  },
};

function isSame(a: IssuedKey, b: IssuedKey): boolean {
  // The order of the scopes says nothing.
  const covers = (one: IssuedKey, other: IssuedKey): boolean =>
    other.scopes.every((scope) => one.scopes.includes(scope));
  return (
    a.keyHash === b.keyHash &&
    a.name === b.name &&
    a.expiresAt === b.expiresAt &&
    covers(a, b) &&
    covers(b, a)
  );
}
