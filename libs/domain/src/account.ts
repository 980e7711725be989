import {
  type AccountKey,
  API_KEYS_MAX,
  endOf,
  type KeptAccountKey,
  overlapEnd,
  type Rotation,
  requirePerson,
  successorOf,
} from './account-keys';
import {
  type AccountPolicy,
  changedPolicy,
  DEFAULT_POLICY,
  differenceOf,
  type PolicyChange,
  PRESETS,
  type PresetName,
  requirePolicyChange,
} from './account-policy';
import { requireReason } from './customer';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { type IssuedKeys, issuedKeys } from './issued-keys';

/** Reasons are kept as evidence. */
export type AccountCommand = CommandIn<{
  /** With the settings of a preset, `daybook` if left out, and single ones beside it. */
  OpenAccount: { name: string; preset?: PresetName | undefined; policy: PolicyChange };
  CloseAccount: { reason: string };
  ReopenAccount: { reason: string };
  /** Takes a preset, if one is named, and changes the single settings after it. */
  ChangeAccountPolicy: { preset?: PresetName | undefined; policy: PolicyChange; reason: string };
  /** `at` is the time (RFC 3339) at which the valid keys are counted; without it there is no limit. */
  IssueApiKey: AccountKey & { readonly at?: string };
  RevokeApiKey: { keyId: string; reason: string | null };
  RotateApiKey: Rotation & { reason: string };
}>;

export type AccountEvent = EventIn<{
  /** The settings that are not the default ones may stand alone. */
  AccountOpened: { name: string; preset: PresetName; policy: Partial<AccountPolicy> };
  AccountClosed: { reason: string };
  AccountReopened: { reason: string };
  /** The groups of settings that changed, each as a whole, and the preset that was taken, if one was. */
  AccountPolicyChanged: {
    policy: Partial<AccountPolicy>;
    preset: PresetName | null;
    reason: string;
  };
  ApiKeyIssued: AccountKey;
  ApiKeyRevoked: { keyId: string; reason: string | null };
  /** The key was replaced, and ends at the end of the overlap. */
  ApiKeyRotated: { keyId: string; successorId: string; endsAt: string; reason: string };
}>;

export type AccountState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open' | 'closed';
      readonly name: string;
      /** The preset that was taken last. */
      readonly preset: PresetName;
      readonly policy: AccountPolicy;
      readonly keys: IssuedKeys<KeptAccountKey>;
    };

type Opened = Exclude<AccountState, { status: 'absent' }>;
type CommandOf<Type> = Extract<AccountCommand, { type: Type }>;

/**
 * A closed account is still watched and booked, its keys still read, and operators still act on it: the edge alone
 * refuses the commands of its keys.
 */
export const account: Decider<AccountCommand, AccountEvent, AccountState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    switch (command.type) {
      case 'OpenAccount':
        return open(command, state);
      case 'CloseAccount': {
        requireReason(command.reason);
        if (opened(state).status === 'closed') return [];
        return [{ type: 'AccountClosed', data: { reason: command.reason } }];
      }
      case 'ReopenAccount': {
        requireReason(command.reason);
        if (opened(state).status === 'open') return [];
        return [{ type: 'AccountReopened', data: { reason: command.reason } }];
      }
      case 'ChangeAccountPolicy':
        return changePolicy(command, state);
      case 'IssueApiKey':
        return issue(command, state);
      case 'RevokeApiKey': {
        const { keyId, reason } = command;
        if (!issuedKeys.isToRevoke(keysOf(state), keyId)) return [];
        return [{ type: 'ApiKeyRevoked', data: { keyId, reason } }];
      }
      case 'RotateApiKey':
        return rotate(command, state);
    }
  },

  evolve(state, event) {
    if (event.type === 'AccountOpened') {
      const { name, preset, policy } = event.data;
      return {
        status: 'open',
        name,
        preset,
        policy: changedPolicy(DEFAULT_POLICY, policy),
        keys: {},
      };
    }
    if (state.status === 'absent') return state;
    const change = (keyId: string, changes: Partial<KeptAccountKey>) => ({
      ...state,
      keys: issuedKeys.changed(state.keys, keyId, changes),
    });
    switch (event.type) {
      case 'AccountClosed':
        return { ...state, status: 'closed' };
      case 'AccountReopened':
        return { ...state, status: 'open' };
      case 'AccountPolicyChanged': {
        const { policy, preset } = event.data;
        return {
          ...state,
          preset: preset ?? state.preset,
          policy: changedPolicy(state.policy, policy),
        };
      }
      case 'ApiKeyIssued': {
        const kept = { ...event.data, isRevoked: false, endsAt: null };
        return { ...state, keys: { ...state.keys, [kept.keyId]: kept } };
      }
      case 'ApiKeyRevoked':
        return change(event.data.keyId, { isRevoked: true });
      case 'ApiKeyRotated': {
        const { keyId, endsAt } = event.data;
        const known = state.keys[keyId];
        // The earliest of several rotations counts.
        const first = endOf({ expiresAt: known?.endsAt ?? null, endsAt });
        return change(keyId, { endsAt: first });
      }
    }
  },
};

