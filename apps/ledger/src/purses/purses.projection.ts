import { addressViolations } from '@daybook/domain';
import { type Change, rowPerStream } from '../projections/projection';
import { PurseRow } from './purse.row';

/**
 * Whether another purse was minted with the address of the new row `r` before. Earlier versions could take an address
 * twice from a database that was restored.
 */
const IS_TAKEN = `(
  row_number() OVER (PARTITION BY r.family, r.address ORDER BY r.first_position) > 1
  OR EXISTS (SELECT FROM purse p WHERE p.address = r.address AND p.family = r.family))`;

/** Purses without an address of their own that an audit lists: more need a look at the whole. */
const HELD_MAX = 1_000;

/** Purses as they are now. The second one on an address is held: it shows none. */
export const pursesProjection = rowPerStream({
  name: 'purses',
  kind: 'purse',
  entity: PurseRow,
  rowCheck: {
    sql: `SELECT id, held_address FROM purse WHERE held_address IS NOT NULL ORDER BY id LIMIT ${HELD_MAX}`,
    check: ({ id, held_address = null }) => addressViolations(String(id), held_address),
  },
  inserted: {
    address: `CASE WHEN NOT ${IS_TAKEN} THEN r.address END`,
    held_address: `CASE WHEN ${IS_TAKEN} THEN r.address END`,
  },
  change({ event, recorded }): Change<PurseRow> {
    switch (event.type) {
      case 'PurseMinted': {
        const firstPosition = recorded.position;
        const { reference = null, outsideOrderId: mintedOrderId } = event.data;
        const own = { wasRestored: false, heldAddress: null, addressPosition: null };
        const named = { reference, mintedOrderId, replacementAllowed: false };
        return { ...event.data, status: 'active', ...own, ...named, firstPosition };
      }
      case 'PurseArchived':
        return { status: 'archived' };
      case 'PurseRestored':
        return { status: 'active', wasRestored: true };
      case 'PurseDeclined':
        return { status: 'declined' };
      case 'PurseOrderChanged':
        return { outsideOrderId: event.data.outsideOrderId };
      case 'PurseReplacementAllowed':
        return { replacementAllowed: true };
      case 'PurseOwnerLost':
        return { status: 'unowned' };
      case 'PurseOwnerConfirmed':
        return { status: 'active' };
      case 'PurseAddressAssigned': {
        const { address } = event.data;
        return { address, heldAddress: null, addressPosition: recorded.position };
      }
    }
  },
});
