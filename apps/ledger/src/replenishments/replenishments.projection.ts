import {
  type ComplianceDecision,
  type Credit,
  type Finality,
  finalityText,
  type Inclusion,
  idOf,
  type Observed,
  type OwnCoins,
  type OwnCredit,
  type RejectionReason,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
} from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import { type Change, rowPerStream, type Written } from '../projections/projection';
import { arrivedIn, ReplenishmentRow } from './replenishment.row';

/** Replenishments as they are now. */
export const replenishmentsProjection = rowPerStream({
  name: 'replenishments',
  kind: 'replenishment',
  entity: ReplenishmentRow,
  change: changeIn,
  sum: { table: 'replenishment_sum', amountIn: arrivedIn },
});

function changeIn({
  event,
  recorded: { revision, recordedAt, position, stream },
}: HappenedTo<'replenishment'>): Change<ReplenishmentRow> | null {
  // A version that moves nothing is not public, so the row does not show when it came.
  if (event.type === 'ReplenishmentVersionNoted' && event.data.reason === undefined) return null;
  const change = { ...changeOf(event), updatedAt: recordedAt, lastPosition: position };
  switch (event.type) {
    case 'ComplianceCheckStarted':
      // Earlier versions booked nothing before the decision.
      if (event.data.credit === undefined) return change;
      return { ...change, creditedAt: recordedAt, creditPosition: position };
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined':
    case 'ReplenishmentHeld': {
      const { credit, heldFor } = event.data;
      // What was in review is booked already, which is its place among those that sweeps cover.
      const booked = heldFor === undefined ? { creditPosition: position } : {};
      const isBelow = credit.to === 'suspense' && credit.reason === 'below-minimum';
      const held = event.type === 'ReplenishmentHeld' && {
        heldPosition: isBelow ? position : null,
      };
      return { ...change, creditedAt: recordedAt, ...booked, ...held };
    }
    // It stays booked where it was held, which is its place among those that sweeps cover.
    case 'ReplenishmentReleased': {
      const isFirst = event.data.sum?.first === idOf(stream);
      return { ...change, creditedAt: recordedAt, sumPosition: isFirst ? position : null };
    }
  }
  if (revision > 0n) return change;
  return { ...change, createdAt: recordedAt, firstPosition: position };
}

/** The row that the whole stream of a replenishment leads to, as it is read. */
export function rowIn(history: readonly HappenedTo<'replenishment'>[]): ReplenishmentRow {
  const id = idOf(history[0]?.recorded.stream ?? '');
  const written = Object.assign({ id }, ...history.map(changeIn)) as Written<ReplenishmentRow>;
  const { createdAt, updatedAt, blockTime, blockNumber, creditedAt, creditPosition, sumCount } =
    written;
  return Object.assign(new ReplenishmentRow(), written, {
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    blockTime: blockTime && new Date(blockTime),
    blockNumber: blockNumber === null ? null : String(blockNumber),
    amount: String(written.amount),
    creditedAt: creditedAt && new Date(creditedAt),
    creditPosition: creditPosition === null ? null : String(creditPosition),
    sumCount: sumCount === null ? null : String(sumCount),
    firstPosition: String(written.firstPosition),
    lastPosition: String(written.lastPosition),
  });
}

function changeOf(event: ReplenishmentEvent): Change<ReplenishmentRow> {
  switch (event.type) {
    case 'ReplenishmentSeen':
      return observed('seen', event.data, null);
    case 'ReplenishmentDetected':
      return observed('detected', event.data, event.data.block);
    case 'ReplenishmentRejected':
      return observed('rejected', event.data, event.data.block, event.data.reason);
    case 'ReplenishmentVersionNoted':
      return { ...inState('detected'), reason: event.data.reason ?? null };
    case 'ReplenishmentDropped':
      return inState('dropped');
    case 'ReplenishmentVoided':
      return { ...inState('voided'), ...NOT_CREDITED };
    // The row keeps the block in which the credit was; reports of it are in the event log.
    case 'ReplenishmentReportNoted':
      return inState('voided');
    case 'ReplenishmentReverted':
    case 'OwnCoinsReverted':
      return {
        ...inState('reverted'),
        ...NOT_CREDITED,
        ...includedIn(null),
      };
    case 'ComplianceCheckStarted':
      return { ...inState('screening', event.data.finality, event.data.credit), ...UNDECIDED };
    case 'ReplenishmentConfirmed':
      return credited('confirmed', event.data);
    case 'ReplenishmentDeclined':
      return credited('declined', event.data);
    case 'ReplenishmentHeld':
      return credited('held', event.data);
    case 'ReplenishmentReleased':
      return released(event.data);
    case 'OwnCoinsDetected':
      return observed('rejected', event.data, event.data.block, event.data.reason);
    case 'OwnCoinsBooked':
      return inState('rejected', event.data.finality, event.data.credit);
    case 'ReplenishmentSwept':
      return { swept: true };
    case 'ReplenishmentSweepReverted':
      return { swept: false };
  }
}

