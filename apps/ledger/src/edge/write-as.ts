import type { Decider, DomainEvent } from '@daybook/domain';
import { decideAndAppend, type EventStore } from '@daybook/event-store';
import type { Answer, RequestContext } from './request-context';
import { preconditionOf } from './versions';

/**
 * Decides one command of a client on one stream and answers with the resource after the command.
 * Rejects with `DomainError`, `IdempotencyKeyReused`, `PreconditionFailed` or an `EventStoreError`.
 */
export async function writeAs<
  Command,
  Event extends DomainEvent,
  State extends { readonly status: string },
  Resource,
>(
  store: EventStore,
  context: RequestContext,
  stream: string,
  decider: Decider<Command, Event, State>,
  command: Command,
  toResource: (state: Exclude<State, { status: 'absent' }>) => Resource,
  likelyNew = false,
): Promise<Answer<Resource>> {
  const { commandId, claim, ifMatch, ...metadata } = context;
  const precondition = ifMatch && { precondition: preconditionOf(ifMatch) };
  const asked = { stream, decider, command, commandId, metadata, likelyNew, ...precondition };
  const decided = await decideAndAppend(store, claim === undefined ? asked : { ...asked, claim });
  const { state, position, revision, events } = decided;
  if (state.status === 'absent') throw new Error(`${stream} is absent after an accepted command.`);
  const wrote = events.length > 0;
  return {
    resource: toResource(state as Exclude<State, { status: 'absent' }>),
    position,
    version: position,
    outcome: wrote ? (revision === 0n ? 'created' : 'changed') : 'unchanged',
    replayed: decided.outcome === 'replayed',
  };
}
