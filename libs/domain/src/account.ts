import type { Decider } from './decider';
import { DomainError } from './errors';

/** What an account decides for itself; every field has a default at opening. */
export interface AccountPolicy {
  /** Whether a final transfer waits for `ResolveCompliance` before it is credited. */
  readonly screening: boolean;
}

export type AccountCommand =
  | { readonly type: 'OpenAccount'; readonly name: string; readonly policy: AccountPolicy }
  | {
      readonly type: 'IssueApiKey';
      /** The public part of the key, by which it is found and named. */
      readonly keyId: string;
      /** SHA-256 of the whole key, in hex. The key itself never reaches the domain. */
      readonly keyHash: string;
      readonly scopes: readonly string[];
    };

export type AccountEvent =
  | {
      readonly type: 'AccountOpened';
      readonly data: { readonly name: string; readonly policy: AccountPolicy };
    }
  | {
      readonly type: 'ApiKeyIssued';
      readonly data: {
        readonly keyId: string;
        readonly keyHash: string;
        readonly scopes: readonly string[];
      };
    };

export type AccountState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open';
      readonly policy: AccountPolicy;
      /** Key hashes by key id. */
      readonly keys: Readonly<Record<string, string>>;
    };

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
        const known = state.keys[command.keyId];
        if (known === command.keyHash) return [];
        if (known !== undefined) {
          throw new DomainError('account-exists', 'Another key has this id; make a new key.');
        }
        const { keyId, keyHash, scopes } = command;
        return [{ type: 'ApiKeyIssued', data: { keyId, keyHash, scopes } }];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AccountOpened':
        return { status: 'open', policy: event.data.policy, keys: {} };
      case 'ApiKeyIssued':
        if (state.status === 'absent') return state;
        return { ...state, keys: { ...state.keys, [event.data.keyId]: event.data.keyHash } };
    }
  },
};
