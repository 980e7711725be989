import type { PaymentSlot } from '@daybook/chains';
import type { SandboxOrderV1 } from '@daybook/contracts';

/** A deposit on a development chain, and how far it is. It waits until it was sent, and then runs until it is done. */
export interface SandboxDeposit extends SandboxOrderV1 {
  /** Stored before the deposit is sent, so that it is sent once. */
  readonly slot: PaymentSlot | null;
  /** The hash of its transaction; null before it was sent. */
  readonly transaction: string | null;
  /** The reorg that its scenario asks for. Stored as begun before it is made, so that it is made once. */
  readonly reorg: 'none' | 'begun' | 'done';
}
