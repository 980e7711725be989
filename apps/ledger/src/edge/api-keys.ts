import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isApiKey, nameOfApiKey } from './api-key';
import type { Caller } from './caller';
import type { CallerKind } from './scopes';

/** What is kept of a key that is neither revoked nor unknown. */
export interface KeptKey {
  readonly keyHash: string;
  /** From then on the key opens nothing; null when it lasts. */
  readonly expiresAt: Date | null;
  readonly caller: Caller;
}

/** Looks up the key with this key id; null for one that opens nothing. */
export type FindKey = (keyId: string) => Promise<KeptKey | null>;

const KEYS_MAX = 10_000;
/**
 * How long a result is cached. A revoked key opens nothing after this, and a key that was issued a moment
 * ago opens, wherever it was tried before.
 */
const CACHED_MS = 1_000;

/**
 * Authenticates keys. The features that keep keys register how theirs are found. Results are cached for a
 * moment, also that there is no such key, so that neither a busy key nor a wrong one costs a query each time.
 */
@Injectable()
export class ApiKeys {
  private readonly sources = new Map<CallerKind, FindKey>();
  private readonly cache = new LRUCache<string, { readonly found: KeptKey | null }>({
    max: KEYS_MAX,
    ttl: CACHED_MS,
    // Requests that arrive together share one query.
    fetchMethod: async (name) => ({ found: await this.find(name) }),
  });

  /** Registers where the keys of this kind are kept. */
  register(kind: CallerKind, find: FindKey): void {
    this.sources.set(kind, find);
  }

  /**
   * The caller behind a key, or null: malformed, unknown, wrong, revoked and expired keys are told
   * apart nowhere.
   */
  async callerOf(key: string): Promise<Caller | null> {
    const parts = nameOfApiKey(key);
    if (parts === null) return null;
    // Each kind has key ids of its own.
    const name = `${parts.kind} ${parts.keyId}`;
    const { found } = this.cache.get(name) ?? (await this.cache.forceFetch(name));
    if (found === null || (found.expiresAt?.getTime() ?? Infinity) <= Date.now()) return null;
    return isApiKey(key, found.keyHash) ? found.caller : null;
  }

  private async find(name: string): Promise<KeptKey | null> {
    const [kind, keyId = ''] = name.split(' ');
    return (await this.sources.get(kind as CallerKind)?.(keyId)) ?? null;
  }
}
