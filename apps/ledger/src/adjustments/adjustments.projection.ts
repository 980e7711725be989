import { type Change, rowPerStream } from '../projections/projection';
import { AdjustmentRow } from './adjustment.row';

/** Adjustments; they never change. */
export const adjustmentsProjection = rowPerStream({
  name: 'adjustments',
  kind: 'adjustment',
  entity: AdjustmentRow,
  change({ event, recorded }): Change<AdjustmentRow> {
    switch (event.type) {
      case 'AdjustmentMade':
        return {
          ...event.data,
          createdAt: recorded.recordedAt,
          firstPosition: recorded.position,
        };
    }
  },
});
