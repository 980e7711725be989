import {
  finalityText,
  type Inclusion,
  type Observed,
  type ReplenishmentEvent,
} from '@daybook/domain';
import { type Change, rowPerStream } from '../projections/projection';
import { ReplenishmentRow } from './replenishment.row';

/** Replenishments as they are now. */
export const replenishmentsProjection = rowPerStream({
  name: 'replenishments',
  kind: 'replenishment',
  entity: ReplenishmentRow,
  change({ event, recorded: { revision, recordedAt, position } }) {
    return {
      ...changeOf(event),
      ...(revision === 0n && { createdAt: recordedAt, firstPosition: position }),
      updatedAt: recordedAt,
      lastPosition: position,
    };
  },
});

/** What a replenishment loses with its next event, unless that event sets it again. */
const UNDECIDED = { creditedTo: null, reason: null, finality: null };

function changeOf(event: ReplenishmentEvent): Change<ReplenishmentRow> {
  switch (event.type) {
    case 'ReplenishmentSeen':
      return { ...UNDECIDED, ...observed(event.data), ...includedIn(null), status: 'seen' };
    case 'ReplenishmentDetected': {
      const block = includedIn(event.data.block);
      return { ...UNDECIDED, ...observed(event.data), ...block, status: 'detected' };
    }
    case 'ReplenishmentRejected': {
      const { block, reason } = event.data;
      const status = 'rejected';
      return { ...UNDECIDED, ...observed(event.data), ...includedIn(block), status, reason };
    }
    case 'ReplenishmentDropped':
      return { ...UNDECIDED, status: 'dropped' };
    case 'ReplenishmentReverted':
      return { ...UNDECIDED, ...includedIn(null), status: 'reverted' };
    case 'ComplianceCheckStarted':
      return { ...UNDECIDED, status: 'screening', finality: finalityText(event.data.finality) };
    case 'ReplenishmentConfirmed':
    case 'ReplenishmentDeclined': {
      const { credit, finality } = event.data;
      return {
        status: event.type === 'ReplenishmentConfirmed' ? 'confirmed' : 'declined',
        creditedTo: credit.to,
        reason: credit.to === 'customer' ? null : credit.reason,
        finality: finalityText(finality),
      };
    }
  }
}

/** An observation may have other content than the one before, such as after a reorg. */
function observed({ accountId, customerId, purseId, transfer }: Observed) {
  return { accountId, customerId, purseId, ...transfer };
}

function includedIn(block: Inclusion | null) {
  return {
    blockNumber: block?.number ?? null,
    blockHash: block?.hash ?? null,
    blockTime: block?.time ?? null,
  };
}
