import type { Client } from 'pg';
import { type Keyring, parseKeyring } from '../../../ledger/src/keyring.env';
import { withClient } from '../cli/database';
import { EXIT, Failure } from '../cli/exit-codes';
import type { Operation } from '../cli/operation';
import { withDatabaseOf } from '../log/with-database';

/** The vault as its owner has it, with the master keys of the installation. */
export interface OpenVault {
  readonly client: Client;
  readonly keyring: Keyring;
}

/** Works on the vault of an installation. That of a data folder must not be in use. */
export function withVault<Result>(
  operation: Operation,
  work: (vault: OpenVault) => Promise<Result>,
): Promise<Result> {
  return withDatabaseOf(operation, async () => {
    await operation.requireTables();
    const { ownerDatabaseUrl } = operation.installation;
    if (ownerDatabaseUrl === undefined) {
      const right = 'Only the owner of the tables may do this: set DAYBOOK_MIGRATION_URL.';
      throw new Failure(right, EXIT.usage);
    }
    const keyring = keyringIn(operation);
    return withClient(ownerDatabaseUrl, (client) => work({ client, keyring }));
  });
}

/** The master keys. Reading the configuration has checked their form. */
export function keyringIn({ env }: Operation): Keyring {
  const keyring = parseKeyring(env.vaultKeys);
  if (keyring === null) throw new Failure('DAYBOOK_VAULT_KEYS cannot be read.', EXIT.usage);
  return keyring;
}

/** Keys of one page: a page is one statement and one moment of memory. */
export const PAGE = 1_000;

/** A key as the vault stores it. */
export interface StoredKey {
  readonly id: string;
  readonly masterVersion: number;
  readonly wrapped: Buffer;
}

export const KEY_COLUMNS =
  'customer_id AS id, master_version AS "masterVersion", wrapped_key AS wrapped';
