import type { Parties } from './credit';
import { type CommandIn, type Decider, fold } from './decider';
import type { OutflowContent, OutflowEvent, OutflowUse } from './outflow-event';
import {
  type AssetFacts,
  creditingFinality,
  type Inclusion,
  movesNothing,
  netAmount,
  sameContent,
  type TransferReport,
} from './transfer';

/** One version of an outflow's life, as a chain-watcher reports it. It is never only seen. */
export interface OutflowReport extends Omit<TransferReport, 'status' | 'content' | 'waiting'> {
  readonly outflowId: string;
  readonly status: 'detected' | 'final' | 'reverted' | 'failed';
  readonly content: OutflowContent;
}

/** Where the coins went, as far as the account of the purse knows the address. */
export type Destination = 'account-wallet' | 'purse-of-account' | 'elsewhere';

export interface OutflowFacts extends AssetFacts {
  /** Of the purse that it left. */
  readonly parties: Parties;
  readonly destination: Destination;
}

export type OutflowCommand = CommandIn<{
  RecordOutflow: { report: OutflowReport; facts: OutflowFacts };
}>;

export type OutflowStatus = 'detected' | 'rejected' | 'booked' | 'reverted';

export type OutflowState =
  | { readonly status: 'absent' }
  | {
      readonly status: OutflowStatus;
      readonly version: number;
      readonly parties: Parties;
      readonly outflowId: string;
      readonly outflow: OutflowContent;
      readonly use: OutflowUse;
      readonly block: Inclusion | null;
    };

type Known = Exclude<OutflowState, { status: 'absent' }>;

/** What the chain charged the sender of a transaction, whether or not it succeeded. */
const FEE = /^fee:/;

/**
 * What left a purse, no matter who sent it, from its block to the books. Its use is decided when it is
 * detected: a wallet that is registered later changes nothing of it.
 */
export const outflow: Decider<OutflowCommand, OutflowEvent, OutflowState> = {
  initialState: { status: 'absent' },

  decide({ report, facts }, state) {
    if (state.status === 'absent') return record(report, facts, state);
    if (!isNews(report, facts, state)) return [];
    const events = record(report, facts, state);
    return events.length > 0 ? events : keepVersion(report, state);
  },

  evolve(state, { type, data }) {
    const { accountId, customerId, purseId, version, outflowId, block } = data;
    const parties = { accountId, customerId, purseId };
    const about = { version, parties, outflowId, outflow: data.outflow, block };
    switch (type) {
      case 'OutflowDetected':
        return { ...about, status: 'detected', use: data.use };
      case 'OutflowRejected':
        return { ...about, status: 'rejected', use: data.use };
      case 'SweepCompleted':
        return { ...about, status: 'booked', use: 'sweep' };
      case 'OutflowBooked':
        return { ...about, status: 'booked', use: data.use };
      case 'OutflowVersionNoted':
        return state.status === 'absent' ? state : { ...state, version };
      case 'OutflowReverted':
        return { ...about, status: 'reverted', use: data.use, block: null };
    }
  },
};

function record(
  report: OutflowReport,
  facts: OutflowFacts,
  state: OutflowState,
): readonly OutflowEvent[] {
  switch (report.status) {
    case 'reverted':
      return remove(report, facts, state);
    case 'failed':
    case 'detected':
      return include(report, facts, state);
    case 'final': {
      const included = include(report, facts, state);
      return [...included, ...conclude(report, facts, fold(outflow, included, state))];
    }
  }
}

/** Keeps the version of a block that is known already, where it skips some: see `replenishment`. */
function keepVersion({ version, block }: OutflowReport, state: Known): readonly OutflowEvent[] {
  if (block === null || version <= state.version + 1) return [];
  const data = { ...about(state, version), use: state.use, block };
  return [{ type: 'OutflowVersionNoted', data }];
}

