import { orderOf, replenishment } from './replenishment';
import type { ReplenishmentEvent } from './replenishment-event';
import type { ReplenishmentState } from './replenishment-state';

/** Whether an event says everything itself. Those of version 1 do not. */
export function isComplete(event: ReplenishmentEvent): boolean {
  return event.data.outsideOrderId !== undefined;
}

/**
 * The events of one replenishment from the first one on, each with what version 1 left out: the
 * transfer and its block are in earlier events of the stream, the order id in the stream of the purse.
 * `orderAt` returns the order id of a purse at a position. The same stream always gives the same
 * events, and later events of a stream never change earlier ones.
 */
export function completeReplenishment(
  history: readonly { readonly event: ReplenishmentEvent; readonly position: bigint }[],
  orderAt: (purseId: string, position: bigint) => string | null,
): readonly ReplenishmentEvent[] {
  let state = replenishment.initialState;
  return history.map(({ event, position }) => {
    let complete = event;
    if (!isComplete(event)) {
      const missing = missingIn(event, state, orderAt(event.data.purseId, position));
      // The compiler cannot see that type and data still belong together.
      complete = { ...event, data: { ...event.data, ...missing } } as ReplenishmentEvent;
    }
    state = replenishment.evolve(state, complete);
    return complete;
  });
}

function missingIn(
  event: ReplenishmentEvent,
  before: ReplenishmentState,
  orderNow: string | null,
): object {
  switch (event.type) {
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentRejected':
    case 'OwnCoinsDetected':
    // It says itself where its report shows the transfer.
    case 'ReplenishmentReportNoted': {
      const known = orderOf(before, event.data.purseId);
      return { outsideOrderId: known === undefined ? orderNow : known };
    }
    case 'ReplenishmentDropped':
    case 'ReplenishmentVersionNoted':
    case 'ComplianceCheckStarted':
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentHeld':
    case 'ReplenishmentReleased':
    case 'ReplenishmentReleasedToCustomer':
    case 'ReplenishmentReverted':
    case 'ReplenishmentVoided':
    case 'OwnCoinsBooked':
    case 'OwnCoinsReverted':
    case 'ReplenishmentSwept':
    case 'ReplenishmentSweepReverted': {
      if (before.status === 'absent') return {};
      const { transfer, block, outsideOrderId } = before;
      const isIncluded = event.type !== 'ReplenishmentDropped';
      return { transfer, outsideOrderId, ...(isIncluded && { block }) };
    }
  }
}
