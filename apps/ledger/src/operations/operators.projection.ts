import { idOf } from '@daybook/domain';
import type { Projection } from '../projections/projection';

const INSERT_OPERATOR = 'INSERT INTO operator (id, name) VALUES ($1, $2)';
const INSERT_KEY = `
  INSERT INTO operator_key (key_id, operator_id, key_hash, scopes, expires_at, revoked)
  VALUES ($1, $2, $3, $4, $5, false)`;
const REVOKE_KEY = 'UPDATE operator_key SET revoked = true WHERE key_id = $1';

/** Operators and their keys. */
export const operatorsProjection: Projection = {
  name: 'operators',
  tables: ['operator', 'operator_key'],

  async apply(batch, sql) {
    // Operators are few, so one statement each is as good as a set.
    for (const { event, recorded } of batch) {
      const operatorId = idOf(recorded.stream);
      if (event.type === 'OperatorAdded') {
        await sql.query(INSERT_OPERATOR, [operatorId, event.data.name]);
      }
      if (event.type === 'OperatorKeyIssued') {
        const { keyId, keyHash, scopes, expiresAt } = event.data;
        await sql.query(INSERT_KEY, [keyId, operatorId, keyHash, scopes, expiresAt]);
      }
      if (event.type === 'OperatorKeyRevoked') await sql.query(REVOKE_KEY, [event.data.keyId]);
    }
  },
};
