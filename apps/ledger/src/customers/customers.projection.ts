import { type Change, rowPerStream } from '../projections/projection';
import { CustomerRow } from './customer.row';

/** Customers as they are now. */
export const customersProjection = rowPerStream({
  name: 'customers',
  kind: 'customer',
  entity: CustomerRow,
  change({ event, recorded }): Change<CustomerRow> {
    switch (event.type) {
      case 'CustomerCreated':
        return { ...event.data, status: 'active', firstPosition: recorded.position };
      case 'CustomerUpdated':
        return { description: event.data.description };
      case 'CustomerBlocked':
        return { status: 'blocked' };
      case 'CustomerUnblocked':
        return { status: 'active' };
    }
  },
});
