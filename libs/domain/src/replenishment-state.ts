import type { Act, PastAct } from './act';
import type { ComplianceDecision } from './compliance';
import type { Credit, OwnCredit, Parties } from './credit';
import { DomainError } from './errors';
import type { OutsideOrderId, ReplenishmentEvent } from './replenishment-event';
import {
  type Finality,
  type Inclusion,
  netAmount,
  type OwnCoins,
  type RejectionReason,
  sameContent,
  type TransferContent,
  type WaitingReason,
} from './transfer';

/** What people did to a credit: operators void it or give it again, and decide a review; held money is resolved. */
type ActType = 'void' | 'credit' | 'review' | 'resolve';

/** What a void took back. */
export interface Voided {
  readonly as: 'confirmed' | 'declined' | 'held';
  readonly credit: Credit;
}

/** The status that each event sets. */
const STATUS_AFTER = {
  ReplenishmentSeen: 'seen',
  ReplenishmentDetected: 'detected',
  ComplianceCheckStarted: 'screening',
  ReplenishmentConfirmed: 'confirmed',
  ReplenishmentDeclined: 'declined',
  ReplenishmentHeld: 'held',
  ReplenishmentReleased: 'confirmed',
  ReplenishmentReverted: 'reverted',
  ReplenishmentVoided: 'voided',
  ReplenishmentReportNoted: 'voided',
  ReplenishmentDropped: 'dropped',
  ReplenishmentRejected: 'rejected',
  OwnCoinsDetected: 'rejected',
  OwnCoinsBooked: 'rejected',
  OwnCoinsReverted: 'reverted',
  // What waits is detected; what is swept stays what it was.
  ReplenishmentVersionNoted: null,
  ReplenishmentSwept: null,
  ReplenishmentSweepReverted: null,
} as const satisfies Readonly<Record<ReplenishmentEvent['type'], string | null>>;

export type ReplenishmentStatus = NonNullable<(typeof STATUS_AFTER)[keyof typeof STATUS_AFTER]>;

export type ReplenishmentState =
  | { readonly status: 'absent' }
  | {
      readonly status: ReplenishmentStatus;
      readonly version: number;
      readonly parties: Parties;
      readonly transfer: TransferContent;
      /** Undefined when the stream does not say, as streams of version 1 do not. */
      readonly outsideOrderId: OutsideOrderId;
      /** Whether that is another one than the purse was minted with; undefined when it is not. */
      readonly orderChanged?: true | undefined;
      readonly block: Inclusion | null;
      readonly finality: Finality | null;
      /** Why it waits although its block is final; undefined when it does not. */
      readonly waiting?: WaitingReason | undefined;
      /** What is booked now; null when nothing is. */
      readonly credit: Credit | OwnCredit | null;
      /** Whether it is held once it is screened; undefined when it is not. */
      readonly belowMinimum?: true | undefined;
      /** Why it is no deposit; undefined when it may be one. */
      readonly rejection?: RejectionReason | OwnCoins | undefined;
      /** Whether sweeps cover the whole of it; undefined when they never did. */
      readonly swept?: boolean | undefined;
      /** What operators did to the credit, in order; undefined before the first time. */
      readonly acts?: readonly PastAct<ActType>[] | undefined;
      /** What was taken back, while it is voided. */
      readonly voided?: Voided | undefined;
    };

const NOTHING_BOOKED = {
  ...{ finality: null, credit: null, waiting: undefined },
  ...{ rejection: undefined, swept: undefined, belowMinimum: undefined },
} as const;

export type KnownReplenishment = Exclude<ReplenishmentState, { status: 'absent' }>;

/** Final once: booked, or waiting for the screening that books it. */
export function isBooked(state: ReplenishmentState): state is KnownReplenishment {
  return state.status !== 'absent' && (state.credit !== null || state.status === 'screening');
}

export function notFound(): DomainError {
  return new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
}

