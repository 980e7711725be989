import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import { isApiKey, keyIdOf, SCOPES, type Scope } from './api-key';
import { FindApiKey } from './find-api-key';

/** Who a key speaks for. */
export interface Caller {
  readonly accountId: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

interface Kept {
  readonly keyHash: string;
  /** Unix milliseconds; from then on the key opens nothing. */
  readonly expiresAt: number;
  readonly caller: Caller;
}

const KEYS_MAX = 10_000;
/**
 * How long the table rests. A revoked key opens nothing after this, and a key that was issued a moment
 * ago opens, wherever it was tried before.
 */
const REMEMBERED_MS = 1_000;

/**
 * Recognises keys. What the table says is remembered for a moment, also that it says nothing, so
 * that neither a busy key nor a wrong one costs a query each time.
 */
@Injectable()
export class ApiKeys {
  private readonly kept = new LRUCache<string, { readonly found: Kept | null }>({
    max: KEYS_MAX,
    ttl: REMEMBERED_MS,
    // Requests that arrive together share one query.
    fetchMethod: async (keyId) => ({ found: await this.find(keyId) }),
  });

  constructor(private readonly queries: QueryBus) {}

  /**
   * The caller behind a key, or null: malformed, unknown, wrong, revoked and expired keys are told
   * apart nowhere.
   */
  async callerOf(key: string): Promise<Caller | null> {
    const keyId = keyIdOf(key);
    if (keyId === null) return null;
    const { found } = this.kept.get(keyId) ?? (await this.kept.forceFetch(keyId));
    if (found === null || found.expiresAt <= Date.now()) return null;
    return isApiKey(key, found.keyHash) ? found.caller : null;
  }

  private async find(keyId: string): Promise<Kept | null> {
    const row = await this.queries.execute(new FindApiKey(keyId));
    if (row === null || row.revoked) return null;
    const scopes = SCOPES.filter((scope) => row.scopes.includes(scope));
    const caller = { accountId: row.accountId, keyId, scopes };
    return { keyHash: row.keyHash, expiresAt: row.expiresAt?.getTime() ?? Infinity, caller };
  }
}
