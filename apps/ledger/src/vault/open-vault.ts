import type { DataSource } from 'typeorm';
import { type Keyring, parseKeyring } from '../keyring.env';
import type { LedgerEnv } from '../ledger.env';
import { LookupKeys } from './lookup-keys';
import { Vault } from './vault';

function keyringOf(text: string): Keyring {
  const keyring = parseKeyring(text);
  if (keyring === null) throw new Error('The keys were not checked at the start.');
  return keyring;
}

export function openVault(
  { vaultKeys }: Pick<LedgerEnv, 'vaultKeys'>,
  dataSource: DataSource,
): Vault {
  return new Vault(dataSource, keyringOf(vaultKeys));
}

export function lookupKeysOf({ lookupKeys }: Pick<LedgerEnv, 'lookupKeys'>): LookupKeys {
  return new LookupKeys(keyringOf(lookupKeys));
}
