import { IN_REVIEW, isOwnCredit, type OwnCredit, type OwnerFacts, type Parties } from './credit';
import { type CommandIn, type Decider, fold } from './decider';
import { type ReleaseCommand, releaseInSum, whenFinal } from './held-replenishment';
import type { Observed, OutsideOrderId, ReplenishmentEvent, SweepRef } from './replenishment-event';
import {
  booking,
  evolveReplenishment,
  isBooked,
  type KnownReplenishment as Known,
  notFound,
  type ReplenishmentState,
} from './replenishment-state';
import { type ComplianceCommand, resolveCompliance } from './resolve-compliance';
import { type ResolutionCommand, resolveHeld } from './resolve-held';
import {
  type AssetFacts,
  creditingFinality,
  isBelowMinimum,
  isOwnCoins,
  netAmount,
  type OwnCoins,
  rejectionOf,
  type Sender,
  sameContent,
  type TransferReport,
  type WaitingReason,
} from './transfer';
import { type CreditCommand, changeCredit, noteReport } from './void-replenishment';

export interface TransferFacts extends OwnerFacts, AssetFacts {
  readonly parties: Parties;
  /** The current order id of the purse, from its merchant. */
  readonly outsideOrderId: string | null;
  /** Whether that is another one than it was minted with. Absent: no. */
  readonly orderChanged?: boolean;
  readonly screening: boolean;
  readonly sender: Sender;
}

export type ReplenishmentCommand =
  | CreditCommand
  | ComplianceCommand
  | ReleaseCommand
  | ResolutionCommand
  | CommandIn<{
      RecordTransfer: { report: TransferReport; facts: TransferFacts };
      /** `sweep` completes the cover of what is credited in `blockHash`; null when sweeps do not cover it. */
      SettleReplenishment: { blockHash: string; amount: string; sweep: SweepRef | null };
    }>;

type Report = Extract<ReplenishmentCommand, { type: 'RecordTransfer' }>;

export const replenishment: Decider<ReplenishmentCommand, ReplenishmentEvent, ReplenishmentState> =
  {
    initialState: { status: 'absent' },

    decide(command, state) {
      switch (command.type) {
        case 'RecordTransfer':
          return recordOrNote(command, state);
        case 'ResolveCompliance':
          return resolveCompliance(command, state);
        case 'SettleReplenishment':
          return settle(command, state);
        case 'ReleaseReplenishment':
          return releaseInSum(command, state);
        case 'ResolveHeld':
          return resolveHeld(command, state);
        case 'VoidReplenishment':
        case 'CreditReplenishment':
          if (state.status === 'absent') throw notFound();
          return changeCredit(command, state);
      }
    },

    evolve: evolveReplenishment,
  };

/**
 * A watcher delivers at least once and may deliver late, so a version that is not newer than the known
 * one changes nothing.
 */
function recordOrNote(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  if (state.status === 'absent') return record(command, state);
  if (!isNews(command, state)) return [];
  const events = record(command, state);
  return events.length > 0 ? events : keepVersion(command.report, state);
}

/**
 * A block that is known already. Its version is kept where it skips some: these may still be delivered, such as
 * a removal from the block before the transfer returned to it. A sighting says nothing of blocks and makes no
 * report of one late.
 */
function keepVersion(
  { status, version, block }: TransferReport,
  { version: known, parties, transfer, outsideOrderId }: Known,
): readonly ReplenishmentEvent[] {
  const isOfBlock = status === 'detected' || status === 'final' || status === 'failed';
  if (!isOfBlock || block === null || version <= known + 1) return [];
  const data = { ...parties, version, transfer, block, outsideOrderId };
  return [{ type: 'ReplenishmentVersionNoted', data }];
}

/**
 * What a newer version changes, by its status:
 *
 * - `seen` counts only while nothing better is known;
 * - `dropped` ends a sighting, never a detection;
 * - `reverted` takes back what was detected or booked, and makes older reports of it late;
 * - `failed` and `detected` show a block: recorded, or rejected with the reason. A `detected` one may wait;
 * - `final` is a detection (perhaps the first one) that is now booked or screened, if it has passed the policy
 *   by which its asset is credited. Each threshold is reported; the others change nothing. What the account itself
 *   sent is rejected as a deposit, and booked when it is final all the same: custody equals the chain. What is
 *   below the minimum of its asset is booked too, and held.
 *
 * A voided transfer is credited by an operator alone: every report of it is noted and moves nothing.
 */
