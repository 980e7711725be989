import { idOf, type OperatorEvent } from '@daybook/domain';
import { happenedTo, type Projection } from '@daybook/event-store';

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
    for (const { event, recorded } of happenedTo('operator', batch)) {
      const statement = statementOf(event, idOf(recorded.stream));
      if (statement !== null) await sql.query(...statement);
    }
  },
};

function statementOf(event: OperatorEvent, operatorId: string): [string, unknown[]] | null {
  switch (event.type) {
    case 'OperatorAdded':
      return [INSERT_OPERATOR, [operatorId, event.data.name]];
    case 'OperatorKeyIssued': {
      const { keyId, keyHash, scopes, expiresAt } = event.data;
      return [INSERT_KEY, [keyId, operatorId, keyHash, scopes, expiresAt]];
    }
    case 'OperatorKeyRevoked':
      return [REVOKE_KEY, [event.data.keyId]];
    // An act that is kept in the log alone.
    case 'ParkedKeyRetried':
      return null;
  }
}
