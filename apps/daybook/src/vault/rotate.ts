import type { Client } from 'pg';
import { type Keyring, newKeyring, parseKeyring } from '../../../ledger/src/keyring.env';
import { unwrapKey, wrapKey } from '../../../ledger/src/vault/sealing';
import { type DataFolder, writePrivately } from '../cli/data-folder';
import { EXIT, Failure } from '../cli/exit-codes';
import { type Answer, operate } from '../cli/operate';
import { KEY_COLUMNS, PAGE, type StoredKey, withVault } from './with-vault';

interface Rotated {
  readonly kind: 'vault-rotated';
  /** The version of the master key under which all keys are stored now. */
  readonly masterVersion: number;
  /** How many keys were stored anew. */
  readonly rewrapped: number;
}

/**
 * Stores the keys of all customers under the newest master key. In a data folder it makes that key first, and takes the
 * others away at the end. Interrupted, it goes on where it was when it is run again.
 */
export function rotate(options: {
  readonly data?: string | undefined;
  readonly json?: boolean | undefined;
}): Promise<void> {
  return operate(options, (operation) =>
    withVault(operation, async ({ client, keyring: configured }): Promise<Answer> => {
      const { folder } = operation.installation;
      const isOfFolder = folder !== null && !process.env.DAYBOOK_VAULT_KEYS;
      const keyring = isOfFolder ? withNewVersion(folder, configured) : configured;
      const rewrapped = await rewrapAll(client, keyring, operation.signal);
      if (isOfFolder) keep(folder, keyring, [keyring.newest]);
      const report: Rotated = {
        ...{ kind: 'vault-rotated', masterVersion: keyring.newest, rewrapped },
      };
      return { json: report, text: () => sentenceOf(report, isOfFolder) };
    }),
  );
}

function sentenceOf({ masterVersion, rewrapped }: Rotated, isOfFolder: boolean): string {
  const done = `${rewrapped} keys were stored under master key ${masterVersion}; none is stored under another.`;
  if (isOfFolder) return `${done} The data folder has this master key alone.`;
  return `${done} Every process must have it; then the older versions can be taken out of DAYBOOK_VAULT_KEYS.`;
}

/** The keys of a folder with a new one in front. One that an interrupted rotation has made is used. */
function withNewVersion(folder: DataFolder, known: Keyring): Keyring {
  if (known.keys.size > 1) return known;
  const version = known.newest + 1;
  const [, key = ''] = newKeyring().split(':');
  const text = `${version}:${key},${textOf(known, [...known.keys.keys()])}`;
  const both = parseKeyring(text);
  if (both === null)
    throw new Failure('There are too many versions of the master key.', EXIT.usage);
  // Before anything is stored under it.
  keep(folder, both, [...both.keys.keys()]);
  return both;
}

function keep(folder: DataFolder, keyring: Keyring, versions: readonly number[]): void {
  writePrivately(folder.vaultKeysFile, `${textOf(keyring, versions)}\n`);
}

function textOf({ keys }: Keyring, versions: readonly number[]): string {
  return versions.map((version) => `${version}:${keys.get(version)?.toString('base64')}`).join();
}

/** One page after the other, each a commit: the service goes on meanwhile, and may erase customers. */
async function rewrapAll(client: Client, keyring: Keyring, signal: AbortSignal): Promise<number> {
  for (let rewrapped = 0; ; ) {
    signal.throwIfAborted();
    const { rows } = await client.query<StoredKey>(
      `SELECT ${KEY_COLUMNS} FROM vault.customer_key WHERE master_version <> $1
        ORDER BY master_version, customer_id LIMIT ${PAGE}`,
      [keyring.newest],
    );
    if (rows.length === 0) return rewrapped;
    const wrapped = rows.map((row) => wrapKey(keyring, row.id, unwrapKey(keyring, row.id, row)));
    await client.query(
      `UPDATE vault.customer_key k SET master_version = $3, wrapped_key = u.wrapped_key
         FROM unnest($1::uuid[], $2::bytea[]) AS u(id, wrapped_key) WHERE k.customer_id = u.id`,
      [rows.map(({ id }) => id), wrapped.map(({ wrapped: key }) => key), keyring.newest],
    );
    rewrapped += rows.length;
  }
}
