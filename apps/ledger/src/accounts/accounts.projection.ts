import { type AccountEvent, idOf } from '@daybook/domain';
import { happenedTo, type Projection } from '@daybook/event-store';

const INSERT_ACCOUNT = 'INSERT INTO account (id, name, screening) VALUES ($1, $2, $3)';
const CHANGE_EXPIRY = 'UPDATE account SET unused_days = $2, idle_days = $3 WHERE id = $1';
const INSERT_KEY = `
  INSERT INTO api_key (key_id, account_id, key_hash, scopes, expires_at, revoked)
  VALUES ($1, $2, $3, $4, $5, false)`;
const REVOKE_KEY = 'UPDATE api_key SET revoked = true WHERE key_id = $1';

/** Accounts with their policy, and their API keys. */
export const accountsProjection: Projection = {
  name: 'accounts',
  tables: ['account', 'api_key'],

  async apply(batch, sql) {
    // Events of accounts are rare, so one statement for each is enough.
    for (const { event, recorded } of happenedTo('account', batch)) {
      await sql.query(...statementOf(event, idOf(recorded.stream)));
    }
  },
};

function statementOf(event: AccountEvent, accountId: string): [string, unknown[]] {
  switch (event.type) {
    case 'AccountOpened': {
      const { name, policy } = event.data;
      return [INSERT_ACCOUNT, [accountId, name, policy.screening]];
    }
    case 'AccountPolicyChanged': {
      const { unusedDays, idleDays } = event.data.purseExpiry;
      return [CHANGE_EXPIRY, [accountId, unusedDays, idleDays]];
    }
    case 'ApiKeyIssued': {
      const { keyId, keyHash, scopes, expiresAt } = event.data;
      return [INSERT_KEY, [keyId, accountId, keyHash, scopes, expiresAt]];
    }
    case 'ApiKeyRevoked':
      return [REVOKE_KEY, [event.data.keyId]];
  }
}
