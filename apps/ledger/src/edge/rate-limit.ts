import { LRUCache } from 'lru-cache';
import { Problem } from './problem';

export interface Quota {
  /** Requests that may be made in a window. */
  readonly requests: number;
  readonly windowSeconds: number;
}

/** The kinds of operations that have quotas of their own. Each operation has one. */
export const TIERS = ['wallet', 'financial', 'standard'] as const;
export type Tier = (typeof TIERS)[number];

/** The quota of a key in each tier. */
export type Quotas = Readonly<Record<Tier, Quota>>;

/** What is left of a quota. */
export interface Remaining {
  readonly left: number;
  /** Milliseconds until the window ends. */
  readonly endsInMs: number;
}

/** A quota as answers name it, and as a sentence says whose it is. */
export interface NamedQuota extends Quota {
  readonly name: string;
  readonly of: string;
}

/** The headers of the IETF draft for `RateLimit`; the same names are metadata over gRPC. */
export function quotaHeaders(
  { name, requests, windowSeconds }: NamedQuota,
  { left, endsInMs }: Remaining,
): Record<string, string> {
  return {
    'ratelimit-policy': `"${name}";q=${requests};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${Math.max(0, left)};t=${secondsOf(endsInMs)}`,
  };
}

/** The refusal of a request beyond its quota. */
export function quotaUsedUp(quota: NamedQuota, endsInMs: number): Problem {
  const seconds = secondsOf(endsInMs);
  return new Problem('rate-limited', `The quota of ${quota.of} is used up for ${seconds} s.`, {
    headers: {
      ...quotaHeaders(quota, { left: 0, endsInMs }),
      'retry-after': String(seconds),
    },
  });
}

/** Whole seconds, at least one: a client that waits for none comes back within the same window. */
function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

interface Window {
  used: number;
  readonly endsAt: number;
}

/** Keys that are counted: more than any account has. */
const KEYS_MAX = 10_000;

/**
 * A quota of one kind of work, counted by each process for itself in fixed windows: n instances behind a load balancer
 * allow n quotas. It protects what does the work. The quotas of all requests are those of `Quotas`.
 */
export class RateLimit {
  private readonly windows = new LRUCache<string, Window>({ max: KEYS_MAX });

  constructor(
    private readonly quota: Quota,
    private readonly now: () => number,
    /** How answers name it, and whose it is. */
    private readonly named: Pick<NamedQuota, 'name' | 'of'>,
  ) {}

  /** Counts one request of a key. Refuses with `rate-limited`. */
  take(key: string): void {
    const at = this.now();
    let window = this.windows.get(key);
    if (window === undefined || window.endsAt <= at) {
      window = { used: 0, endsAt: at + this.quota.windowSeconds * 1_000 };
      this.windows.set(key, window);
    }
    window.used += 1;
    if (window.used <= this.quota.requests) return;
    throw quotaUsedUp({ ...this.quota, ...this.named }, window.endsAt - at);
  }
}
