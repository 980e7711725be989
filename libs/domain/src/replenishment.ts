import { type Credit, creditOf, type OwnerFacts, type Parties } from './credit';
import { type CommandIn, type Decider, fold } from './decider';
import { DomainError } from './errors';
import type { Observed, OutsideOrderId, ReplenishmentEvent } from './replenishment-event';
import {
  type AssetFacts,
  creditingFinality,
  type Finality,
  type Inclusion,
  rejectionOf,
  sameContent,
  type TransferContent,
  type TransferReport,
  type WaitingReason,
} from './transfer';

export interface TransferFacts extends OwnerFacts, AssetFacts {
  readonly parties: Parties;
  /** The current order id of the purse, from its merchant. */
  readonly outsideOrderId: string | null;
  readonly screening: boolean;
}

export type ReplenishmentCommand = CommandIn<{
  RecordTransfer: { report: TransferReport; facts: TransferFacts };
  ResolveCompliance: { accountId: string; decision: 'approved' | 'declined'; facts: OwnerFacts };
}>;

/** The status that each event sets. */
const STATUS_AFTER = {
  ReplenishmentSeen: 'seen',
  ReplenishmentDetected: 'detected',
  ReplenishmentVersionNoted: 'detected',
  ComplianceCheckStarted: 'screening',
  ReplenishmentConfirmed: 'confirmed',
  ReplenishmentDeclined: 'declined',
  ReplenishmentReverted: 'reverted',
  ReplenishmentDropped: 'dropped',
  ReplenishmentRejected: 'rejected',
} as const satisfies Readonly<Record<ReplenishmentEvent['type'], string>>;

export type ReplenishmentStatus = (typeof STATUS_AFTER)[keyof typeof STATUS_AFTER];

export type ReplenishmentState =
  | { readonly status: 'absent' }
  | {
      readonly status: ReplenishmentStatus;
      readonly version: number;
      readonly parties: Parties;
      readonly transfer: TransferContent;
      /** Undefined when the stream does not say, as streams of version 1 do not. */
      readonly outsideOrderId: OutsideOrderId;
      readonly block: Inclusion | null;
      readonly finality: Finality | null;
      /** Why it waits although its block is final; undefined when it does not. */
      readonly waiting?: WaitingReason | undefined;
      /** What is booked now; null when nothing is. */
      readonly credit: Credit | null;
    };

const NOTHING_BOOKED = { finality: null, credit: null, waiting: undefined } as const;

type Known = Exclude<ReplenishmentState, { status: 'absent' }>;
type Report = Extract<ReplenishmentCommand, { type: 'RecordTransfer' }>;

export const replenishment: Decider<ReplenishmentCommand, ReplenishmentEvent, ReplenishmentState> =
  {
    initialState: { status: 'absent' },

    decide(command, state) {
      switch (command.type) {
        case 'RecordTransfer':
          return record(command, state);
        case 'ResolveCompliance':
          return resolve(command, state);
      }
    },

    evolve(state, event) {
      const status = STATUS_AFTER[event.type];
      const { version } = event.data;
      switch (event.type) {
        case 'ReplenishmentSeen':
        case 'ReplenishmentDetected':
        case 'ReplenishmentRejected': {
          const { accountId, customerId, purseId, transfer, outsideOrderId } = event.data;
          const parties = { accountId, customerId, purseId };
          const block = 'block' in event.data ? event.data.block : null;
          return { status, version, parties, transfer, outsideOrderId, block, ...NOTHING_BOOKED };
        }
      }
      if (state.status === 'absent') return state;
      switch (event.type) {
        case 'ReplenishmentVersionNoted':
          return { ...state, status, version, waiting: event.data.reason };
        case 'ComplianceCheckStarted':
          return { ...state, status, version, waiting: undefined, finality: event.data.finality };
        case 'ReplenishmentConfirmed':
        case 'ReplenishmentDeclined': {
          const { credit, finality } = event.data;
          return { ...state, status, version, waiting: undefined, credit, finality };
        }
        case 'ReplenishmentReverted':
          return { ...state, status, version, block: null, ...NOTHING_BOOKED };
        case 'ReplenishmentDropped':
          return { ...state, status, version };
      }
    },
  };

