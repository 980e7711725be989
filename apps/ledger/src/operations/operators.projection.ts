import { idOf } from '@daybook/domain';
import { storeOperatorKey, storeRevocation } from '../edge/api-keys';
import { rowByRow } from '../projections/row-by-row';

const INSERT_OPERATOR = 'INSERT INTO operator (id, name) VALUES ($1, $2)';

/** Operators and their keys. */
export const operatorsProjection = rowByRow(
  'operator',
  { name: 'operators', tables: ['operator', 'operator_key'] },
  ({ event, recorded }) => {
    const id = idOf(recorded.stream);
    switch (event.type) {
      case 'OperatorAdded':
        return [INSERT_OPERATOR, [id, event.data.name]];
      case 'OperatorKeyIssued':
        return storeOperatorKey(id, event.data);
      case 'OperatorKeyRevoked':
        return storeRevocation({ kind: 'operator', id }, event.data.keyId);
      // Kept in the event log alone.
      case 'ParkedKeyRetried':
        return null;
    }
  },
);
