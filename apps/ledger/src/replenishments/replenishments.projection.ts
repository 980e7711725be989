import {
  type Credit,
  type Finality,
  finalityText,
  type Inclusion,
  idOf,
  type Observed,
  type RejectionReason,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
} from '@daybook/domain';
import type { HappenedTo } from '@daybook/event-store';
import { type Change, rowPerStream, type Written } from '../projections/projection';
import { ReplenishmentRow } from './replenishment.row';

/** Replenishments as they are now. */
export const replenishmentsProjection = rowPerStream({
  name: 'replenishments',
  kind: 'replenishment',
  entity: ReplenishmentRow,
  change: changeIn,
});

function changeIn({
  event,
  recorded: { revision, recordedAt, position },
}: HappenedTo<'replenishment'>): Change<ReplenishmentRow> {
  const change = { ...changeOf(event), updatedAt: recordedAt, lastPosition: position };
  if (revision > 0n) return change;
  return { ...change, createdAt: recordedAt, firstPosition: position };
}

/** The row that the whole stream of a replenishment leads to, as it is read. */
export function rowIn(history: readonly HappenedTo<'replenishment'>[]): ReplenishmentRow {
  const id = idOf(history[0]?.recorded.stream ?? '');
  const written = Object.assign({ id }, ...history.map(changeIn)) as Written<ReplenishmentRow>;
  const { createdAt, updatedAt, blockTime, blockNumber } = written;
  return Object.assign(new ReplenishmentRow(), written, {
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    blockTime: blockTime && new Date(blockTime),
    blockNumber: blockNumber === null ? null : String(blockNumber),
    amount: String(written.amount),
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
      return { ...inState('detected'), reason: event.data.reason };
    case 'ReplenishmentDropped':
      return inState('dropped');
    case 'ReplenishmentVoided':
      return inState('voided');
    // The row keeps the block in which the credit was; reports of it are in the event log.
    case 'ReplenishmentReportNoted':
      return inState('voided');
    case 'ReplenishmentReverted':
      return { ...inState('reverted'), blockNumber: null, blockHash: null, blockTime: null };
    case 'ComplianceCheckStarted':
      return inState('screening', event.data.finality);
    case 'ReplenishmentConfirmed':
      return inState('confirmed', event.data.finality, event.data.credit);
    case 'ReplenishmentDeclined':
      return inState('declined', event.data.finality, event.data.credit);
  }
}

/** An observation may have other content than the one before, such as after a reorg. */
function observed(
  status: ReplenishmentStatus,
  { accountId, customerId, purseId, transfer }: Observed,
  block: Inclusion | null,
  reason: RejectionReason | null = null,
) {
  const { asset, amount, from, to, txHash, ordinal } = transfer;
  // One literal: a batch has thousands of these, and spreads of several objects are slow.
  return {
    ...{ status, accountId, customerId, purseId, asset, amount, from, to, txHash, ordinal, reason },
    creditedTo: null,
    finality: null,
    blockNumber: block?.number ?? null,
    blockHash: block?.hash ?? null,
    blockTime: block?.time ?? null,
  };
}

/** What a state does not have, the row of the state before it loses. */
function inState(status: ReplenishmentStatus, finality?: Finality, credit?: Credit) {
  return {
    status,
    creditedTo: credit?.to ?? null,
    reason: credit === undefined || credit.to === 'customer' ? null : credit.reason,
    finality: finality === undefined ? null : finalityText(finality),
  };
}
