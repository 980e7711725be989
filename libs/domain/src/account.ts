import { requireReason } from './customer';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { NEVER_EXPIRES, type PurseExpiry, requireExpiry } from './expiry';
import { type IssuedKey, type IssuedKeys, issuedKeys } from './issued-keys';

/** What is set when an account is opened; the rest of its policy has defaults. */
export interface OpeningPolicy {
  /** Whether a final transfer waits for `ResolveCompliance` before it is credited. */
  readonly screening: boolean;
}

/** How the account wants its purses and transfers handled. */
export interface AccountPolicy extends OpeningPolicy {
  /** When its purses expire; never until it is changed. */
  readonly purseExpiry: PurseExpiry;
}

/** Reasons are kept as evidence. */
export type AccountCommand = CommandIn<{
  OpenAccount: { name: string; policy: OpeningPolicy };
  ChangeAccountPolicy: { purseExpiry: PurseExpiry; reason: string };
  IssueApiKey: IssuedKey;
  RevokeApiKey: { keyId: string; reason: string | null };
}>;

export type AccountEvent = EventIn<{
  AccountOpened: { name: string; policy: OpeningPolicy };
  AccountPolicyChanged: { purseExpiry: PurseExpiry; reason: string };
  ApiKeyIssued: IssuedKey;
  ApiKeyRevoked: { keyId: string; reason: string | null };
}>;

export type AccountState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open';
      readonly name: string;
      readonly policy: AccountPolicy;
      readonly keys: IssuedKeys;
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

      case 'IssueApiKey':
        if (state.status === 'absent') {
          throw new DomainError(
            'account-not-found',
            'Open the account before issuing keys for it.',
          );
        }
        return issuedKeys
          .toIssue(state.keys, command)
          .map((data) => ({ type: 'ApiKeyIssued', data }));

      case 'RevokeApiKey': {
        const { keyId, reason } = command;
        if (!issuedKeys.isToRevoke(state.status === 'open' ? state.keys : {}, keyId)) return [];
        return [{ type: 'ApiKeyRevoked', data: { keyId, reason } }];
      }
    }
  },

  evolve(state, event) {
    if (event.type === 'AccountOpened') {
      const { name, policy } = event.data;
      return { status: 'open', name, policy: { ...policy, purseExpiry: NEVER_EXPIRES }, keys: {} };
    }
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'AccountPolicyChanged': {
        const { purseExpiry } = event.data;
        return { ...state, policy: { ...state.policy, purseExpiry } };
      }
      case 'ApiKeyIssued':
        return { ...state, keys: issuedKeys.issued(state.keys, event.data) };
      case 'ApiKeyRevoked':
        return { ...state, keys: issuedKeys.revoked(state.keys, event.data.keyId) };
    }
  },
};
