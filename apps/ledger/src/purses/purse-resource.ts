import type { Family, PurseState } from '@daybook/domain';

/** A purse as clients see it, before an edge gives it its form. */
export interface Purse {
  readonly id: string;
  readonly customerId: string;
  readonly family: Family;
  /** As people write it: EIP-55 checksummed on EVM chains. */
  readonly address: string;
  readonly status: 'PENDING_PAYMENT' | 'ARCHIVED' | 'DECLINED';
  readonly outsideOrderId: string | null;
  readonly mintedAt: string;
  /** Where in the log it was minted: a watcher that has come this far watches it. */
  readonly mintPosition: bigint;
}

export const PURSE_STATUS = {
  active: 'PENDING_PAYMENT',
  archived: 'ARCHIVED',
  declined: 'DECLINED',
} as const;

export function purseResource(
  id: string,
  state: Exclude<PurseState, { status: 'absent' }>,
  displayAddress: (family: Family, address: string) => string,
  mintPosition: bigint,
): Purse {
  const { customerId, family, outsideOrderId, mintedAt } = state;
  const address = displayAddress(family, state.address);
  const status = PURSE_STATUS[state.status];
  return { id, customerId, family, address, status, outsideOrderId, mintedAt, mintPosition };
}
