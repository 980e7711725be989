import type { Act } from './act';
import type { ComplianceDecision } from './compliance';
import type { Booked, Credit, HeldCredit, HeldReason, OwnCredit, Parties } from './credit';
import type { EventIn } from './decider';
import type { SumOfHeld } from './held-sum';
import type {
  Finality,
  Inclusion,
  OwnCoins,
  RejectionReason,
  TransferContent,
  TransferReport,
  WaitingReason,
} from './transfer';

export interface Observed extends Parties {
  readonly version: number;
  readonly transfer: TransferContent;
  /** The merchant's order id of the purse when the transfer was first observed. */
  readonly outsideOrderId?: OutsideOrderId;
  /** Present when that is another order id than the one that the purse was minted with. */
  readonly orderChanged?: true;
}

/** Absent in events of version 1, and where the stream began with one: see `completeReplenishment`. */
export type OutsideOrderId = string | null | undefined;

/** What an event says of its transfer, so that a reader needs no other event. Absent in version 1. */
interface About {
  readonly transfer?: TransferContent | undefined;
  readonly outsideOrderId?: OutsideOrderId;
}

/** With the block that holds the transfer, or held it; null when none ever did. */
interface AboutIncluded extends About {
  readonly block?: Inclusion | null | undefined;
}

/** Present when an operator credited a voided replenishment again. */
interface PerhapsRestored {
  readonly restored?: Act;
}

/**
 * Present where compliance decided. `heldFor`: it was in review until then, so that its receipt is booked already;
 * absent where earlier versions booked nothing before the decision. `act`: what the operator said who decided.
 */
interface PerhapsDecided {
  readonly compliance?: ComplianceDecision;
  readonly heldFor?: HeldReason;
  readonly act?: Act;
}

type AboutSwept = Observed & { block: Inclusion | null };

/** A sweep by its outflow. */
export interface SweepRef {
  readonly outflowId: string;
  readonly txHash: string;
}

export type ReplenishmentEvent = EventIn<{
  ReplenishmentSeen: Observed;
  ReplenishmentDetected: Observed & { block: Inclusion };
  /**
   * A newer version that moves nothing. With a reason, a detected transfer waits for it. Without one, nothing
   * changes but the version, so that what was reported before it is late.
   */
  ReplenishmentVersionNoted: Observed & { block: Inclusion; reason?: WaitingReason };
  /**
   * Final and in review: custody has its coins. `belowMinimum`: it is held if it is approved. Earlier versions booked
   * nothing before the decision, and had no `credit`, asset and amount.
   */
  ComplianceCheckStarted: Parties &
    AboutIncluded &
    Partial<Pick<Booked<HeldCredit>, 'asset' | 'amount' | 'credit'>> & {
      version: number;
      finality: Finality;
      belowMinimum?: true;
    };
  ReplenishmentConfirmed: Booked &
    AboutIncluded &
    PerhapsRestored &
    PerhapsDecided & { finality: Finality };
  ReplenishmentDeclined: Booked &
    AboutIncluded &
    PerhapsRestored &
    PerhapsDecided & { finality: Finality };
  /** Final, so custody has its coins, but nobody is credited: it waits in suspense. */
  ReplenishmentHeld: Booked<HeldCredit> &
    AboutIncluded &
    PerhapsRestored &
    PerhapsDecided & { finality: Finality };
  /**
   * What was held is credited: as a part of a sum that reached the minimum, because compliance approved it, or by
   * somebody's decision.
   */
  ReplenishmentReleased: Booked<Exclude<Credit, HeldCredit>> &
    AboutIncluded & {
      heldFor: HeldReason;
      sum?: SumOfHeld;
      compliance?: ComplianceDecision;
      act?: Act;
      /** Whose it was decided to be; absent where nobody chose. */
      resolvedTo?: 'customer' | 'account';
    };
  /** `credit` is what is taken back; null when nothing had been booked yet. */
  ReplenishmentReverted: Booked<Credit | null> & AboutIncluded;
  /** An operator took the credit back, for good unless an operator credits it again. */
  ReplenishmentVoided: Booked & AboutIncluded & Act;
  /** A watcher reported a voided transfer. `finality` is what would credit it; null when nothing would. */
  ReplenishmentReportNoted: Parties &
    AboutIncluded & {
      version: number;
      reported: TransferReport['status'];
      finality: Finality | null;
    };
  ReplenishmentDropped: Parties & About & { version: number };
  ReplenishmentRejected: Observed & { block: Inclusion; reason: RejectionReason };
  /** The account itself sent the transfer: it is no deposit. */
  OwnCoinsDetected: Observed & { block: Inclusion; reason: OwnCoins };
  /** It is final: custody has its coins. */
  OwnCoinsBooked: Booked<OwnCredit> & AboutIncluded & { finality: Finality };
  OwnCoinsReverted: Booked<OwnCredit | null> & AboutIncluded;
  /** Sweeps out of the purse cover the whole of it; `sweep` is the one that completed that. */
  ReplenishmentSwept: AboutSwept & { sweep: SweepRef };
  /** It is covered no longer, as when the chain takes a sweep back. */
  ReplenishmentSweepReverted: AboutSwept;
}>;
