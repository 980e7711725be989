import { LRUCache } from 'lru-cache';
import { Problem } from './problem';

export interface Quota {
  /** Requests that a key may make in a window. */
  readonly requests: number;
  readonly windowSeconds: number;
}

/** The kinds of operations that may have quotas of their own. */
export type Tier = 'wallet' | 'financial' | 'standard';

/** The quota that a tier counts against. One for all, until accounts have quotas of their own. */
const QUOTA_OF: Readonly<Record<Tier, string>> = {
  wallet: 'default',
  financial: 'default',
  standard: 'default',
};

interface Window {
  used: number;
  readonly endsAt: number;
}

/** The keys whose use is remembered: more than any account has. */
const KEYS_MAX = 10_000;

/**
 * Counts requests by key in fixed windows, as the IETF draft `RateLimit` headers describe them. The
 * count lives in this process: n instances behind a balancer allow n quotas together. That protects
 * an instance, which is what it is for; it is no billing.
 */
export class RateLimit {
  private readonly windows = new LRUCache<string, Window>({ max: KEYS_MAX });

  constructor(
    private readonly quota: Quota,
    private readonly now: () => number = Date.now,
  ) {}

  /** Counts one request and returns the headers that say what is left, or refuses with `rate-limited`. */
  take(keyId: string, tier: Tier = 'standard'): Record<string, string> {
    const at = this.now();
    const name = QUOTA_OF[tier];
    const counted = `${name} ${keyId}`;
    let window = this.windows.get(counted);
    if (window === undefined || window.endsAt <= at) {
      window = { used: 0, endsAt: at + this.quota.windowSeconds * 1_000 };
      this.windows.set(counted, window);
    }
    window.used += 1;
    const left = this.quota.requests - window.used;
    const seconds = Math.max(1, Math.ceil((window.endsAt - at) / 1_000));
    const headers = {
      'ratelimit-policy': `"${name}";q=${this.quota.requests};w=${this.quota.windowSeconds}`,
      ratelimit: `"${name}";r=${Math.max(0, left)};t=${seconds}`,
    };
    if (left >= 0) return headers;
    throw new Problem('rate-limited', `The quota of the key is used up for ${seconds} s.`, {
      headers: { ...headers, 'retry-after': String(seconds) },
    });
  }
}
