import type { AccountKey, IssuedKey } from '@daybook/domain';
import { type AddressRanges, addressRanges } from '@daybook/platform';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import type { Statement } from '../projections/row-by-row';
import { type ApiKeyRef, isApiKey, parseApiKey } from './api-key';
import type { Caller } from './caller';
import { Problem } from './problem';
import { type CallerKind, scopesOf } from './scopes';

/** The account or operator that has a key. */
export interface KeyOwner {
  readonly kind: CallerKind;
  readonly id: string;
}

const KEY = `k.key_hash AS "keyHash", k.scopes, k.expires_at AS "expiresAt", k.revoked`;

/** Where the keys of each kind of owner are stored, with what their owner says of them. Each kind has key ids of its own. */
const TABLES = {
  account: {
    ...{ table: 'api_key', owner: 'account_id' },
    find: `
      SELECT ${KEY}, a.id AS "ownerId", k.person, a.status = 'closed' AS "isClosed", a.quotas,
             a.allowed_addresses AS "allowedAddresses"
        FROM ledger.api_key k JOIN ledger.account a ON a.id = k.account_id WHERE k.key_id = $1`,
  },
  operator: {
    ...{ table: 'operator_key', owner: 'operator_id' },
    find: `
      SELECT ${KEY}, o.id AS "ownerId", o.name AS person, false AS "isClosed", NULL AS quotas,
             NULL AS "allowedAddresses"
        FROM ledger.operator_key k JOIN ledger.operator o ON o.id = k.operator_id WHERE k.key_id = $1`,
  },
} as const satisfies Record<CallerKind, object>;

/**
 * The statement of a projection that stores an issued key. Keys of several owners may have the same key id, because
 * no stream sees the other: their hashes tell them apart. The very same key stays with its first owner in the event
 * log.
 */
export function storeOperatorKey(operatorId: string, key: IssuedKey): Statement {
  const sql = `
    INSERT INTO operator_key (key_id, operator_id, key_hash, scopes, expires_at, revoked)
    VALUES ($1, $2, $3, $4, $5, false)
    ON CONFLICT (key_id, key_hash) DO NOTHING`;
  return [sql, [key.keyId, operatorId, key.keyHash, key.scopes, key.expiresAt]];
}

/** The same for the key of an account. */
export function storeAccountKey(accountId: string, key: AccountKey): Statement {
  const sql = `
    INSERT INTO api_key (key_id, account_id, key_hash, scopes, expires_at, revoked,
                         person, issued_by, issued_by_kind, issued_by_person, replaces)
    VALUES ($1, $2, $3, $4, $5, false, $6, $7, $8, $9, $10)
    ON CONFLICT (key_id, key_hash) DO NOTHING`;
  const { keyId, keyHash, scopes, expiresAt, person, issuedBy, replaces } = key;
  const issuer = [issuedBy?.keyId ?? null, issuedBy?.kind ?? null, issuedBy?.person ?? null];
  return [sql, [keyId, accountId, keyHash, scopes, expiresAt, person, ...issuer, replaces]];
}

/** The statement of a projection that revokes a stored key, if the owner has it. */
export function storeRevocation({ kind, id }: KeyOwner, keyId: string): Statement {
  const { table, owner } = TABLES[kind];
  return [`UPDATE ${table} SET revoked = true WHERE key_id = $1 AND ${owner} = $2`, [keyId, id]];
}

/** The statement of a projection that ends a stored key of an account at a time, unless it ends earlier. */
export function storeEnd(accountId: string, keyId: string, endsAt: string): Statement {
  const sql = `
    UPDATE api_key SET expires_at = least(expires_at, $3) WHERE key_id = $1 AND account_id = $2`;
  return [sql, [keyId, accountId, endsAt]];
}

interface FoundKey {
  readonly ownerId: string;
  readonly keyHash: string;
  readonly scopes: readonly string[];
  /** The key is not valid from this time on; null if it does not expire. */
  readonly expiresAt: Date | null;
  readonly revoked: boolean;
  readonly person: string | null;
  readonly isClosed: boolean;
  readonly quotas: Caller['quotas'];
  readonly allowedAddresses: readonly string[] | null;
}

