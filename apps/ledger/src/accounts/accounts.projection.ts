import { idOf } from '@daybook/domain';
import { storeKey, storeRevocation } from '../edge/api-keys';
import { rowByRow } from '../projections/row-by-row';

const INSERT_ACCOUNT = 'INSERT INTO account (id, name, screening) VALUES ($1, $2, $3)';
const CHANGE_EXPIRY = 'UPDATE account SET unused_days = $2, idle_days = $3 WHERE id = $1';

/** Accounts with their policy, and their keys. */
export const accountsProjection = rowByRow(
  'account',
  { name: 'accounts', tables: ['account', 'api_key'] },
  ({ event, recorded }) => {
    const id = idOf(recorded.stream);
    switch (event.type) {
      case 'AccountOpened': {
        const { name, policy } = event.data;
        return [INSERT_ACCOUNT, [id, name, policy.screening]];
      }
      case 'AccountPolicyChanged': {
        const { unusedDays, idleDays } = event.data.purseExpiry;
        return [CHANGE_EXPIRY, [id, unusedDays, idleDays]];
      }
      case 'ApiKeyIssued':
        return storeKey({ kind: 'account', id }, event.data);
      case 'ApiKeyRevoked':
        return storeRevocation({ kind: 'account', id }, event.data.keyId);
    }
  },
);
