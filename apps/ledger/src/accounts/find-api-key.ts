import type { DataSource } from 'typeorm';
import type { KeptKey } from '../edge/api-keys';
import { scopesOf } from '../edge/scopes';
import { ApiKeyRow } from './api-key.row';

/** The account's key with this key id; null when there is none or it was revoked. */
export async function findApiKey(dataSource: DataSource, keyId: string): Promise<KeptKey | null> {
  const row = await dataSource.getRepository(ApiKeyRow).findOneBy({ keyId });
  if (row === null || row.revoked) return null;
  const { accountId, keyHash, expiresAt } = row;
  const scopes = scopesOf('account', row.scopes);
  return { keyHash, expiresAt, caller: { kind: 'account', accountId, keyId, scopes } };
}
