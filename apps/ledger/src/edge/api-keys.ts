import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isApiKey, nameOfApiKey } from './api-key';
import type { Caller } from './caller';
import type { CallerKind } from './scopes';

/** The stored part of a key that was issued and not revoked. */
export interface KeptKey {
  readonly keyHash: string;
  /** The key is not valid from this time on; null if it does not expire. */
  readonly expiresAt: Date | null;
  readonly caller: Caller;
}

/** Looks up the key with this key id; null if it is unknown or revoked. */
export type FindKey = (keyId: string) => Promise<KeptKey | null>;

const KEYS_MAX = 10_000;
/**
 * How long a result is cached. After this time a revoked key is refused, and a new key that was tried
 * too early is accepted.
 */
const CACHED_MS = 1_000;

/**
 * Authenticates keys. Each feature that stores keys registers how to find them. Results are cached
 * briefly, negative ones too, so neither a busy key nor a wrong one costs a query each time.
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

  /** Registers how to find the keys of this kind. */
  register(kind: CallerKind, find: FindKey): void {
    this.sources.set(kind, find);
  }

  /**
   * The caller with this key, or null. The result does not distinguish malformed, unknown, wrong, revoked
   * and expired keys.
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
