import { idOf } from '@daybook/domain';
import type { Projection } from '../projection';

const INSERT_ACCOUNT = 'INSERT INTO ledger.account (id, name, screening) VALUES ($1, $2, $3)';
const INSERT_KEY = `
  INSERT INTO ledger.api_key (key_id, account_id, key_hash, scopes) VALUES ($1, $2, $3, $4)`;

/** Accounts with their policy, and the keys that open the edges to them. */
export const accountsProjection: Projection = {
  name: 'accounts',

  async apply(batch, sql) {
    // Accounts are opened by hand, one at a time, so one statement each is as good as a set.
    for (const { event, recorded } of batch) {
      const accountId = idOf(recorded.stream);
      if (event.type === 'AccountOpened') {
        const { name, policy } = event.data;
        await sql.query(INSERT_ACCOUNT, [accountId, name, policy.screening]);
      }
      if (event.type === 'ApiKeyIssued') {
        const { keyId, keyHash, scopes } = event.data;
        await sql.query(INSERT_KEY, [keyId, accountId, keyHash, scopes]);
      }
    }
  },
};
