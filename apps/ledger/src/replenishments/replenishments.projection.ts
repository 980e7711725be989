import {
  type Credit,
  type Finality,
  finalityText,
  type Inclusion,
  type Observed,
  type OwnCoins,
  type OwnCredit,
  type RejectionReason,
  type ReplenishmentEvent,
  type ReplenishmentStatus,
} from '@daybook/domain';
import { type Change, rowPerStream } from '../projections/projection';
import { ReplenishmentRow } from './replenishment.row';

/** Replenishments as they are now. */
export const replenishmentsProjection = rowPerStream({
  name: 'replenishments',
  kind: 'replenishment',
  entity: ReplenishmentRow,
  change({ event, recorded: { revision, recordedAt, position } }): Change<ReplenishmentRow> {
    const change = { ...changeOf(event), updatedAt: recordedAt, lastPosition: position };
    if (event.type === 'ReplenishmentConfirmed' || event.type === 'ReplenishmentDeclined') {
      return { ...change, creditedAt: recordedAt, creditPosition: position };
    }
    if (revision > 0n) return change;
    return { ...change, createdAt: recordedAt, firstPosition: position };
  },
});

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
    case 'ReplenishmentReverted':
    case 'OwnCoinsReverted':
      return {
        ...inState('reverted'),
        ...NOT_CREDITED,
        ...{ blockNumber: null, blockHash: null, blockTime: null },
      };
    case 'ComplianceCheckStarted':
      return inState('screening', event.data.finality);
    case 'ReplenishmentConfirmed':
      return inState('confirmed', event.data.finality, event.data.credit);
    case 'ReplenishmentDeclined':
      return inState('declined', event.data.finality, event.data.credit);
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

const NOT_CREDITED = { swept: false, creditedAt: null, creditPosition: null };

/** An observation may have other content than the one before, such as after a reorg. */
function observed(
  status: ReplenishmentStatus,
  { accountId, customerId, purseId, transfer }: Observed,
  block: Inclusion | null,
  reason: RejectionReason | OwnCoins | null = null,
) {
  const { asset, amount, netted = null, from, to, txHash, ordinal } = transfer;
  // One literal: a batch has thousands of these, and spreads of several objects are slow.
  return {
    ...{ status, accountId, customerId, purseId, asset, amount, from, to, txHash, ordinal, reason },
    netted,
    ...NOT_CREDITED,
    creditedTo: null,
    finality: null,
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
