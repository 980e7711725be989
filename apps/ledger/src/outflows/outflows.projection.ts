import {
  type Finality,
  finalityText,
  type OutflowEvent,
  type OutflowRejection,
  type OutflowStatus,
  type OutflowUse,
} from '@daybook/domain';
import { type Change, rowPerStream } from '../projections/projection';
import { leftIn, OutflowRow } from './outflow.row';

/** Outflows as they are now. */
export const outflowsProjection = rowPerStream({
  name: 'outflows',
  kind: 'outflow',
  entity: OutflowRow,
  change({ event, recorded: { revision, recordedAt, position } }): Change<OutflowRow> | null {
    if (event.type === 'OutflowVersionNoted') return null;
    const change = { ...changeOf(event), updatedAt: recordedAt, lastPosition: position };
    if (revision > 0n) return change;
    return { ...change, createdAt: recordedAt, firstPosition: position };
  },
  sum: { table: 'outflow_sum', amountIn: leftIn },
});

function changeOf({
  type,
  data,
}: Exclude<OutflowEvent, { type: 'OutflowVersionNoted' }>): Change<OutflowRow> {
  switch (type) {
    case 'OutflowDetected':
      return shown('detected', data, data.use);
    case 'OutflowRejected':
      return shown('rejected', data, data.use, { reason: data.reason });
    case 'SweepCompleted':
      return shown('booked', data, 'sweep', { finality: data.finality });
    case 'OutflowBooked':
      return shown('booked', data, data.use, { finality: data.finality });
    case 'OutflowReverted':
      return shown('reverted', { ...data, block: null }, data.use);
  }
}

/** Every event says the whole of its outflow, and what it does not say, the row loses. */
function shown(
  status: OutflowStatus,
  { accountId, customerId, purseId, outflowId, outflow, block }: OutflowEvent['data'],
  use: OutflowUse,
  more: { readonly reason?: OutflowRejection; readonly finality?: Finality } = {},
): Change<OutflowRow> {
  const { asset, amount, netted = null, from, to, txHash, ordinal } = outflow;
  return {
    ...{ accountId, customerId, purseId, outflowId, use, status },
    ...{ asset, amount, netted, from, to, txHash, ordinal },
    blockNumber: block?.number ?? null,
    blockHash: block?.hash ?? null,
    blockTime: block?.time ?? null,
    reason: more.reason ?? null,
    finality: more.finality === undefined ? null : finalityText(more.finality),
  };
}
