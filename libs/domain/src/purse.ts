import { isRepeat, requireAct } from './act';
import { requireReason } from './customer';
import type { Decider } from './decider';
import { DomainError } from './errors';
import { expiryOf } from './expiry';
import {
  type KnownPurse as Known,
  PURSE_REFERENCE,
  PURSE_REFERENCE_LENGTH_MAX,
  type PurseCommand,
  type PurseEvent,
  type PurseState,
} from './purse-event';

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

      case 'ChangePurseOrder':
        return changeOrder(command.outsideOrderId, state);

      case 'AllowReplacement':
        return allowReplacement(command, state);

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
      case 'PurseOrderChanged':
        return { ...state, outsideOrderId: event.data.outsideOrderId };
      case 'PurseReplacementAllowed': {
        const act = { type: 'allow-replacement', ...event.data };
        return { ...state, replacementAllowed: true, acts: [...(state.acts ?? []), act] };
      }
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

/** Refuses with `invalid-reason`, `invalid-reference`, `reference-reused`, `purse-not-declined`. */
function allowReplacement(
  { reason, reference }: Extract<PurseCommand, { type: 'AllowReplacement' }>,
  { status, acts, replacementAllowed }: Known,
): readonly PurseEvent[] {
  requireAct({ reason, reference });
  if (isRepeat({ type: 'allow-replacement', reason, reference }, acts)) return [];
  if (status !== 'declined') {
    throw new DomainError('purse-not-declined', 'The purse was not declined; mint it again.');
  }
  if (replacementAllowed) return [];
  return [{ type: 'PurseReplacementAllowed', data: { reason, reference } }];
}

function changeOrder(outsideOrderId: string | null, known: Known): readonly PurseEvent[] {
  if (outsideOrderId === known.outsideOrderId) return [];
  return [{ type: 'PurseOrderChanged', data: { outsideOrderId } }];
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
 * in use, and records another order id. Refuses a declined purse with `purse-declined`, and a new one in its
 * place that no operator allowed; one without an owner with `purse-unowned`; `invalid-reference`.
 */
function mint(
  command: Extract<PurseCommand, { type: 'MintPurse' }>,
  state: PurseState,
): readonly PurseEvent[] {
  const { facts, type, at, reference = null, outsideOrderId, ...minted } = command;
  if (state.status !== 'absent') {
    const restored = restore(state);
    return outsideOrderId === undefined
      ? restored
      : [...restored, ...changeOrder(outsideOrderId, state)];
  }
  if (reference !== null && !PURSE_REFERENCE.test(reference)) {
    const sentence = `The reference of a purse has 1 to ${PURSE_REFERENCE_LENGTH_MAX} visible ASCII characters.`;
    throw new DomainError('invalid-reference', sentence);
  }
  if (facts.owner.status === 'absent' || facts.owner.accountId !== minted.accountId) {
    throw new DomainError('customer-not-found', 'There is no customer with this id.');
  }
  if (facts.hasDeclined) {
    throw new DomainError(
      'purse-declined',
      'A purse of the customer was declined, and no operator has allowed a new address since.',
    );
  }
  const named = reference === null ? {} : { reference };
  const data = { ...minted, ...named, outsideOrderId: outsideOrderId ?? null, mintedAt: at };
  return [{ type: 'PurseMinted', data }];
}
