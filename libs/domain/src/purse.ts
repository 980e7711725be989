import { type Act, isRepeat, type PastAct, requireAct } from './act';
import { type CustomerState, customerErased, requireReason } from './customer';
import type { CommandIn, Decider, EventIn } from './decider';
import { DomainError } from './errors';
import { expiryOf, type PurseExpiry, type PurseUse } from './expiry';
import type { Family } from './ids';

/** The longest order id of a merchant that a purse carries. */
export const OUTSIDE_ORDER_ID_LENGTH_MAX = 128;

/** Where an address comes from: the child `<branch>/<index>` of the xpub with this fingerprint. */
export interface Derivation {
  readonly xpubFingerprint: string;
  readonly branch: number;
  readonly index: number;
}

interface Minted {
  readonly accountId: string;
  readonly customerId: string;
  readonly family: Family;
  /** In the family's canonical form. */
  readonly address: string;
  readonly derivation: Derivation;
  /** The merchant's own order id, returned with every replenishment. */
  readonly outsideOrderId: string | null;
  /** RFC 3339, UTC. */
  readonly mintedAt: string;
}

/** What counts of the customer. */
export type PurseOwner =
  | { readonly status: 'absent' }
  | Pick<Exclude<CustomerState, { status: 'absent' }>, 'status' | 'accountId'>;

/** What decides whether a purse expires, read from other streams and read models a moment before. */
export interface ExpiryFacts {
  readonly policy: PurseExpiry;
  readonly use: PurseUse;
  /** How often the purse had been restored when `use` was read. */
  readonly restorations: number;
  /** Why nothing may expire now, such as an open replenishment; null when nothing prevents it. */
  readonly heldBy: string | null;
}

export type ArchiveReason = 'never-replenished' | 'unused' | 'requested';

export type PurseCommand = CommandIn<{
  MintPurse: Omit<Minted, 'mintedAt'> & {
    at: string;
    /** The owner, read from another stream a moment ago. A blocked customer can have a purse. */
    facts: { readonly owner: PurseOwner };
  };
  ArchivePurse: { accountId: string; reason: ArchiveReason };
  /** `at` is the database's time, RFC 3339. */
  ExpirePurse: { accountId: string; at: string; facts: ExpiryFacts };
  RestorePurse: { accountId: string };
  DeclinePurse: { accountId: string; replenishmentId: string };
  /** For an address that the tables know and the log lost, where another purse is its customer's by now. */
  LoseOwner: { accountId: string; reason: string };
  ConfirmOwner: Act & { accountId: string };
  /** `isHeld`: whether the purse was given the address of another one, by the read models. */
  AssignAddress: Act & {
    accountId: string;
    address: string;
    derivation: Derivation;
    at: string;
    facts: { readonly isHeld: boolean };
  };
}>;

export type PurseEvent = EventIn<{
  PurseMinted: Minted;
  PurseArchived: { reason: ArchiveReason };
  PurseRestored: Record<string, never>;
  PurseDeclined: { replenishmentId: string };
  PurseOwnerLost: { reason: string };
  PurseOwnerConfirmed: Act;
  PurseAddressAssigned: Act & {
    readonly family: Family;
    readonly address: string;
    readonly derivation: Derivation;
    /** RFC 3339, UTC. */
    readonly assignedAt: string;
  };
}>;

/** The status that each event sets; null where it stays. */
export const PURSE_STATUS_AFTER: Readonly<Record<PurseEvent['type'], Known['status'] | null>> = {
  PurseMinted: 'active',
  PurseArchived: 'archived',
  PurseRestored: 'active',
  PurseDeclined: 'declined',
  PurseOwnerLost: 'unowned',
  PurseOwnerConfirmed: 'active',
  PurseAddressAssigned: null,
};

/** `unowned`: it is not certain whose the address is. */
export type PurseStatus = 'active' | 'archived' | 'declined' | 'unowned';

type Known = Minted & {
  readonly status: PurseStatus;
  readonly restorations: number;
  /** What operators did about its address and its owner; absent for nothing. */
  readonly acts?: readonly PastAct[];
};

export type PurseState = { readonly status: 'absent' } | Known;

