import { NO_PROFILE, type ProfileChange } from '@daybook/domain';
import { type Change, rowPerStream } from '../projections/projection';
import { CustomerRow } from './customer.row';

/** Customers as they are now. Texts are stored as they come: whoever projects or audits has no keys. */
export const customersProjection = rowPerStream({
  name: 'customers',
  kind: 'customer',
  entity: CustomerRow,
  change({ event, recorded }): Change<CustomerRow> {
    switch (event.type) {
      case 'CustomerCreated': {
        const { metadata, ...created } = event.data;
        const stored = { ...created, ...storedMetadata({ metadata }) };
        return { ...stored, status: 'active', firstPosition: recorded.position };
      }
      case 'CustomerUpdated': {
        const { metadata, ...changed } = event.data;
        return metadata === undefined ? changed : { ...changed, ...storedMetadata({ metadata }) };
      }
      case 'CustomerBlocked':
        return { status: 'blocked' };
      case 'CustomerUnblocked':
        return { status: 'active' };
      // Texts that were in the clear are gone at once, and sealed ones that nobody can open are of no use.
      case 'CustomerErased':
        return { ...NO_PROFILE, externalId: '', status: 'erased' };
    }
  },
});

/** Sealed metadata are one text, like every sealed field. */
function storedMetadata({ metadata }: Pick<ProfileChange, 'metadata'>) {
  const stored = metadata ?? null;
  return { metadata: typeof stored === 'object' && stored ? JSON.stringify(stored) : stored };
}
