import type { TransferV1 } from '@daybook/contracts';

/** The pending transaction that announced a transfer. Kept to notice when another one replaces it. */
export interface Sighting {
  readonly sender: string;
  readonly nonce: number | null;
  /** Unix milliseconds. */
  readonly seenAt: number;
}

/** The latest version of a transfer, and its sighting when it was first seen in the mempool. */
export interface TrackedTransfer {
  readonly transfer: TransferV1;
  readonly sighting: Sighting | null;
}
