import type { IssuedKey } from '@daybook/domain';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { Statement } from '../projections/row-by-row';
import { type ApiKeyRef, isApiKey, parseApiKey } from './api-key';
import type { Caller } from './caller';
import { type CallerKind, scopesOf } from './scopes';

/** The account or operator that has a key. */
export interface KeyOwner {
  readonly kind: CallerKind;
  readonly id: string;
}

/** Where the keys of each kind of owner are stored. Each kind has key ids of its own. */
const TABLES = {
  account: { table: 'api_key', owner: 'account_id' },
  operator: { table: 'operator_key', owner: 'operator_id' },
} as const satisfies Record<CallerKind, object>;

/**
 * The statement of a projection that stores an issued key. Keys of several owners may have the same key id, because
 * no stream sees the other: their hashes tell them apart. The very same key stays with its first owner in the event
 * log.
 */
export function storeKey({ kind, id }: KeyOwner, key: IssuedKey): Statement {
  const { table, owner } = TABLES[kind];
  const sql = `
    INSERT INTO ${table} (key_id, ${owner}, key_hash, scopes, expires_at, revoked)
    VALUES ($1, $2, $3, $4, $5, false)
    ON CONFLICT (key_id, key_hash) DO NOTHING`;
  return [sql, [key.keyId, id, key.keyHash, key.scopes, key.expiresAt]];
}

/** The statement of a projection that revokes a stored key, if the owner has it. */
export function storeRevocation({ kind, id }: KeyOwner, keyId: string): Statement {
  const { table, owner } = TABLES[kind];
  return [`UPDATE ${table} SET revoked = true WHERE key_id = $1 AND ${owner} = $2`, [keyId, id]];
}

interface StoredKey {
  readonly ownerId: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  /** The key is not valid from this time on; null if it does not expire. */
  readonly expiresAt: Date | null;
  readonly revoked: boolean;
}

export type KeyFault = 'unknown' | 'wrong-secret' | 'revoked' | 'expired';

const KEYS_MAX = 10_000;
/**
 * How long a result is cached. After this time a revoked key is refused, and a new key that was tried
 * too early is accepted.
 */
const CACHED_MS = 1_000;

/**
 * Authenticates keys. Results are cached briefly, negative ones too, so neither a busy key nor a wrong one
 * costs a query each time.
 */
@Injectable()
export class ApiKeys {
  /** The keys by kind and key id. Requests that arrive together share one query. */
  private readonly cache = new LRUCache<string, readonly StoredKey[], ApiKeyRef>({
    max: KEYS_MAX,
    ttl: CACHED_MS,
    fetchMethod: (_name, _stale, { context }) => this.find(context),
  });

  constructor(private readonly dataSource: DataSource) {}

  /** The keys with this key id, of any owners. Revoked and expired keys are found too. */
  find({ kind, keyId }: ApiKeyRef): Promise<readonly StoredKey[]> {
    const { table, owner } = TABLES[kind];
    return this.dataSource.query<StoredKey[]>(
      `SELECT ${owner} AS "ownerId", key_hash AS "keyHash", scopes, expires_at AS "expiresAt", revoked
         FROM ledger.${table} WHERE key_id = $1`,
      [keyId],
    );
  }

  /** Whether this key was issued to any owner, as far as the read model knows. */
  async isIssued(key: string): Promise<boolean> {
    const name = parseApiKey(key);
    const stored = name === null ? [] : await this.find(name);
    return stored.some(({ keyHash }) => isApiKey(key, keyHash));
  }

  /** The caller with this key, or why there is none: for the operator only, never for the caller. */
  async examine(key: string): Promise<Caller | KeyFault> {
    const name = parseApiKey(key);
    if (name === null) return 'unknown';
    const { kind, keyId } = name;
    const named = await this.cache.forceFetch(`${kind} ${keyId}`, { context: name });
    if (named.length === 0) return 'unknown';
    const stored = named.find(({ keyHash }) => isApiKey(key, keyHash));
    if (stored === undefined) return 'wrong-secret';
    if (stored.revoked) return 'revoked';
    const { ownerId, expiresAt } = stored;
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) return 'expired';
    const holder = { keyId, scopes: scopesOf(kind, stored.scopes) };
    return kind === 'account'
      ? { kind, accountId: ownerId, ...holder }
      : { kind, operatorId: ownerId, ...holder };
  }
}