/** A newer version, or the latest once more if it was rejected and moves something now: see `replenishment`. */
function isNews(report: OutflowReport, facts: OutflowFacts, state: Known): boolean {
  if (report.version > state.version) return true;
  const isLatest = report.version === state.version && report.block !== null;
  return isLatest && state.status === 'rejected' && rejectionOf(report, facts) === null;
}

/** A fee is charged for a failed transaction too. */
function rejectionOf(report: OutflowReport, facts: OutflowFacts) {
  const isFee = FEE.test(report.content.ordinal);
  const status = report.status === 'failed' && isFee ? 'detected' : report.status;
  return movesNothing({ status, content: report.content }, facts);
}

function useOf({ to, ordinal }: OutflowContent, { destination }: OutflowFacts): OutflowUse {
  if (to === null || FEE.test(ordinal)) return 'network-fee';
  if (destination === 'account-wallet') return 'sweep';
  return destination === 'purse-of-account' ? 'internal' : 'unplanned';
}

/**
 * What a reorg removed is taken back, and makes older reports of it late. Also if its removal is reported
 * first: then the removal is all that is recorded.
 */
function remove(
  report: OutflowReport,
  facts: OutflowFacts,
  state: OutflowState,
): readonly OutflowEvent[] {
  if (state.status !== 'absent') return [reversal(state, report.version)];
  const { accountId, customerId, purseId } = facts.parties;
  const { version, outflowId, content } = report;
  const about = { accountId, customerId, purseId, version, outflowId, outflow: content };
  const nothing = { use: useOf(content, facts), ...moved(content), booked: false, block: null };
  return [{ type: 'OutflowReverted', data: { ...about, ...nothing } }];
}

/** The block of a report: a detection, a rejection, or nothing if it is known already. */
function include(
  report: OutflowReport,
  facts: OutflowFacts,
  state: OutflowState,
): readonly OutflowEvent[] {
  const { block, version, outflowId, content } = report;
  if (block === null) return [];
  const reason = rejectionOf(report, facts);
  if (
    state.status !== 'absent' &&
    state.block?.hash === block.hash &&
    sameContent(state.outflow, content)
  ) {
    // Only the chain takes back what is booked, not an asset that was delisted since.
    if (state.status === 'booked' && reason !== 'transaction-failed') return [];
    if (state.status === 'detected' && reason === null) return [];
    if (state.status === 'rejected' && reason !== null) return [];
  }
  // A reorg that was not reported removed what was booked.
  const undo = state.status === 'booked' ? [reversal(state, version)] : [];
  const { accountId, customerId, purseId } = facts.parties;
  const about = { accountId, customerId, purseId, version, outflowId, outflow: content };
  const data = { ...about, use: useOf(content, facts), block };
  return reason === null
    ? [...undo, { type: 'OutflowDetected', data }]
    : [...undo, { type: 'OutflowRejected', data: { ...data, reason } }];
}

/** The last step of a final report: what is detected is booked, never twice. */
function conclude(
  report: OutflowReport,
  facts: OutflowFacts,
  state: OutflowState,
): readonly OutflowEvent[] {
  const finality = creditingFinality(report, facts.requiredFinality);
  if (state.status !== 'detected' || finality === null || report.block === null) return [];
  const { version, block } = report;
  const { use } = state;
  const data = { ...about(state, version), ...moved(state.outflow), block, finality };
  return use === 'sweep'
    ? [{ type: 'SweepCompleted', data }]
    : [{ type: 'OutflowBooked', data: { ...data, use } }];
}

function reversal(state: Known, version: number): OutflowEvent {
  const { use, block } = state;
  const booked = state.status === 'booked';
  const data = { ...about(state, version), use, ...moved(state.outflow), booked, block };
  return { type: 'OutflowReverted', data };
}

function about({ parties, outflowId, outflow: content }: Known, version: number) {
  return { ...parties, version, outflowId, outflow: content };
}

function moved(content: OutflowContent) {
  return { asset: content.asset, amount: `${netAmount(content)}` };
}
