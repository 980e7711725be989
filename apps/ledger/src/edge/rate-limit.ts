import { LRUCache } from 'lru-cache';
import { Problem } from './problem';

export interface Quota {
  /** Requests that a key may make in a window. */
  readonly requests: number;
  readonly windowSeconds: number;
}

/** The kinds of operations that may have quotas of their own. */
export type Tier = 'wallet' | 'financial' | 'standard';

/** The quota of the service, which all tiers share. */
const SHARED = 'default';

interface Window {
  used: number;
  readonly endsAt: number;
}

/** Keys that are counted: more than any account has. */
const KEYS_MAX = 10_000;

/**
 * Counts requests by key in fixed windows, as in the IETF draft for `RateLimit` headers. Each process
 * counts for itself, so n instances behind a load balancer allow n quotas. The limit protects an
 * instance; it is not meant for billing.
 */
export class RateLimit {
  private readonly windows = new LRUCache<string, Window>({ max: KEYS_MAX });

  constructor(
    private readonly quota: Quota,
    private readonly now: () => number = Date.now,
    /** Of a quota that is not one of all operations, with whose it is. */
    private readonly special?: { readonly name: string; readonly of: string },
  ) {}

  /**
   * Counts one request and returns the headers with the remaining quota. A tier for which the key's account has a quota
   * counts against that alone. Refuses with `rate-limited`.
   */
  take(
    keyId: string,
    tier: Tier = 'standard',
    own: Partial<Readonly<Record<Tier, Quota | null>>> | null = null,
  ): Record<string, string> {
    const at = this.now();
    const ofTier = own?.[tier] ?? null;
    const { requests, windowSeconds } = ofTier ?? this.quota;
    const shared = this.special ?? { name: SHARED, of: 'the key' };
    const { name, of } = ofTier === null ? shared : { name: tier, of: 'the key' };
    const counted = `${name} ${keyId}`;
    let window = this.windows.get(counted);
    if (window === undefined || window.endsAt <= at) {
      window = { used: 0, endsAt: at + windowSeconds * 1_000 };
      this.windows.set(counted, window);
    }
    window.used += 1;
    const left = requests - window.used;
    const seconds = Math.max(1, Math.ceil((window.endsAt - at) / 1_000));
    const headers = {
      'ratelimit-policy': `"${name}";q=${requests};w=${windowSeconds}`,
      ratelimit: `"${name}";r=${Math.max(0, left)};t=${seconds}`,
    };
    if (left >= 0) return headers;
    throw new Problem('rate-limited', `The quota of ${of} is used up for ${seconds} s.`, {
      headers: { ...headers, 'retry-after': String(seconds) },
    });
  }
}
