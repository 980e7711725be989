import { idOf } from '@daybook/domain';
import type { Projection } from '../projection';

const INSERT = `
  INSERT INTO ledger.api_key (key_id, account_id, key_hash, scopes) VALUES ($1, $2, $3, $4)`;

/** The keys that open the edges. */
export const apiKeysProjection: Projection = {
  name: 'api-keys',

  async apply(batch, sql) {
    // Keys are issued by hand, one at a time, so one statement each is as good as a set.
    for (const { event, recorded } of batch) {
      if (event.type !== 'ApiKeyIssued') continue;
      const { keyId, keyHash, scopes } = event.data;
      await sql.query(INSERT, [keyId, idOf(recorded.stream), keyHash, scopes]);
    }
  },
};
