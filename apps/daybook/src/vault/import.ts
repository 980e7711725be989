import type { Client } from 'pg';
import type { Keyring } from '../../../ledger/src/keyring.env';
import { subjectKey, wrapKey } from '../../../ledger/src/vault/sealing';
import { type Answer, operate } from '../cli/operate';
import { type Part, passphrase, readExport } from './export-file';
import { withVault } from './with-vault';

interface Imported {
  readonly keys: number;
  readonly erasures: number;
}

/**
 * Adds what an export has and the vault has not. The erasures of both stay: a key that either of them knows as erased is
 * deleted, whatever the file has. Nothing is taken over before the whole file was read.
 */
export function importVault(
  file: string,
  options: { readonly data?: string | undefined; readonly json?: boolean | undefined },
): Promise<void> {
  return operate(options, (operation) =>
    withVault(operation, async ({ client, keyring }): Promise<Answer> => {
      let done: Imported = { keys: 0, erasures: 0 };
      await client.query('BEGIN');
      for await (const part of readExport(file, passphrase())) {
        operation.signal.throwIfAborted();
        const added = await merge(client, keyring, part);
        done = { keys: done.keys + added.keys, erasures: done.erasures + added.erasures };
      }
      await client.query('COMMIT');
      return {
        json: { kind: 'vault-imported', file, ...done },
        text: () =>
          `${done.keys} keys and ${done.erasures} erasures were added. The next start of the ledger erases in the event log who is on the list.`,
      };
    }),
  );
}

async function merge(client: Client, keyring: Keyring, part: Part): Promise<Imported> {
  const none = { keys: 0, erasures: 0 };
  if ('erasures' in part) {
    const ids = part.erasures.map(([id]) => id);
    const { rowCount } = await client.query(
      `INSERT INTO vault.erasure (customer_id, account_id, erased_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) ON CONFLICT DO NOTHING`,
      [ids, part.erasures.map(([, account]) => account), part.erasures.map(([, , at]) => at)],
    );
    await client.query('DELETE FROM vault.customer_key WHERE customer_id = ANY($1::uuid[])', [ids]);
    return { ...none, erasures: rowCount ?? 0 };
  }
  if (!('keys' in part)) return none;
  const wrapped = part.keys.map(
    ([id, key]) => wrapKey(keyring, id, subjectKey(Buffer.from(key, 'base64'))).wrapped,
  );
  const { rowCount } = await client.query(
    `INSERT INTO vault.customer_key (customer_id, master_version, wrapped_key)
     SELECT u.id, $3, u.wrapped_key FROM unnest($1::uuid[], $2::bytea[]) AS u(id, wrapped_key)
      WHERE NOT EXISTS (SELECT FROM vault.erasure e WHERE e.customer_id = u.id)
     ON CONFLICT DO NOTHING`,
    [part.keys.map(([id]) => id), wrapped, keyring.newest],
  );
  return { ...none, keys: rowCount ?? 0 };
}