function opened(state: AccountState): Opened {
  if (state.status !== 'absent') return state;
  throw new DomainError('account-not-found', 'There is no account with this id.');
}

function keysOf(state: AccountState): IssuedKeys<KeptAccountKey> {
  return state.status === 'absent' ? {} : state.keys;
}

/** Opening an account again changes nothing, whatever the repeat says. */
function open(
  { name, preset = 'daybook', policy }: CommandOf<'OpenAccount'>,
  state: AccountState,
): readonly AccountEvent[] {
  requirePolicyChange(policy);
  if (state.status !== 'absent') return [];
  const begun = changedPolicy(changedPolicy(DEFAULT_POLICY, PRESETS[preset]), policy);
  return [
    {
      type: 'AccountOpened',
      data: { name, preset, policy: differenceOf(DEFAULT_POLICY, begun) },
    },
  ];
}

function changePolicy(
  { preset, policy, reason }: CommandOf<'ChangeAccountPolicy'>,
  state: AccountState,
): readonly AccountEvent[] {
  requirePolicyChange(policy);
  requireReason(reason);
  const { policy: now, preset: taken } = opened(state);
  const base = preset === undefined ? now : changedPolicy(now, PRESETS[preset]);
  const changed = differenceOf(now, changedPolicy(base, policy));
  const isSamePreset = preset === undefined || preset === taken;
  if (isSamePreset && Object.keys(changed).length === 0) return [];
  const data = { policy: changed, preset: preset ?? null, reason };
  return [{ type: 'AccountPolicyChanged', data }];
}

function issue(
  { type: _, at, ...key }: CommandOf<'IssueApiKey'>,
  state: AccountState,
): readonly AccountEvent[] {
  requirePerson(key);
  if (state.status === 'absent') {
    throw new DomainError('account-not-found', 'Open the account before issuing keys for it.');
  }
  if (!issuedKeys.isToIssue(state.keys, key)) return [];
  if (at !== undefined) requireRoom(state.keys, at);
  return [{ type: 'ApiKeyIssued', data: key }];
}

/** Refuses with `too-many-api-keys`. */
function requireRoom(keys: IssuedKeys<KeptAccountKey>, at: string): void {
  const isValid = (key: KeptAccountKey) => {
    const end = endOf(key);
    return !key.isRevoked && (end === null || Date.parse(end) > Date.parse(at));
  };
  if (Object.values(keys).filter(isValid).length < API_KEYS_MAX) return;
  throw new DomainError(
    'too-many-api-keys',
    `The account has ${API_KEYS_MAX} valid keys; revoke those that are not used.`,
  );
}

/** A rotation without an overlap revokes the old key: its end must not depend on the clock of a process. */
function rotate(
  { reason, ...rotation }: CommandOf<'RotateApiKey'>,
  state: AccountState,
): readonly AccountEvent[] {
  requireReason(reason);
  const keys = keysOf(state);
  const key = successorOf(keys, rotation);
  if (key === null) return [];
  issuedKeys.isToIssue(keys, key);
  const { keyId, overlapSeconds } = rotation;
  if (overlapSeconds > 0) requireRoom(keys, rotation.at);
  const endsAt = overlapEnd(rotation);
  const ended: AccountEvent =
    overlapSeconds === 0
      ? { type: 'ApiKeyRevoked', data: { keyId, reason } }
      : {
          type: 'ApiKeyRotated',
          data: { keyId, successorId: key.keyId, endsAt, reason },
        };
  return [{ type: 'ApiKeyIssued', data: key }, ended];
}
