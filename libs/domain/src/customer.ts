import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';

/** The account's own id of its customer: 1 to 128 visible ASCII characters. */
export const EXTERNAL_ID = /^[\x21-\x7e]{1,128}$/;
export const DESCRIPTION_LENGTH_MAX = 500;
export const REASON_LENGTH_MAX = 500;

interface Created {
  readonly accountId: string;
  readonly externalId: string;
  readonly description: string | null;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

export type CustomerCommand = CommandIn<{
  CreateCustomer: Omit<Created, 'createdAt'> & { at: string };
  UpdateCustomer: { accountId: string; description: string | null };
  BlockCustomer: { accountId: string; reason: string };
  UnblockCustomer: { accountId: string; reason: string };
}>;

export type CustomerEvent = EventIn<{
  CustomerCreated: Created;
  CustomerUpdated: { description: string | null };
  CustomerBlocked: { reason: string };
  CustomerUnblocked: { reason: string };
}>;

type Status = 'active' | 'blocked';

/** The status that each event sets; null where it stays as it was. */
export const CUSTOMER_STATUS_AFTER: Readonly<Record<CustomerEvent['type'], Status | null>> = {
  CustomerCreated: 'active',
  CustomerUpdated: null,
  CustomerBlocked: 'blocked',
  CustomerUnblocked: 'active',
};

export type CustomerState = { readonly status: 'absent' } | ({ readonly status: Status } & Created);

export const customer: Decider<CustomerCommand, CustomerEvent, CustomerState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    if (command.type === 'CreateCustomer') return create(command, state);
    // Another account's customer does not exist: a tenant never learns that an id is taken.
    if (state.status === 'absent' || state.accountId !== command.accountId) {
      throw new DomainError('customer-not-found', 'There is no customer with this id.');
    }
    switch (command.type) {
      case 'UpdateCustomer':
        requireDescription(command.description);
        if (command.description === state.description) return [];
        return [{ type: 'CustomerUpdated', data: { description: command.description } }];

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
        return { ...state, description: event.data.description };
      case 'CustomerBlocked':
      case 'CustomerUnblocked':
        return { ...state, status: CUSTOMER_STATUS_AFTER[event.type] ?? state.status };
    }
  },
};

/**
 * Create-or-return: a customer's id is derived from account and external id, so a customer that exists
 * is the one that was asked for, and the repeat changes nothing.
 */
function create(
  command: Extract<CustomerCommand, { type: 'CreateCustomer' }>,
  state: CustomerState,
): readonly CustomerEvent[] {
  const { accountId, externalId, description, at } = command;
  if (!EXTERNAL_ID.test(externalId)) {
    throw new DomainError(
      'invalid-external-id',
      'An external id has 1 to 128 visible ASCII characters without spaces.',
    );
  }
  requireDescription(description);
  if (state.status !== 'absent') return [];
  return [{ type: 'CustomerCreated', data: { accountId, externalId, description, createdAt: at } }];
}

function requireDescription(description: string | null): void {
  if (description === null || description.length <= DESCRIPTION_LENGTH_MAX) return;
  const sentence = `A description has at most ${DESCRIPTION_LENGTH_MAX} characters.`;
  throw new DomainError('invalid-description', sentence);
}

/** Refuses with `invalid-reason`. */
export function requireReason(reason: string): void {
  if (reason.trim() !== '' && reason.length <= REASON_LENGTH_MAX) return;
  const sentence = `A reason has 1 to ${REASON_LENGTH_MAX} characters; it is kept as evidence.`;
  throw new DomainError('invalid-reason', sentence);
}
