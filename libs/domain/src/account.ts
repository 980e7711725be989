import type { Decider } from './decider';
import { DomainError } from './errors';
import {
  type IssuedKey,
  type IssuedKeys,
  isToRevoke,
  type KeyToIssue,
  keyToIssue,
  withIssued,
  withRevoked,
} from './issued-keys';

/** What an account decides for itself; every field has a default at opening. */
export interface AccountPolicy {
  /** Whether a final transfer waits for `ResolveCompliance` before it is credited. */
  readonly screening: boolean;
}

export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly name: string; readonly policy: AccountPolicy }
  | ({ readonly type: 'IssueApiKey' } & KeyToIssue)
  | {
      readonly type: 'RevokeApiKey';
      readonly keyId: string;
      /** Kept as evidence; null when left out. */
      readonly reason?: string | null;
    };

export type AccountEvent =
  | {
      readonly type: 'AccountOpened';
      readonly data: { readonly name: string; readonly policy: AccountPolicy };
    }
  | { readonly type: 'ApiKeyIssued'; readonly data: IssuedKey }
  | {
      readonly type: 'ApiKeyRevoked';
      readonly data: { readonly keyId: string; readonly reason: string | null };
    };

export type AccountState =
  | { readonly status: 'absent' }
  | { readonly status: 'open'; readonly policy: AccountPolicy; readonly keys: IssuedKeys };

export const account: Decider<AccountCommand, AccountEvent, AccountState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'OpenAccount':
        if (state.status === 'open') return [];
        return [{ type: 'AccountOpened', data: { name: command.name, policy: command.policy } }];

      case 'IssueApiKey': {
        if (state.status === 'absent') {
          throw new DomainError(
            'account-not-found',
            'Open the account before issuing keys for it.',
          );
        }
        const data = keyToIssue(state.keys, command);
        return data === null ? [] : [{ type: 'ApiKeyIssued', data }];
      }

      case 'RevokeApiKey': {
        const { keyId, reason = null } = command;
        if (!isToRevoke(state.status === 'open' ? state.keys : {}, keyId)) return [];
        return [{ type: 'ApiKeyRevoked', data: { keyId, reason } }];
      }
    }
  },

  evolve(state, event) {
    if (event.type === 'AccountOpened') {
      return { status: 'open', policy: event.data.policy, keys: {} };
    }
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'ApiKeyIssued':
        return { ...state, keys: withIssued(state.keys, event.data) };
      case 'ApiKeyRevoked':
        return { ...state, keys: withRevoked(state.keys, event.data.keyId) };
    }
  },
};
