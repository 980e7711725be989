import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { type IssuedKey, type IssuedKeys, issuedKeys } from './issued-keys';

/** A key of a topic that is parked for a consumer group. */
export interface ParkedKeyName {
  readonly topic: string;
  readonly group: string;
  readonly key: string;
}

/** Operators run Daybook. An operator has keys of its own and no account. Reasons are kept as evidence. */
export type OperatorCommand = CommandIn<{
  AddOperator: { name: string };
  IssueApiKey: IssuedKey;
  RevokeApiKey: { keyId: string; reason: string };
  /** Records that the operator had a consumer group retry a parked key. */
  RetryParkedKey: {
    parkedKey: ParkedKeyName;
    /** From the durable log. Retrying a key that is no longer parked has no effect. */
    facts: { readonly isParked: boolean };
  };
}>;

export type OperatorEvent = EventIn<{
  OperatorAdded: { name: string };
  OperatorKeyIssued: IssuedKey;
  OperatorKeyRevoked: { keyId: string; reason: string };
  ParkedKeyRetried: ParkedKeyName;
}>;

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
        if (!issuedKeys.isToIssue(state.keys, command)) return [];
        const { type: _, ...data } = command;
        return [{ type: 'OperatorKeyIssued', data }];
      }
      case 'RevokeApiKey': {
        const { keyId, reason } = command;
        if (!issuedKeys.isToRevoke(state.keys, keyId)) return [];
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
      case 'OperatorKeyIssued': {
        const kept = { ...event.data, isRevoked: false };
        return { ...state, keys: { ...state.keys, [kept.keyId]: kept } };
      }
      case 'OperatorKeyRevoked': {
        const { keyId } = event.data;
        return { ...state, keys: issuedKeys.changed(state.keys, keyId, { isRevoked: true }) };
      }
      case 'ParkedKeyRetried':
        return state;
    }
  },
};