type StoredKey = Omit<FoundKey, 'allowedAddresses'> & {
  readonly allowedAddresses: AddressRanges | null;
};

export type KeyFault = 'unknown' | 'wrong-secret' | 'revoked' | 'expired';

const KEYS_MAX = 10_000;
/**
 * How long what was found is used, from the moment at which it was asked for. After this time a revoked key is refused, and
 * a new key that was tried too early is accepted. `KeysForgotten` relies on it: nothing is used for longer.
 */
export const KEY_USED_MS = 1_000;
/** A query takes longer than that only while the process or the database is stuck, which seldom happens twice. */
const LOOK_UPS_MAX = 3;

interface LookUp {
  /** When it was asked for, by a clock that never goes back. */
  readonly askedAt: number;
  readonly found: Promise<readonly StoredKey[]>;
}

/**
 * Authenticates keys. What was found is remembered briefly, also that there is no such key, so neither a busy key nor a
 * wrong one costs a query each time.
 */
@Injectable()
export class ApiKeys {
  /** The look-ups by kind and key id. Requests that arrive together share one. */
  private readonly remembered = new LRUCache<string, LookUp>({ max: KEYS_MAX });

  constructor(private readonly dataSource: DataSource) {}

  /** The keys with this key id, of any owners. Revoked and expired keys are found too. */
  async find({ kind, keyId }: ApiKeyRef): Promise<readonly StoredKey[]> {
    const rows = await this.dataSource.query<FoundKey[]>(TABLES[kind].find, [keyId]);
    return rows.map(({ allowedAddresses: allowed, ...row }) => {
      return { ...row, allowedAddresses: allowed === null ? null : addressRanges(allowed) };
    });
  }

  /** Whether this key was issued to any owner, as far as the read model knows. */
  async isIssued(key: string): Promise<boolean> {
    const name = parseApiKey(key);
    const stored = name === null ? [] : await this.find(name);
    return stored.some(({ keyHash }) => isApiKey(key, keyHash));
  }

  /**
   * The caller with this key, or why there is none: for the operator only, never for the caller. Refuses with
   * `unavailable` if keys cannot be looked up in time.
   */
  async examine(key: string): Promise<Caller | KeyFault> {
    const name = parseApiKey(key);
    if (name === null) return 'unknown';
    const { kind, keyId } = name;
    const named = await this.current(name);
    if (named.length === 0) return 'unknown';
    const stored = named.find(({ keyHash }) => isApiKey(key, keyHash));
    if (stored === undefined) return 'wrong-secret';
    if (stored.revoked) return 'revoked';
    const { ownerId, expiresAt, scopes: words, person, quotas } = stored;
    if (expiresAt !== null && expiresAt.getTime() <= Date.now()) return 'expired';
    const holder = { keyId, scopes: scopesOf(kind, words), words, person, quotas };
    if (kind === 'operator') return { kind, operatorId: ownerId, ...holder };
    const { isClosed, allowedAddresses } = stored;
    return { kind, accountId: ownerId, isClosed, allowedAddresses, ...holder };
  }

  /** What is stored under a key id, asked for less than `KEY_USED_MS` ago. */
  private async current(ref: ApiKeyRef): Promise<readonly StoredKey[]> {
    const name = `${ref.kind} ${ref.keyId}`;
    for (let lookUps = 0; lookUps < LOOK_UPS_MAX; lookUps += 1) {
      const { askedAt, found } = this.lookUp(name, ref);
      const stored = await found;
      if (isFresh(askedAt)) return stored;
    }
    throw new Problem('unavailable', 'Keys cannot be looked up in time.');
  }

  private lookUp(name: string, ref: ApiKeyRef): LookUp {
    const known = this.remembered.get(name);
    if (known !== undefined && isFresh(known.askedAt)) return known;
    const lookUp = { askedAt: performance.now(), found: this.find(ref) };
    this.remembered.set(name, lookUp);
    // A failure is not remembered.
    lookUp.found.catch(() => {
      if (this.remembered.get(name) === lookUp) this.remembered.delete(name);
    });
    return lookUp;
  }
}

function isFresh(askedAt: number): boolean {
  return performance.now() - askedAt < KEY_USED_MS;
}
