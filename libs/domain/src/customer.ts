import {
  type CustomerProfile,
  EXTERNAL_ID,
  EXTERNAL_ID_LENGTH_MAX,
  NO_PROFILE,
  type ProfileChange,
  profileChange,
  requireProfile,
} from './customer-profile';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';

export const REASON_LENGTH_MAX = 500;

interface Created extends CustomerProfile {
  readonly accountId: string;
  /** The account's own id of the customer; empty once it can no longer be opened. */
  readonly externalId: string;
  /** Keyed hashes, by which the texts are looked up; null in events from before there were any. */
  readonly externalIdHash: string | null;
  readonly emailHash: string | null;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

export type CustomerCommand = CommandIn<{
  CreateCustomer: ProfileChange & {
    accountId: string;
    externalId: string;
    externalIdHash: string | null;
    at: string;
  };
  UpdateCustomer: ProfileChange & { accountId: string };
  BlockCustomer: { accountId: string; reason: string };
  UnblockCustomer: { accountId: string; reason: string };
  /** `at` is RFC 3339, UTC. */
  EraseCustomer: { accountId: string; reason: string; at: string };
  /** A customer whom the tables know better than the log, with texts as they are stored: they may be sealed. */
  RestoreCustomer: Created;
}>;

export type CustomerEvent = EventIn<{
  CustomerCreated: Created;
  CustomerUpdated: ProfileChange;
  CustomerBlocked: { reason: string };
  CustomerUnblocked: { reason: string };
  CustomerErased: { reason: string; erasedAt: string };
}>;

type Status = 'active' | 'blocked' | 'erased';

/** The status that each event sets; null where it stays as it was. */
export const CUSTOMER_STATUS_AFTER: Readonly<Record<CustomerEvent['type'], Status | null>> = {
  CustomerCreated: 'active',
  CustomerUpdated: null,
  CustomerBlocked: 'blocked',
  CustomerUnblocked: 'active',
  CustomerErased: 'erased',
};

export type CustomerState = { readonly status: 'absent' } | ({ readonly status: Status } & Created);

export const customer: Decider<CustomerCommand, CustomerEvent, CustomerState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    if (command.type === 'CreateCustomer') return create(command, state);
    if (command.type === 'RestoreCustomer') return restore(command, state);
    // Another account's customer does not exist: a tenant never learns that an id is taken.
    if (state.status === 'absent' || state.accountId !== command.accountId) {
      throw new DomainError('customer-not-found', 'There is no customer with this id.');
    }
    if (command.type === 'EraseCustomer') {
      requireReason(command.reason);
      if (state.status === 'erased') return [];
      const { reason, at: erasedAt } = command;
      return [{ type: 'CustomerErased', data: { reason, erasedAt } }];
    }
    if (state.status === 'erased') throw customerErased();
    switch (command.type) {
      case 'UpdateCustomer':
        return update(command, state);

      // Blocking leaves the addresses active: what arrives is credited to the account instead.
      case 'BlockCustomer':
        requireReason(command.reason);
        if (state.status === 'blocked') return [];
        return [{ type: 'CustomerBlocked', data: { reason: command.reason } }];

      case 'UnblockCustomer':
        requireReason(command.reason);
        if (state.status === 'active') return [];
        return [{ type: 'CustomerUnblocked', data: { reason: command.reason } }];
    }
  },

  evolve(state, event) {
    if (event.type === 'CustomerCreated') return { status: 'active', ...event.data };
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'CustomerUpdated':
        return { ...state, ...event.data };
      case 'CustomerErased':
        return { ...state, ...NO_PROFILE, externalId: '', status: 'erased' };
      case 'CustomerBlocked':
      case 'CustomerUnblocked':
        return { ...state, status: CUSTOMER_STATUS_AFTER[event.type] ?? state.status };
    }
  },
};

/** The refusal of everything that concerns the person: nothing is known of them any more. */
export function customerErased(): DomainError {
  const sentence =
    'The personal data of this customer was erased. The same external id makes a new customer.';
  return new DomainError('customer-erased', sentence);
}

/**
 * Create-or-return: a customer's id is derived from account and external id, so a customer that exists
 * is the one that was asked for. What is given of its profile replaces what was known; the rest stays, and so does
 * its status. Refuses an erased one with `customer-erased`: the external id then belongs to the next generation.
 */
function create(
  command: Extract<CustomerCommand, { type: 'CreateCustomer' }>,
  state: CustomerState,
): readonly CustomerEvent[] {
  const { type: _, accountId, externalId, externalIdHash, at, ...given } = command;
  if (!EXTERNAL_ID.test(externalId)) {
    throw new DomainError(
      'invalid-external-id',
      `An external id has 1 to ${EXTERNAL_ID_LENGTH_MAX} characters without control characters.`,
    );
  }
  requireProfile(given);
  if (state.status === 'erased') throw customerErased();
  if (state.status !== 'absent') return changed(given, state);
  const profile = { ...NO_PROFILE, emailHash: null, ...given };
  const created = { accountId, externalId, externalIdHash, ...profile, createdAt: at };
  return [{ type: 'CustomerCreated', data: created }];
}

function update(
  { type: _, accountId: __, ...given }: Extract<CustomerCommand, { type: 'UpdateCustomer' }>,
  state: CustomerProfile,
): readonly CustomerEvent[] {
  requireProfile(given);
  return changed(given, state);
}

function restore(
  { type: _, ...known }: Extract<CustomerCommand, { type: 'RestoreCustomer' }>,
  state: CustomerState,
): readonly CustomerEvent[] {
  if (state.status === 'absent') return [{ type: 'CustomerCreated', data: known }];
  return state.status === 'erased' ? [] : changed(known, state);
}

function changed(given: ProfileChange, state: CustomerProfile): readonly CustomerEvent[] {
  const data = profileChange(state, given);
  return data === null ? [] : [{ type: 'CustomerUpdated', data }];
}

/** Refuses with `invalid-reason`. */
export function requireReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= REASON_LENGTH_MAX) return;
  const sentence = `A reason has 1 to ${REASON_LENGTH_MAX} characters; it is kept as evidence.`;
  throw new DomainError('invalid-reason', sentence);
}