export const purse: Decider<PurseCommand, PurseEvent, PurseState> = {
  initialState: { status: 'absent' },

  decide(command, state) {
    if (command.type === 'MintPurse') return mint(command, state);
    if (state.status === 'absent' || state.accountId !== command.accountId) {
      throw new DomainError('purse-not-found', 'There is no purse with this id.');
    }
    switch (command.type) {
      case 'ArchivePurse':
        if (state.status !== 'active') return [];
        return [{ type: 'PurseArchived', data: { reason: command.reason } }];

      case 'ExpirePurse':
        return expire(command, state);

      case 'RestorePurse':
        return restore(state);

      case 'DeclinePurse':
        if (state.status === 'declined') return [];
        return [{ type: 'PurseDeclined', data: { replenishmentId: command.replenishmentId } }];

      case 'LoseOwner':
        requireReason(command.reason);
        if (state.status === 'unowned') return [];
        return [{ type: 'PurseOwnerLost', data: { reason: command.reason } }];

      case 'ConfirmOwner':
        return confirm(command, state);

      case 'AssignAddress':
        return assign(command, state);
    }
  },

  evolve(state, event) {
    if (event.type === 'PurseMinted') return { status: 'active', ...event.data, restorations: 0 };
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'PurseArchived':
        return { ...state, status: 'archived' };
      case 'PurseDeclined':
        return { ...state, status: 'declined' };
      case 'PurseRestored':
        return { ...state, status: 'active', restorations: state.restorations + 1 };
      case 'PurseOwnerLost':
        return { ...state, status: 'unowned' };
      case 'PurseOwnerConfirmed': {
        const act = { type: 'confirm-owner', ...event.data };
        return { ...state, status: 'active', acts: [...(state.acts ?? []), act] };
      }
      case 'PurseAddressAssigned': {
        const { address, derivation, reason, reference } = event.data;
        const act = { type: 'assign', reason, reference };
        return { ...state, address, derivation, acts: [...(state.acts ?? []), act] };
      }
    }
  },
};

/**
 * An address of its own for a purse that was given that of another one. The other one keeps it, and what arrives there
 * is no longer held. Refuses with `invalid-reason`, `invalid-reference`, `reference-reused`, `address-not-shared`.
 */
function assign(
  command: Extract<PurseCommand, { type: 'AssignAddress' }>,
  state: Known,
): readonly PurseEvent[] {
  const { address, derivation, at, facts, reason, reference } = command;
  requireAct({ reason, reference });
  if (isRepeat({ type: 'assign', reason, reference }, state.acts)) return [];
  // The read models may not have seen that it was given one a moment ago.
  const wasAssigned = state.acts?.some(({ type }) => type === 'assign') ?? false;
  if (!facts.isHeld || wasAssigned) {
    throw new DomainError('address-not-shared', 'The purse has an address of its own.');
  }
  const data = { family: state.family, address, derivation, assignedAt: at, reason, reference };
  return [{ type: 'PurseAddressAssigned', data }];
}

/** Refuses with `invalid-reason`, `invalid-reference`, `reference-reused`, `purse-has-owner`. */
function confirm(
  { reason, reference }: Extract<PurseCommand, { type: 'ConfirmOwner' }>,
  { status, acts }: Known,
): readonly PurseEvent[] {
  requireAct({ reason, reference });
  if (isRepeat({ type: 'confirm-owner', reason, reference }, acts)) return [];
  if (status !== 'unowned') {
    throw new DomainError('purse-has-owner', 'It is certain whose the purse is.');
  }
  return [{ type: 'PurseOwnerConfirmed', data: { reason, reference } }];
}

function restore({ status }: Known): readonly PurseEvent[] {
  if (status === 'unowned') {
    throw new DomainError('purse-unowned', 'It is not certain whose the purse is.');
  }
  if (status === 'declined') {
    throw new DomainError('purse-declined', 'A declined purse is never used again.');
  }
  return status === 'active' ? [] : [{ type: 'PurseRestored', data: {} }];
}

/**
 * Races between reading the facts and the append: a purse that was restored meanwhile has a new period,
 * which `restorations` shows. A transfer that is detected meanwhile is credited all the same, since the
 * state of the purse at its detection counts. A policy changed meanwhile counts from the next check on.
 */
function expire(
  { at, facts }: Extract<PurseCommand, { type: 'ExpirePurse' }>,
  state: Known,
): readonly PurseEvent[] {
  if (state.status !== 'active' || state.restorations !== facts.restorations) return [];
  if (facts.heldBy !== null) return [];
  const expiry = expiryOf(facts.policy, facts.use);
  if (expiry === null || Date.parse(expiry.at) > Date.parse(at)) return [];
  return [{ type: 'PurseArchived', data: { reason: expiry.reason } }];
}

/**
 * A customer's address never changes, so a second mint of the same purse returns the first, whatever
 * address was derived for the attempt. It restores an archived purse, so that the answer is an address
 * in use. Refuses a declined purse with `purse-declined`, one without an owner with `purse-unowned`, and an erased
 * customer with `customer-erased`.
 */
function mint(
  command: Extract<PurseCommand, { type: 'MintPurse' }>,
  state: PurseState,
): readonly PurseEvent[] {
  const { facts, type, at, ...minted } = command;
  const isOwn = facts.owner.status !== 'absent' && facts.owner.accountId === minted.accountId;
  if (isOwn && facts.owner.status === 'erased') throw customerErased();
  if (state.status !== 'absent') return restore(state);
  if (!isOwn) throw new DomainError('customer-not-found', 'There is no customer with this id.');
  return [{ type: 'PurseMinted', data: { ...minted, mintedAt: at } }];
}