/**
 * A watcher delivers at least once and may deliver late, so a version that is not newer than the known
 * one changes nothing. Otherwise it depends on the status:
 *
 * - `seen` counts only while nothing better is known;
 * - `dropped` ends a sighting, never a detection;
 * - `reverted` takes back what was detected or booked, and makes older reports of it late;
 * - `failed` and `detected` show a block: recorded, or rejected with the reason. A `detected` one may wait;
 * - `final` is a detection (perhaps the first one) that is now booked or screened, if it has passed the policy
 *   by which its asset is credited. Each threshold is reported; the others change nothing.
 */
function record(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  const { report, facts } = command;
  if (state.status !== 'absent' && !isNews(command, state)) return [];
  switch (report.status) {
    case 'seen': {
      const fresh = state.status === 'absent' || state.status === 'dropped';
      return fresh && rejectionOf(report, facts) === null ? [sighting(command, state)] : [];
    }
    case 'dropped':
    case 'reverted': {
      if (state.status !== 'absent') return end(report, state);
      // A sighting that could never be credited was not recorded, and neither is its end.
      if (report.status === 'dropped' && rejectionOf(report, facts) !== null) return [];
      // The end arrived before the beginning. Record both, so that a report of what it ended, perhaps
      // with other content, is late when it arrives, and is not credited.
      const sighted = sighting(command, state);
      return [sighted, ...end(report, replenishment.evolve(state, sighted))];
    }
    case 'failed':
      return include(command, state);
    case 'detected': {
      const included = include(command, state);
      const { waiting = null } = report;
      if (waiting === null) return included;
      return [...included, ...wait(waiting, report, fold(replenishment, included, state))];
    }
    case 'final': {
      const included = include(command, state);
      return [...included, ...conclude(report, facts, fold(replenishment, included, state))];
    }
  }
}

/**
 * A newer version, or the latest one once more if it was rejected and the registry would not reject it now: its
 * asset was listed since, and an operator has had its block reported again.
 */
function isNews({ report, facts }: Report, state: Known): boolean {
  if (report.version > state.version) return true;
  const isLatest = report.version === state.version && report.block !== null;
  return isLatest && state.status === 'rejected' && rejectionOf(report, facts) === null;
}

function sighting(command: Report, state: ReplenishmentState): ReplenishmentEvent {
  return { type: 'ReplenishmentSeen', data: observation(command, state) };
}

function end(report: TransferReport, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  if (state.status === 'absent') return [];
  if (report.status === 'reverted') return [reversal(state, report.version)];
  if (state.status !== 'seen') return [];
  const { parties, transfer, outsideOrderId } = state;
  const data = { ...parties, version: report.version, transfer, outsideOrderId };
  return [{ type: 'ReplenishmentDropped', data }];
}

/** The block of a report: a detection, a rejection, or nothing if it is known already. */
function include(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  const { report, facts } = command;
  const { block, version } = report;
  // Without its block a transfer is not in the chain, even if the report has another status.
  if (block === null) return [];
  const reason = rejectionOf(report, facts);
  if (
    state.status !== 'absent' &&
    sameContent(state.transfer, report.content) &&
    state.block?.hash === block.hash
  ) {
    // What is booked stays booked in its block. Only the chain takes it back, not a higher minimum or
    // an asset that was delisted since.
    if (isBooked(state) && report.status !== 'failed') return [];
    if (state.status === 'detected' && reason === null) return [];
    if (state.status === 'rejected' && reason !== null) return [];
  }
  // A booked transfer that now failed, or has other content or another block, was removed by a reorg
  // that was not reported. What was booked is taken back first: the new block may not be final yet.
  const undo = isBooked(state) ? [reversal(state, version)] : [];
  const data = { ...observation(command, state), block };
  return reason === null
    ? [...undo, { type: 'ReplenishmentDetected', data }]
    : [...undo, { type: 'ReplenishmentRejected', data: { ...data, reason } }];
}

