import type { Client } from 'pg';
import type { Keyring } from '../../../ledger/src/keyring.env';
import { unwrapKey } from '../../../ledger/src/vault/sealing';
import { type Answer, operate } from '../cli/operate';
import { type Part, passphrase, writeExport } from './export-file';
import { KEY_COLUMNS, PAGE, type StoredKey, withVault } from './with-vault';

/** Writes the keys of all customers and the erasure list to a file, under a passphrase and without any master key. */
export function exportVault(
  file: string,
  options: { readonly data?: string | undefined; readonly json?: boolean | undefined },
): Promise<void> {
  return operate(options, (operation) =>
    withVault(operation, async ({ client, keyring }): Promise<Answer> => {
      const counts = { keys: 0, erasures: 0 };
      const parts = partsOf(client, keyring, counts, operation.signal);
      // One moment of both: a customer who is erased meanwhile has a key in it and is not on its list, or is.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await writeExport(file, passphrase(), parts);
      await client.query('COMMIT');
      return {
        json: { kind: 'vault-exported', file, ...counts },
        text: () => `${file} has ${counts.keys} keys and ${counts.erasures} erasures.`,
      };
    }),
  );
}

async function* partsOf(
  client: Client,
  keyring: Keyring,
  counts: { keys: number; erasures: number },
  signal: AbortSignal,
): AsyncGenerator<Part> {
  const pages = async function* <Row extends { readonly id: string }>(
    columns: string,
    table: string,
  ) {
    for (let after: string | null = null; ; ) {
      signal.throwIfAborted();
      const { rows }: { rows: Row[] } = await client.query<Row>(
        `SELECT ${columns} FROM vault.${table}
          WHERE $1::uuid IS NULL OR customer_id > $1 ORDER BY customer_id LIMIT ${PAGE}`,
        [after],
      );
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.id ?? null;
    }
  };
  const erased = `customer_id AS id, account_id AS "accountId",
    to_char(erased_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "erasedAt"`;
  // Erasures first, so that whoever reads the file never makes a key that is to be deleted.
  for await (const rows of pages<{ id: string; accountId: string; erasedAt: string }>(
    erased,
    'erasure',
  )) {
    counts.erasures += rows.length;
    yield {
      erasures: rows.map(({ id, accountId, erasedAt }) => [id, accountId, erasedAt] as const),
    };
  }
  for await (const rows of pages<StoredKey>(KEY_COLUMNS, 'customer_key')) {
    counts.keys += rows.length;
    yield {
      keys: rows.map(
        (row) => [row.id, unwrapKey(keyring, row.id, row).bytes.toString('base64')] as const,
      ),
    };
  }
}
