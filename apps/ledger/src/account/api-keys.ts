import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { LRUCache } from 'lru-cache';
import { FindApiKey } from '../read-models/accounts/find-api-key';
import { isApiKey, keyIdOf, SCOPES, type Scope } from './api-key';

/** Who a key speaks for. */
export interface Caller {
  readonly accountId: string;
  readonly keyId: string;
  readonly scopes: readonly Scope[];
}

interface Kept {
  readonly keyHash: string;
  readonly caller: Caller;
}

const KEYS_MAX = 10_000;
/** How long a revoked key may still open, and how long the table rests. */
const KNOWN_MS = 10_000;
/** A key that was issued a moment ago must open soon, wherever it was tried before. */
const UNKNOWN_MS = 1_000;

/**
 * Recognises keys. What the table says is remembered for a moment, also that it says nothing, so
 * that neither a busy key nor a wrong one costs a query each time.
 */
@Injectable()
export class ApiKeys {
  private readonly kept = new LRUCache<string, { readonly found: Kept | null }>({
    max: KEYS_MAX,
    ttl: KNOWN_MS,
    // Requests that arrive together share one query.
    fetchMethod: async (keyId, _stale, { options }) => {
      const found = await this.find(keyId);
      if (found === null) options.ttl = UNKNOWN_MS;
      return { found };
    },
  });

  constructor(private readonly queries: QueryBus) {}

  /** The caller behind a key, or null: malformed, unknown and wrong keys are told apart nowhere. */
  async callerOf(key: string): Promise<Caller | null> {
    const keyId = keyIdOf(key);
    if (keyId === null) return null;
    const { found } = this.kept.get(keyId) ?? (await this.kept.forceFetch(keyId));
    return found !== null && isApiKey(key, found.keyHash) ? found.caller : null;
  }

  private async find(keyId: string): Promise<Kept | null> {
    const row = await this.queries.execute(new FindApiKey(keyId));
    if (row === null) return null;
    const scopes = SCOPES.filter((scope) => row.scopes.includes(scope));
    return { keyHash: row.keyHash, caller: { accountId: row.accountId, keyId, scopes } };
  }
}