/** A detected transfer waits: noted once for each reason. */
function wait(
  reason: WaitingReason,
  { version, block }: TransferReport,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status !== 'detected' || block === null || state.waiting === reason) return [];
  const { parties, transfer, outsideOrderId } = state;
  const data = { ...parties, version, transfer, block, outsideOrderId, reason };
  return [{ type: 'ReplenishmentVersionNoted', data }];
}

/** The last step of a final report: what is detected is booked or screened, never twice. */
function conclude(
  report: TransferReport,
  facts: TransferFacts,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  const { version, block } = report;
  const finality = creditingFinality(report, facts.requiredFinality);
  if (state.status !== 'detected' || block === null || finality === null) return [];
  const { parties, transfer, outsideOrderId } = state;
  if (facts.screening) {
    const data = { ...parties, version, finality, transfer, block, outsideOrderId };
    return [{ type: 'ComplianceCheckStarted', data }];
  }
  const data = { ...booking(state, version, creditOf(facts)), finality };
  return [{ type: 'ReplenishmentConfirmed', data }];
}

function resolve(
  command: Extract<ReplenishmentCommand, { type: 'ResolveCompliance' }>,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== command.accountId) {
    throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
  }
  const isApproved = command.decision === 'approved';
  if (state.status === (isApproved ? 'confirmed' : 'declined')) return [];
  if (state.status !== 'screening' || state.finality === null) {
    throw new DomainError(
      'replenishment-not-screening',
      `Only a replenishment that is being screened can be resolved; this one is ${state.status}.`,
    );
  }
  const { version, finality } = state;
  if (isApproved) {
    const data = { ...booking(state, version, creditOf(command.facts)), finality };
    return [{ type: 'ReplenishmentConfirmed', data }];
  }
  const credit: Credit = { to: 'suspense', reason: 'compliance-declined' };
  return [
    { type: 'ReplenishmentDeclined', data: { ...booking(state, version, credit), finality } },
  ];
}

function observation({ report, facts }: Report, state: ReplenishmentState): Observed {
  const { accountId, customerId, purseId } = facts.parties;
  const { version, content: transfer } = report;
  const known = orderOf(state, purseId);
  const outsideOrderId = known === undefined ? facts.outsideOrderId : known;
  return { accountId, customerId, purseId, version, transfer, outsideOrderId };
}

/**
 * The order id that a replenishment keeps: that of the purse at the first observation, even if the
 * purse is given another one later. Undefined when the transfer was not observed at this purse before,
 * or when the stream does not say.
 */
export function orderOf(state: ReplenishmentState, purseId: string): OutsideOrderId {
  return state.status !== 'absent' && state.parties.purseId === purseId
    ? state.outsideOrderId
    : undefined;
}

function reversal(state: Known, version: number): ReplenishmentEvent {
  return { type: 'ReplenishmentReverted', data: booking(state, version, state.credit) };
}

/** What an event that books, or takes back, says of the transfer. */
function booking<C extends Credit | null>(state: Known, version: number, credit: C) {
  const { parties, transfer, block, outsideOrderId } = state;
  const { accountId, customerId, purseId } = parties;
  const { asset, amount } = transfer;
  const owner = { accountId, customerId, purseId };
  return { ...owner, version, asset, amount, credit, transfer, block, outsideOrderId };
}

/** Final once: booked, or waiting for the screening that books it. */
function isBooked(state: ReplenishmentState): state is Known {
  return (
    state.status === 'confirmed' || state.status === 'declined' || state.status === 'screening'
  );
}
