import { idOf } from '@daybook/domain';
import { rowByRow } from '../projections/row-by-row';

const INSERT = 'INSERT INTO asset (id, currency, decimals, position) VALUES ($1, $2, $3, $4)';
const RENAME = 'UPDATE asset SET currency = $2 WHERE id = $1';

/** The currency and decimals of every asset that was ever used. */
export const assetsProjection = rowByRow(
  'asset',
  { name: 'assets', tables: ['asset'] },
  ({ event, recorded: { stream, position } }) => {
    switch (event.type) {
      case 'AssetRecorded': {
        const { currency, decimals } = event.data;
        return [INSERT, [idOf(stream), currency, decimals, position]];
      }
      case 'AssetRenamed':
        return [RENAME, [idOf(stream), event.data.currency]];
    }
  },
);
