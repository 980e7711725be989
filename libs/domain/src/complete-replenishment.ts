import { orderOf, type ReplenishmentState, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';

/** Whether an event says everything itself. Those of version 1 do not. */
export function isComplete(event: ReplenishmentEvent): boolean {
  return event.data.outsideOrderId !== undefined;
}

/**
 * The events of one replenishment from its first on, each with what version 1 left out: the transfer
 * and its block stand in earlier events of the stream, the order id in the stream of the purse.
 * `orderAt` answers which order id a purse had at a position. The same stream always gives the same
 * events, and later events of a stream never change earlier ones.
 */
export function completeReplenishment(
  history: readonly { readonly event: ReplenishmentEvent; readonly position: bigint }[],
  orderAt: (purseId: string, position: bigint) => string | null,
): readonly ReplenishmentEvent[] {
  let state = replenishment.initialState;
  return history.map(({ event, position }) => {
    const complete = isComplete(event)
      ? event
      : completeEvent(event, state, (purseId) => orderAt(purseId, position));
    state = replenishment.evolve(state, complete);
    return complete;
  });
}

function completeEvent(
  event: ReplenishmentEvent,
  before: ReplenishmentState,
  orderNow: (purseId: string) => string | null,
): ReplenishmentEvent {
  switch (event.type) {
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentRejected': {
      const { purseId } = event.data;
      const known = orderOf(before, purseId);
      return withData(event, { outsideOrderId: known === undefined ? orderNow(purseId) : known });
    }
    case 'ReplenishmentDropped': {
      if (before.status === 'absent') return event;
      const { transfer, outsideOrderId } = before;
      return withData(event, { transfer, outsideOrderId });
    }
    case 'ComplianceCheckStarted':
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentReverted': {
      if (before.status === 'absent') return event;
      const { transfer, block, outsideOrderId } = before;
      return withData(event, { transfer, block, outsideOrderId });
    }
  }
}

/** The stream says the same as the event where the event says it, so the order does not matter. */
function withData(event: ReplenishmentEvent, missing: object): ReplenishmentEvent {
  // The compiler cannot see that type and data still belong together.
  return { ...event, data: { ...event.data, ...missing } } as ReplenishmentEvent;
}