const NO_SUM = {
  ...{ sumFirst: null, sumAmount: null, sumCount: null, sumParts: null, sumPosition: null },
};
const UNDECIDED = { complianceMode: null, complianceVerdict: null, listVersion: null };
const NOT_CREDITED = {
  ...{ swept: false, creditedAt: null, creditPosition: null, heldPosition: null },
  ...NO_SUM,
};

/** An observation may have other content than the one before, such as after a reorg. */
function observed(
  status: ReplenishmentStatus,
  { accountId, customerId, purseId, transfer, outsideOrderId, orderChanged }: Observed,
  block: Inclusion | null,
  reason: RejectionReason | OwnCoins | null = null,
) {
  const { asset, amount, netted = null, unbacked = null, from, to, txHash, ordinal } = transfer;
  // One literal: a batch has thousands of these, and spreads of several objects are slow.
  return {
    ...{ status, accountId, customerId, purseId, asset, amount, from, to, txHash, ordinal, reason },
    ...{ netted, unbacked, changedOrderId: orderChanged ? (outsideOrderId ?? '') : null },
    ...NOT_CREDITED,
    ...UNDECIDED,
    creditedTo: null,
    finality: null,
    blockNumber: block?.number ?? null,
    blockHash: block?.hash ?? null,
    blockTime: block?.time ?? null,
  };
}

/** The chain may show what is credited again in another block than before. */
function credited(
  status: 'confirmed' | 'declined' | 'held',
  { finality, credit, restored, compliance, block = null }: CreditingEvent['data'],
) {
  const state = { ...inState(status, finality, credit), ...decided(compliance) };
  return restored === undefined ? state : { ...state, ...includedIn(block) };
}

type CreditingEvent = Extract<
  ReplenishmentEvent,
  { type: 'ReplenishmentConfirmed' | 'ReplenishmentDeclined' | 'ReplenishmentHeld' }
>;

/** What it was final by, and whether it is swept, stays. */
function released({ credit, sum, compliance }: ReleaseEvent['data']) {
  return {
    ...decided(compliance),
    status: 'confirmed' as const,
    creditedTo: credit.to,
    reason: credit.to === 'customer' ? null : credit.reason,
    heldPosition: null,
    sumFirst: sum?.first ?? null,
    sumAmount: sum?.amount ?? null,
    sumCount: sum?.count ?? null,
    sumParts: sum?.parts?.join() ?? null,
  };
}

type ReleaseEvent = Extract<ReplenishmentEvent, { type: 'ReplenishmentReleased' }>;

/** A later event without a decision leaves the one that there is. */
function decided(compliance: ComplianceDecision | undefined) {
  if (compliance === undefined) return {};
  const { mode, verdict, listVersion = null } = compliance;
  return { complianceMode: mode, complianceVerdict: verdict, listVersion };
}

function includedIn(block: Inclusion | null) {
  return {
    blockNumber: block?.number ?? null,
    blockHash: block?.hash ?? null,
    blockTime: block?.time ?? null,
  };
}

/** What a state does not have, the row of the state before it loses. */
function inState(status: ReplenishmentStatus, finality?: Finality, credit?: Credit | OwnCredit) {
  return {
    status,
    creditedTo: credit === undefined || credit.to === 'transit' ? null : credit.to,
    reason: credit === undefined || credit.to === 'customer' ? null : credit.reason,
    finality: finality === undefined ? null : finalityText(finality),
  };
}
