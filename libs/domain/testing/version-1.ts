import type { ReplenishmentEvent } from '../src';

/** A current event as version 1 of the software would have stored it. */
export function asVersion1({ type, data }: ReplenishmentEvent): ReplenishmentEvent {
  const { outsideOrderId: _, transfer, block, ...rest } = data as object as Record<string, unknown>;
  const observes =
    type === 'ReplenishmentSeen' ||
    type === 'ReplenishmentDetected' ||
    type === 'ReplenishmentRejected';
  const observed = { ...rest, transfer, ...(block !== undefined && { block }) };
  return { type, data: observes ? observed : rest } as unknown as ReplenishmentEvent;
}
