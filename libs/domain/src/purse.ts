import type { CustomerState } from './customer';
import type { Decider } from './decider';
import { DomainError } from './errors';
import { expiryOf, type PurseExpiry, type PurseUse } from './expiry';
import type { Family } from './ids';

/** The longest order id of the merchant's that a purse carries. */
export const OUTSIDE_ORDER_ID_LENGTH_MAX = 128;

export type PurseCommand =
  | {
      readonly type: 'MintPurse';
      readonly accountId: string;
      readonly customerId: string;
      readonly family: Family;
      /** The address that was derived for this purse, in the family's canonical form. */
      readonly address: string;
      /** Where the address comes from: child index under the xpub with this fingerprint. */
      readonly derivation: Derivation;
      /** The merchant's own order id, handed back with every replenishment. */
      readonly outsideOrderId: string | null;
      /** RFC 3339, UTC. */
      readonly at: string;
      /** The owner, read from another stream a moment ago. Being blocked does not hinder a mint. */
      readonly facts: { readonly owner: CustomerState };
    }
  | { readonly type: 'ArchivePurse'; readonly accountId: string; readonly reason: ArchiveReason }
  | {
      readonly type: 'ExpirePurse';
      readonly accountId: string;
      /** The database's time, RFC 3339. */
      readonly at: string;
      readonly facts: ExpiryFacts;
    }
  | { readonly type: 'RestorePurse'; readonly accountId: string }
  | { readonly type: 'DeclinePurse'; readonly accountId: string; readonly replenishmentId: string };

/** What decides whether a purse expires, read from other streams and read models a moment before. */
export interface ExpiryFacts {
  readonly policy: PurseExpiry;
  readonly use: PurseUse;
  /** How often the purse had been restored when `use` was read. */
  readonly restorations: number;
  /** Why nothing may expire now, such as an open replenishment; null when nothing holds it. */
  readonly heldBy: string | null;
}

export interface Derivation {
  readonly xpubFingerprint: string;
  readonly index: number;
}

export type ArchiveReason = 'never-replenished' | 'unused' | 'requested';

export type PurseEvent =
  | {
      readonly type: 'PurseMinted';
      readonly data: {
        readonly accountId: string;
        readonly customerId: string;
        readonly family: Family;
        readonly address: string;
        readonly derivation: Derivation;
        readonly outsideOrderId: string | null;
        readonly mintedAt: string;
      };
    }
  | { readonly type: 'PurseArchived'; readonly data: { readonly reason: ArchiveReason } }
  | { readonly type: 'PurseRestored'; readonly data: Record<string, never> }
  | { readonly type: 'PurseDeclined'; readonly data: { readonly replenishmentId: string } };

export type PurseState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'active' | 'archived' | 'declined';
      readonly accountId: string;
      readonly customerId: string;
      readonly family: Family;
      readonly address: string;
      readonly derivation: Derivation;
      readonly outsideOrderId: string | null;
      readonly mintedAt: string;
      readonly restorations: number;
    };

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
    }
  },

  evolve(state, event) {
    if (event.type === 'PurseMinted') {
      return { status: 'active', ...event.data, restorations: 0 };
    }
    if (state.status === 'absent') return state;
    switch (event.type) {
      case 'PurseArchived':
        return { ...state, status: 'archived' };
      case 'PurseRestored':
        return { ...state, status: 'active', restorations: state.restorations + 1 };
      case 'PurseDeclined':
        return { ...state, status: 'declined' };
    }
  },
};

type Known = Exclude<PurseState, { status: 'absent' }>;

function restore({ status }: Known): readonly PurseEvent[] {
  if (status === 'declined') {
    throw new DomainError('purse-declined', 'A declined purse is never used again.');
  }
  return status === 'active' ? [] : [{ type: 'PurseRestored', data: {} }];
}

/**
 * Races between reading the facts and the append: a purse that was restored meanwhile has a new period,
 * which `restorations` shows. A transfer that is detected meanwhile is credited all the same, since the
 * state of the purse at its detection counts. A policy changed meanwhile counts from the next look on.
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
 * address was derived for the attempt. Asking for an address never answers with an archived one: the
 * purse is restored. Refuses a declined purse with `purse-declined`.
 */
function mint(
  command: Extract<PurseCommand, { type: 'MintPurse' }>,
  state: PurseState,
): readonly PurseEvent[] {
  if (state.status !== 'absent') return restore(state);
  const { facts, type, at, ...minted } = command;
  if (facts.owner.status === 'absent' || facts.owner.accountId !== minted.accountId) {
    throw new DomainError('customer-not-found', 'There is no customer with this id.');
  }
  return [{ type: 'PurseMinted', data: { ...minted, mintedAt: at } }];
}
