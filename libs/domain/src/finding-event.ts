import type { Act, PastAct } from './act';
import type { Parties } from './credit';
import type { CommandIn, EventIn } from './decider';

/** What a finding is about. `unexplained` is a difference of balances that no movement explains. */
export const FINDING_KINDS = ['unexplained', 'unplanned-outflow', 'unreadable'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** How a finding ends: by itself, or by an operator who books the difference or accepts it as it is. */
export const FINDING_ENDS = ['explained', 'credited', 'noted'] as const;
export type FindingEnd = (typeof FINDING_ENDS)[number];

/** Whose claim an operator moves. */
export type Claimant = 'customer' | 'account';

/** A difference between the chain and the books, of one address and asset. */
export interface Subject extends Parties {
  readonly kind: FindingKind;
  /** CAIP-2. */
  readonly chain: string;
  readonly address: string;
  /** CAIP-19. */
  readonly asset: string;
  /** The id of the outflow, or of the replenishment; null for a difference of balances. */
  readonly subject: string | null;
}

export interface Extent {
  /** What the chain has more than the books, in base units; negative when it has less, 0 when nobody knows. */
  readonly difference: string;
  /** The blocks in which its cause lies, as far as that is known. */
  readonly fromBlock: number | null;
  readonly toBlock: number | null;
}

/** When a balance was read, and of which block. */
export interface Observation {
  readonly block: { readonly number: number; readonly hash: string };
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** Null for what an event caused. */
export interface Evidence {
  readonly observed: Observation | null;
}

export type FindingCommand = CommandIn<{
  /** Sent for an event, see `FINDING_CAUSES`. */
  OpenFinding: Subject & Extent;
  ExplainFinding: object;
  /**
   * The balance of an address next to what was recorded of it. `recorded` is its custody by all movements up to
   * the block, without what operators booked for this finding: the stream knows that itself, so no order of the
   * two can count it twice or not at all. `latest` is the newest observation of which the caller knows, since
   * one that found no difference is no event. `balancedAt` is the last block without a difference.
   */
  RecordDifference: Omit<Subject, 'kind' | 'subject'> & {
    onChain: bigint;
    recorded: bigint;
    observed: Observation;
    facts: { readonly latest: Observation | null; readonly balancedAt: number | null };
  };
  /** `difference` is what the operator has seen: another one by now is refused. */
  CreditFinding: Act & {
    difference: string;
    to: Claimant;
    /** `difference`: that of the last balance and of what is recorded by now, which may be more than it was compared with. */
    facts: { readonly custody: bigint; readonly difference?: bigint | null };
  };
  NoteFinding: Act;
  RequestFindingRescan: Act & { watchRequestId: string; fromBlock: number; toBlock: number | null };
}>;

export type FindingEvent = EventIn<{
  FindingOpened: Subject & Extent & Evidence & { opening: number };
  FindingUpdated: Parties & Extent & Evidence;
  FindingRescanRequested: Parties &
    Act & { watchRequestId: string; fromBlock: number; toBlock: number | null };
  /** `moved` goes to the claim `to`, or from it when it is negative; "0" and null when nothing moves. */
  FindingClosed: Parties &
    Evidence & {
      kind: FindingKind;
      asset: string;
      how: FindingEnd;
      difference: string;
      moved: string;
      to: Claimant | null;
      reason: string | null;
      reference: string | null;
    };
}>;

export type KnownFinding = Subject &
  Extent & {
    readonly status: 'open' | 'closed';
    readonly opening: number;
    readonly observed: Observation | null;
    readonly how: FindingEnd | null;
    /** The sum of what operators booked for it. */
    readonly corrected: bigint;
    /** To whom the last correction went. */
    readonly to: Claimant | null;
    readonly acts: readonly PastAct[];
  };

export type FindingState = { readonly status: 'absent' } | KnownFinding;
