import { type Change, rowPerStream } from '../projections/projection';
import { PurseRow } from './purse.row';

/** Purses as they are now. */
export const pursesProjection = rowPerStream({
  name: 'purses',
  kind: 'purse',
  entity: PurseRow,
  change({ event, recorded }): Change<PurseRow> {
    switch (event.type) {
      case 'PurseMinted': {
        const firstPosition = recorded.position;
        return { ...event.data, status: 'active', wasRestored: false, firstPosition };
      }
      case 'PurseArchived':
        return { status: 'archived' };
      case 'PurseRestored':
        return { status: 'active', wasRestored: true };
      case 'PurseDeclined':
        return { status: 'declined' };
    }
  },
});
