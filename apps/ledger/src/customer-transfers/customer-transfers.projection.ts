import { type Change, rowPerStream } from '../projections/projection';
import { CustomerTransferRow } from './customer-transfer.row';

/** Transfers between customers; they never change. */
export const customerTransfersProjection = rowPerStream({
  name: 'customer-transfers',
  kind: 'customer_transfer',
  entity: CustomerTransferRow,
  change({ event, recorded }): Change<CustomerTransferRow> {
    switch (event.type) {
      case 'CustomerTransferMade':
        return {
          ...event.data,
          createdAt: recorded.recordedAt,
          firstPosition: recorded.position,
        };
    }
  },
});