function record(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  const { report, facts } = command;
  if (state.status === 'voided') return noteReport(report, facts.requiredFinality, state);
  switch (report.status) {
    case 'seen': {
      const fresh = state.status === 'absent' || state.status === 'dropped';
      return fresh && isWorthASighting(command) ? [sighting(command, state)] : [];
    }
    case 'dropped':
    case 'reverted': {
      if (state.status !== 'absent') return end(report, state);
      // A sighting that was not recorded has no end.
      if (report.status === 'dropped' && !isWorthASighting(command)) return [];
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
 * A newer version, or the latest one once more if it was rejected and would move something now: its asset was
 * listed since, and an operator has had its block reported again.
 */
function isNews({ report, facts }: Report, state: Known): boolean {
  if (report.version > state.version) return true;
  const isLatest = report.version === state.version && report.block !== null;
  if (!isLatest || state.status !== 'rejected' || isBooked(state)) return false;
  const reason = rejectionOf(report, facts);
  return reason === null || isOwnCoins(reason);
}

/** What could never be credited alone is worth a record in a block only: to the mempool anybody sends it for nothing. */
function isWorthASighting({ report, facts }: Report): boolean {
  return rejectionOf(report, facts) === null && !isBelowMinimum(report.content, facts);
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
    const isRejectedAnew = isOwnCoins(reason) && state.rejection !== reason;
    if (state.status === 'rejected' && reason !== null && !isRejectedAnew) return [];
  }
  // A booked transfer that now failed, or has other content or another block, was removed by a reorg
  // that was not reported. What was booked is taken back first: the new block may not be final yet.
  const undo = isBooked(state) ? [reversal(state, version)] : [];
  const data = { ...observation(command, state), block };
  if (reason === null) return [...undo, { type: 'ReplenishmentDetected', data }];
  return isOwnCoins(reason)
    ? [...undo, { type: 'OwnCoinsDetected', data: { ...data, reason } }]
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
  if (state.status === 'absent' || block === null || finality === null) return [];
  if (isOwnCoins(state.rejection) && state.credit === null) {
    const data = { ...booking(state, version, OWN_CREDITS[state.rejection]), finality };
    return [{ type: 'OwnCoinsBooked', data }];
  }
  if (state.status !== 'detected') return [];
  const isBelow = isBelowMinimum(state.transfer, facts);
  if (facts.screening) {
    const about = { ...booking(state, version, IN_REVIEW), finality };
    const data = isBelow ? { ...about, belowMinimum: true as const } : about;
    return [{ type: 'ComplianceCheckStarted', data }];
  }
  return [whenFinal({ ...state, version, finality }, facts, isBelow)];
}

const OWN_CREDITS: Readonly<Record<OwnCoins, OwnCredit>> = {
  'top-up': { to: 'account', reason: 'top-up' },
  internal: { to: 'transit', reason: 'internal' },
};

/** What was credited since in another block, or of another amount, is settled by its own command. */
function settle(
  { blockHash, amount, sweep }: Extract<ReplenishmentCommand, { type: 'SettleReplenishment' }>,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || !isArrived(state)) return [];
  const { version, parties, transfer, block, outsideOrderId } = state;
  if (block?.hash !== blockHash || `${netAmount(transfer)}` !== amount) return [];
  if ((state.swept ?? false) === (sweep !== null)) return [];
  const data = { ...parties, version, transfer, block, outsideOrderId };
  return sweep === null
    ? [{ type: 'ReplenishmentSweepReverted', data }]
    : [{ type: 'ReplenishmentSwept', data: { ...data, sweep } }];
}

/** Whether the coins are booked, as of a deposit. */
function isArrived({ status, credit }: Known): boolean {
  if (status === 'screening') return credit !== null;
  return status === 'confirmed' || status === 'declined' || status === 'held';
}

function observation({ report, facts }: Report, state: ReplenishmentState): Observed {
  const { accountId, customerId, purseId } = facts.parties;
  const { version, content: transfer } = report;
  const known = orderOf(state, purseId);
  const isKnown = state.status !== 'absent' && known !== undefined;
  const outsideOrderId = isKnown ? known : facts.outsideOrderId;
  const isChanged = isKnown ? state.orderChanged : facts.orderChanged;
  const observed = { accountId, customerId, purseId, version, transfer, outsideOrderId };
  return isChanged ? { ...observed, orderChanged: true } : observed;
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
  const { credit, rejection } = state;
  if (credit !== null && isOwnCredit(credit)) {
    return { type: 'OwnCoinsReverted', data: booking(state, version, credit) };
  }
  return isOwnCoins(rejection)
    ? { type: 'OwnCoinsReverted', data: booking(state, version, null) }
    : { type: 'ReplenishmentReverted', data: booking(state, version, credit) };
}
