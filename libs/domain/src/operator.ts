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

/** An operator runs Daybook. It has keys of its own and belongs to no account. */
export type OperatorCommand =
  | { readonly type: 'AddOperator'; readonly name: string }
  | ({ readonly type: 'IssueApiKey' } & KeyToIssue)
  | {
      readonly type: 'RevokeApiKey';
      readonly keyId: string;
      /** Kept as evidence. */
      readonly reason: string;
    }
  | {
      /** Records that the operator has a consumer group retry a parked key. */
      readonly type: 'RetryParkedKey';
      readonly parkedKey: ParkedKeyName;
      /** As the durable log has it. If the key was retried meanwhile, the retry has no effect. */
      readonly facts: { readonly isParked: boolean };
    };

/** A key of a topic that is parked for a consumer group. */
export interface ParkedKeyName {
  readonly topic: string;
  readonly group: string;
  readonly key: string;
}

export type OperatorEvent =
  | { readonly type: 'OperatorAdded'; readonly data: { readonly name: string } }
  | { readonly type: 'OperatorKeyIssued'; readonly data: IssuedKey }
  | {
      readonly type: 'OperatorKeyRevoked';
      readonly data: { readonly keyId: string; readonly reason: string };
    }
  | { readonly type: 'ParkedKeyRetried'; readonly data: ParkedKeyName };

export type OperatorState =
  | { readonly status: 'absent' }
  | { readonly status: 'added'; readonly name: string; readonly keys: IssuedKeys };

export const operator: Decider<OperatorCommand, OperatorEvent, OperatorState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    if (command.type === 'AddOperator') {
      if (state.status === 'added') return [];
      return [{ type: 'OperatorAdded', data: { name: command.name } }];
    }
    if (state.status === 'absent') {
      throw new DomainError('operator-not-found', 'There is no operator with this id.');
    }
    switch (command.type) {
      case 'IssueApiKey': {
        const data = keyToIssue(state.keys, command);
        return data === null ? [] : [{ type: 'OperatorKeyIssued', data }];
      }
      case 'RevokeApiKey': {
        const { keyId, reason } = command;
        if (!isToRevoke(state.keys, keyId)) return [];
        return [{ type: 'OperatorKeyRevoked', data: { keyId, reason } }];
      }
      case 'RetryParkedKey': {
        const { topic, group, key } = command.parkedKey;
        if (!command.facts.isParked) {
          throw new DomainError(
            'key-not-parked',
            `This key is not parked for ${group} on ${topic}; the list of parked keys shows what is.`,
          );
        }
        return [{ type: 'ParkedKeyRetried', data: { topic, group, key } }];
      }
    }
  },

  evolve(state, event) {
    if (event.type === 'OperatorAdded') {
      return { status: 'added', name: event.data.name, keys: {} };
    }
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'OperatorKeyIssued':
        return { ...state, keys: withIssued(state.keys, event.data) };
      case 'OperatorKeyRevoked':
        return { ...state, keys: withRevoked(state.keys, event.data.keyId) };
      case 'ParkedKeyRetried':
        return state;
    }
  },
};
