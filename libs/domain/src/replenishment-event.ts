import type { Booked, Credit, Parties } from './credit';
import type { Finality, Inclusion, RejectionReason, TransferContent } from './transfer';

export interface Observed extends Parties {
  readonly version: number;
  readonly transfer: TransferContent;
  /** What the merchant called the purse's order when the transfer was first observed. */
  readonly outsideOrderId?: OutsideOrderId;
}

/** Absent in events of version 1, and where the stream began with one: see `completeReplenishment`. */
export type OutsideOrderId = string | null | undefined;

/**
 * What an event says of the transfer that it is about, so that a reader needs no other event. Absent
 * in events of version 1.
 */
interface About {
  readonly transfer?: TransferContent | undefined;
  readonly outsideOrderId?: OutsideOrderId;
}

/** With the block that holds the transfer, or held it; null when none ever did. */
interface AboutIncluded extends About {
  readonly block?: Inclusion | null | undefined;
}

export type ReplenishmentEvent =
  | { readonly type: 'ReplenishmentSeen'; readonly data: Observed }
  | {
      readonly type: 'ReplenishmentDetected';
      readonly data: Observed & { readonly block: Inclusion };
    }
  | {
      readonly type: 'ComplianceCheckStarted';
      readonly data: Parties &
        AboutIncluded & { readonly version: number; readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentConfirmed';
      readonly data: Booked & AboutIncluded & { readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentDeclined';
      readonly data: Booked & AboutIncluded & { readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentReverted';
      /** `credit` is what is taken back; null when nothing had been booked yet. */
      readonly data: Omit<Booked, 'credit'> & AboutIncluded & { readonly credit: Credit | null };
    }
  | {
      readonly type: 'ReplenishmentDropped';
      readonly data: Parties & About & { readonly version: number };
    }
  | {
      readonly type: 'ReplenishmentRejected';
      readonly data: Observed & { readonly block: Inclusion; readonly reason: RejectionReason };
    };