/** The state after an event. */
export function evolveReplenishment(
  state: ReplenishmentState,
  event: ReplenishmentEvent,
): ReplenishmentState {
  const { version } = event.data;
  switch (event.type) {
    case 'ReplenishmentSeen':
    case 'ReplenishmentDetected':
    case 'ReplenishmentRejected':
    case 'OwnCoinsDetected': {
      const status = STATUS_AFTER[event.type];
      const { accountId, customerId, purseId, transfer, outsideOrderId } = event.data;
      const parties = { accountId, customerId, purseId };
      const block = 'block' in event.data ? event.data.block : null;
      const acts = state.status === 'absent' ? undefined : state.acts;
      const rejection = 'reason' in event.data ? event.data.reason : undefined;
      const { orderChanged } = event.data;
      const about = { version, parties, transfer, outsideOrderId, orderChanged, block, acts };
      return { status, ...about, ...NOTHING_BOOKED, rejection };
    }
  }
  if (state.status === 'absent') return state;
  const status = STATUS_AFTER[event.type] ?? state.status;
  switch (event.type) {
    case 'ReplenishmentSwept':
    case 'ReplenishmentSweepReverted':
      return { ...state, swept: event.type === 'ReplenishmentSwept' };
    case 'ReplenishmentVersionNoted': {
      const { reason } = event.data;
      if (reason === undefined) return { ...state, version };
      return { ...state, status: 'detected', version, waiting: reason };
    }
    case 'ComplianceCheckStarted':
      return {
        ...{ ...state, status, version, waiting: undefined, finality: event.data.finality },
        ...{ credit: event.data.credit ?? null, belowMinimum: event.data.belowMinimum },
      };
    case 'OwnCoinsBooked': {
      const { credit, finality } = event.data;
      return { ...state, status, version, waiting: undefined, credit, finality };
    }
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentHeld': {
      const { credit, finality, restored } = event.data;
      const acts = actsAfterReview(state, event.data);
      const booked = { ...state, status, version, waiting: undefined, credit, finality, acts };
      if (restored === undefined) return booked;
      return { ...booked, voided: undefined, acts: actsAfter(state, 'credit', restored) };
    }
    case 'ReplenishmentReleased': {
      const { credit, act, compliance, resolvedTo } = event.data;
      const released = { ...state, status, version, credit };
      if (act !== undefined && resolvedTo !== undefined) {
        const resolved = { type: 'resolve' as const, ...act, about: resolvedTo };
        return { ...released, acts: [...(state.acts ?? []), resolved] };
      }
      if (compliance !== undefined) {
        return { ...released, acts: actsAfterReview(state, event.data) };
      }
      return act === undefined ? released : { ...released, acts: actsAfter(state, 'credit', act) };
    }
    case 'ReplenishmentVoided': {
      const { credit } = event.data;
      const isOther = state.status === 'declined' || state.status === 'held';
      const as = isOther ? state.status : 'confirmed';
      const acts = actsAfter(state, 'void', event.data);
      const nothing = { credit: null, swept: undefined };
      return { ...state, status, version, ...nothing, voided: { as, credit }, acts };
    }
    case 'ReplenishmentReportNoted':
      return { ...state, status, version, ...shownAfter(state, event.data) };
    case 'ReplenishmentReverted':
    case 'OwnCoinsReverted':
      return { ...state, status, version, block: null, ...NOTHING_BOOKED };
    case 'ReplenishmentDropped':
      return { ...state, status, version };
  }
}

/** With the act of the operator who decided a review, if one did. */
function actsAfterReview(
  { acts }: KnownReplenishment,
  {
    act,
    compliance,
  }: { readonly act?: Act; readonly compliance?: Pick<ComplianceDecision, 'verdict'> },
): readonly PastAct<ActType>[] | undefined {
  if (act === undefined || compliance === undefined) return acts;
  return [...(acts ?? []), { type: 'review', ...act, about: compliance.verdict }];
}

function actsAfter(
  { acts = [] }: KnownReplenishment,
  type: 'void' | 'credit',
  { reason, reference }: Act,
): readonly PastAct<ActType>[] {
  return [...acts, { type, reason, reference }];
}

type Noted = Extract<ReplenishmentEvent, { type: 'ReplenishmentReportNoted' }>['data'];

/** Where the chain shows a voided transfer after one more report, and how final. */
function shownAfter(
  { transfer, block, finality }: KnownReplenishment,
  noted: Noted,
): Pick<KnownReplenishment, 'block' | 'finality'> {
  const nowhere = { block: null, finality: null };
  switch (noted.reported) {
    // A transaction may be pending again while a block still includes it. Only the block's end counts.
    case 'seen':
    case 'dropped':
      return { block, finality };
    case 'reverted':
    case 'failed':
      return nowhere;
    case 'detected':
    case 'final': {
      const { block: shown = null } = noted;
      const isSame = noted.transfer === undefined || sameContent(transfer, noted.transfer);
      if (shown === null || !isSame) return nowhere;
      const known = block?.hash === shown.hash ? finality : null;
      return { block: shown, finality: noted.finality ?? known };
    }
  }
}

/** What an event that books, or takes back, says of the transfer. */
export function booking<C extends Credit | OwnCredit | null>(
  state: KnownReplenishment,
  version: number,
  credit: C,
) {
  const { parties, transfer, block, outsideOrderId } = state;
  const { accountId, customerId, purseId } = parties;
  const { asset } = transfer;
  const amount = `${netAmount(transfer)}`;
  const owner = { accountId, customerId, purseId };
  return { ...owner, version, asset, amount, credit, transfer, block, outsideOrderId };
}
