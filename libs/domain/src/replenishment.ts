import { type Booked, type Credit, creditOf, type OwnerFacts, type Parties } from './credit';
import { type Decider, fold } from './decider';
import { DomainError } from './errors';
import {
  type AssetFacts,
  type Finality,
  type Inclusion,
  type RejectionReason,
  rejectionOf,
  sameContent,
  type TransferContent,
  type TransferReport,
} from './transfer';

export interface TransferFacts extends OwnerFacts, AssetFacts {
  readonly parties: Parties;
  readonly screening: boolean;
}

export type ReplenishmentCommand =
  | {
      readonly type: 'RecordTransfer';
      readonly report: TransferReport;
      readonly facts: TransferFacts;
    }
  | {
      readonly type: 'ResolveCompliance';
      readonly accountId: string;
      readonly decision: 'approved' | 'declined';
      readonly facts: OwnerFacts;
    };

interface Observed extends Parties {
  readonly version: number;
  readonly transfer: TransferContent;
}

export type ReplenishmentEvent =
  | { readonly type: 'ReplenishmentSeen'; readonly data: Observed }
  | {
      readonly type: 'ReplenishmentDetected';
      readonly data: Observed & { readonly block: Inclusion };
    }
  | {
      readonly type: 'ComplianceCheckStarted';
      readonly data: Parties & { readonly version: number; readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentConfirmed';
      readonly data: Booked & { readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentDeclined';
      readonly data: Booked & { readonly finality: Finality };
    }
  | {
      readonly type: 'ReplenishmentReverted';
      /** `credit` is what is taken back; null when nothing had been booked yet. */
      readonly data: Omit<Booked, 'credit'> & { readonly credit: Credit | null };
    }
  | {
      readonly type: 'ReplenishmentDropped';
      readonly data: Parties & { readonly version: number };
    }
  | {
      readonly type: 'ReplenishmentRejected';
      readonly data: Observed & { readonly block: Inclusion; readonly reason: RejectionReason };
    };

export type ReplenishmentStatus =
  | 'seen'
  | 'detected'
  | 'screening'
  | 'confirmed'
  | 'declined'
  | 'reverted'
  | 'dropped'
  | 'rejected';

export type ReplenishmentState =
  | { readonly status: 'absent' }
  | {
      readonly status: ReplenishmentStatus;
      readonly version: number;
      readonly parties: Parties;
      readonly transfer: TransferContent;
      readonly block: Inclusion | null;
      readonly finality: Finality | null;
      /** What is booked now; null when nothing is. */
      readonly credit: Credit | null;
    };

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
      switch (event.type) {
        case 'ReplenishmentSeen':
          return observed('seen', event.data, null);
        case 'ReplenishmentDetected':
          return observed('detected', event.data, event.data.block);
        case 'ReplenishmentRejected':
          return observed('rejected', event.data, event.data.block);
      }
      if (state.status === 'absent') return state;
      const { version } = event.data;
      switch (event.type) {
        case 'ComplianceCheckStarted':
          return { ...state, status: 'screening', version, finality: event.data.finality };
        case 'ReplenishmentConfirmed':
        case 'ReplenishmentDeclined': {
          const status = event.type === 'ReplenishmentConfirmed' ? 'confirmed' : 'declined';
          const { credit, finality } = event.data;
          return { ...state, status, version, credit, finality };
        }
        case 'ReplenishmentReverted':
          return {
            ...state,
            status: 'reverted',
            version,
            block: null,
            credit: null,
            finality: null,
          };
        case 'ReplenishmentDropped':
          return { ...state, status: 'dropped', version };
      }
    },
  };

function observed(
  status: 'seen' | 'detected' | 'rejected',
  data: Observed,
  block: Inclusion | null,
): Known {
  const { accountId, customerId, purseId, version, transfer } = data;
  const parties = { accountId, customerId, purseId };
  return { status, version, parties, transfer, block, finality: null, credit: null };
}

/**
 * A watcher delivers at least once and may deliver late, so whatever is not newer than what is
 * known changes nothing. Then, by what the chain shows:
 *
 * - `seen` counts only while nothing better is known;
 * - `dropped` ends a sighting, never a detection;
 * - `reverted` takes back whatever was detected or booked, and outdates what it reverts;
 * - `failed` and `detected` show a block: recorded, or rejected with the reason;
 * - `final` is a detection (perhaps the first) that is now booked or screened.
 */
