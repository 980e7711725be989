import { displayAddress } from '@daybook/chains';
import type { json } from '@daybook/contracts';
import type { PurseState } from '@daybook/domain';

/** A purse as clients see it, except for `watch`, which follows from the mint position. */
export type Purse = Omit<json.Purse, 'watch'> & {
  /** The log position of the mint. A watcher that has read this far watches the purse. */
  readonly mintPosition: bigint;
};

export const PURSE_STATUS = {
  active: 'PENDING_PAYMENT',
  archived: 'ARCHIVED',
  declined: 'DECLINED',
  unowned: 'NO_OWNER',
} as const;

type Known = Exclude<PurseState, { status: 'absent' }>;

export function purseResource(
  id: string,
  purse: Pick<Known, 'status' | 'customerId' | 'family' | 'outsideOrderId' | 'mintedAt'> & {
    readonly reference?: string | null;
    /** Null if it is that of another purse. */
    readonly address: string | null;
  },
  mintPosition: bigint,
): Purse {
  const { customerId, family, reference = null, outsideOrderId, mintedAt } = purse;
  const address = purse.address === null ? null : displayAddress(family, purse.address);
  const status = PURSE_STATUS[purse.status];
  const about = { id, customerId, family, address, status, reference, outsideOrderId, mintedAt };
  return { ...about, mintPosition };
}