function record(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  const { report, facts } = command;
  if (state.status !== 'absent' && report.version <= state.version) return [];
  switch (report.status) {
    case 'seen': {
      const fresh = state.status === 'absent' || state.status === 'dropped';
      return fresh && rejectionOf(report, facts) === null ? [sighting(command)] : [];
    }
    case 'dropped':
    case 'reverted': {
      if (state.status !== 'absent') return end(report, state);
      // A sighting that could never be credited was left out, and so is its end.
      if (report.status === 'dropped' && rejectionOf(report, facts) !== null) return [];
      // An end that is heard of before its beginning is recorded whole: what it ended, perhaps with
      // other content, may still come and must then be late instead of a credit.
      const sighted = sighting(command);
      return [sighted, ...end(report, replenishment.evolve(state, sighted))];
    }
    case 'failed':
    case 'detected':
      return include(command, state);
    case 'final': {
      const included = include(command, state);
      return [...included, ...conclude(report, facts, fold(replenishment, included, state))];
    }
  }
}

function sighting({ report, facts }: Report): ReplenishmentEvent {
  return { type: 'ReplenishmentSeen', data: observation(report, facts) };
}

function end(report: TransferReport, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  if (state.status === 'absent') return [];
  if (report.status === 'reverted') return [reversal(state, report.version)];
  if (state.status !== 'seen') return [];
  return [{ type: 'ReplenishmentDropped', data: { ...state.parties, version: report.version } }];
}

/** The block part of a report: a detection, a rejection, or nothing when it is known already. */
function include(command: Report, state: ReplenishmentState): readonly ReplenishmentEvent[] {
  const { report, facts } = command;
  const { block, version } = report;
  // Without its block a transfer is not in the chain, whatever the report calls itself.
  if (block === null) return [];
  const reason = rejectionOf(report, facts);
  if (
    state.status !== 'absent' &&
    sameContent(state.transfer, report.content) &&
    state.block?.hash === block.hash
  ) {
    // What is booked stays booked in its block: only the chain takes it back, never a minimum that
    // was raised or an asset that was delisted since.
    if (isBooked(state) && report.status !== 'failed') return [];
    if (state.status === 'detected' && reason === null) return [];
    if (state.status === 'rejected' && reason !== null) return [];
  }
  // A booked transfer that now failed, or shows other content or another block, was reorganised
  // while nobody reported the revert: what was booked is taken back before the new block counts,
  // for that block may not be final yet.
  const undo = isBooked(state) ? [reversal(state, version)] : [];
  const data = { ...observation(report, facts), block };
  return reason === null
    ? [...undo, { type: 'ReplenishmentDetected', data }]
    : [...undo, { type: 'ReplenishmentRejected', data: { ...data, reason } }];
}

/** The end of a final report: what is detected is booked or handed to screening, never twice. */
function conclude(
  { version, finality, block }: TransferReport,
  facts: TransferFacts,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status !== 'detected' || block === null || finality === null) return [];
  const { parties, transfer } = state;
  if (facts.screening) {
    return [{ type: 'ComplianceCheckStarted', data: { ...parties, version, finality } }];
  }
  const { asset, amount } = transfer;
  const credit = creditOf(facts);
  const data = { ...parties, version, asset, amount, credit, finality };
  return [{ type: 'ReplenishmentConfirmed', data }];
}

function resolve(
  command: Extract<ReplenishmentCommand, { type: 'ResolveCompliance' }>,
  state: ReplenishmentState,
): readonly ReplenishmentEvent[] {
  if (state.status === 'absent' || state.parties.accountId !== command.accountId) {
    throw new DomainError('replenishment-not-found', 'There is no replenishment with this id.');
  }
  const decided = command.decision === 'approved' ? 'confirmed' : 'declined';
  if (state.status === decided) return [];
  if (state.status !== 'screening' || state.finality === null) {
    throw new DomainError(
      'replenishment-not-screening',
      `Only a replenishment that is being screened can be resolved; this one is ${state.status}.`,
    );
  }
  const { parties, version, transfer, finality } = state;
  const credit: Credit =
    decided === 'declined'
      ? { to: 'suspense', reason: 'compliance-declined' }
      : creditOf(command.facts);
  const { asset, amount } = transfer;
  const type = decided === 'confirmed' ? 'ReplenishmentConfirmed' : 'ReplenishmentDeclined';
  return [{ type, data: { ...parties, version, asset, amount, credit, finality } }];
}

function observation(report: TransferReport, facts: TransferFacts): Observed {
  return { ...facts.parties, version: report.version, transfer: report.content };
}

function reversal(state: Known, version: number): ReplenishmentEvent {
  const { parties, transfer, credit } = state;
  const { asset, amount } = transfer;
  return { type: 'ReplenishmentReverted', data: { ...parties, version, asset, amount, credit } };
}

/** Final once: booked, or waiting for the screening that books it. */
function isBooked(state: ReplenishmentState): state is Known {
  return (
    state.status === 'confirmed' || state.status === 'declined' || state.status === 'screening'
  );
}
