import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from 'prom-client';
import { type Caller, countedAs } from './caller';
import { QuotaCounter } from './quota-counter';
import {
  type NamedQuota,
  type Quota,
  type Quotas,
  quotaHeaders,
  quotaUsedUp,
  type Tier,
} from './rate-limit';
import type { Ask, SharedCounts } from './shared-counts';

/** Keys and tiers that are counted at once: a key that is left out in between starts with a new portion. */
const COUNTERS_MAX = 30_000;
/** A request waits no longer than this for the shared count. Ordinary answers take a millisecond. */
const WAIT_MS_MAX = 100;
/** How long the database is not asked again after an error. */
const AFTER_ERROR_MS = 1_000;

interface Waiting {
  readonly quota: Quota;
  readonly counter: QuotaCounter;
  /** Requests that wait for the next answer. One that has waited too long is taken out. */
  readonly requests: Set<(answer: Covered) => void>;
}

/** Whether the shared count covers a request. */
type Covered = 'yes' | 'no' | 'unknown';

/**
 * Counts the requests of each key by tier, over all processes. Large quotas are taken from the shared count in portions,
 * so an ordinary request only counts in memory; small ones are taken one by one. While the shared count does not answer,
 * each process counts for itself and allows one quota.
 */
export class RequestQuotas {
  private readonly counters = new LRUCache<string, QuotaCounter>({ max: COUNTERS_MAX });
  /** What the next statement asks for, by name. */
  private next = new Map<string, Waiting>();
  /** When the statement that is under way was sent; null if there is none. */
  private askedAt: number | null = null;
  private brokenUntil = Number.NEGATIVE_INFINITY;
  private readonly alone: Counter;

  constructor(
    private readonly quotas: Quotas,
    private readonly shared: Pick<SharedCounts, 'grant'>,
    registry: Registry,
    private readonly now: () => number = Date.now,
    private readonly waitMsMax: number = WAIT_MS_MAX,
  ) {
    this.alone = new Counter({
      name: 'daybook_quota_counted_alone_total',
      help: 'Requests that this process counted for itself, because the shared count of quotas did not answer in time.',
      registers: [registry],
    });
  }

  /** The quota of a caller: its account's, or else the configured one. */
  quotaOf(caller: Caller, tier: Tier): Quota {
    const own = caller.kind === 'account' ? caller.quotas?.[tier] : undefined;
    return own ?? this.quotas[tier];
  }

  /**
   * Counts one request, and returns the headers that state what is left. Refuses with `rate-limited`. A promise is
   * returned only where the shared count has to be asked first.
   */
  take(caller: Caller, tier: Tier): Record<string, string> | Promise<Record<string, string>> {
    const quota = { ...this.quotaOf(caller, tier), name: tier, of: `the key for ${tier} requests` };
    const counter = this.counterOf(`${tier} ${countedAs(caller)}`);
    const at = this.now();
    counter.begin(quota, at);
    if (counter.admit()) {
      if (counter.isLow(quota)) this.waitingFor(counter, quota);
      return stated(quota, counter, at);
    }
    if (counter.isEmpty(quota.requests)) throw quotaUsedUp(quota, counter.endsIn(at));
    if (!this.isAnswering()) return this.takeAlone(counter, quota);
    return this.takeShared(counter, quota);
  }

  private async takeShared(
    counter: QuotaCounter,
    quota: NamedQuota,
  ): Promise<Record<string, string>> {
    const answer = await new Promise<Covered>((resolve) => {
      const { requests } = this.waitingFor(counter, quota);
      const answered = (covered: Covered) => {
        clearTimeout(timer);
        requests.delete(answered);
        resolve(covered);
      };
      const timer = setTimeout(answered, this.waitMsMax, 'unknown');
      requests.add(answered);
    });
    if (answer === 'unknown') return this.takeAlone(counter, quota);
    const at = this.now();
    if (answer === 'no') throw quotaUsedUp(quota, counter.endsIn(at));
    return stated(quota, counter, at);
  }

  private takeAlone(counter: QuotaCounter, quota: NamedQuota): Record<string, string> {
    const at = this.now();
    counter.begin(quota, at);
    if (!counter.admitAlone(quota)) throw quotaUsedUp(quota, counter.endsIn(at));
    this.alone.inc();
    // It is told to the shared count as soon as that answers.
    this.waitingFor(counter, quota);
    return stated(quota, counter, at);
  }

  private counterOf(name: string): QuotaCounter {
    const known = this.counters.get(name);
    if (known !== undefined) return known;
    const counter = new QuotaCounter(name);
    this.counters.set(name, counter);
    return counter;
  }

  /** Whether a request may expect an answer of the shared count within the limit. */
  private isAnswering(): boolean {
    if (this.askedAt !== null) return performance.now() - this.askedAt <= this.waitMsMax;
    return performance.now() >= this.brokenUntil;
  }

  /** What the next statement asks for this counter. Sees to it that there is one. */
  private waitingFor(counter: QuotaCounter, quota: Quota): Waiting {
    let waiting = this.next.get(counter.name);
    if (waiting === undefined) {
      waiting = { counter, quota, requests: new Set() };
      this.next.set(counter.name, waiting);
    }
    if (this.askedAt === null && performance.now() >= this.brokenUntil) void this.ask();
    return waiting;
  }

  /** One statement at a time: what is asked for meanwhile goes into the next one. Never rejects. */
  private async ask(): Promise<void> {
    while (this.next.size > 0) {
      this.askedAt = performance.now();
      // Requests of the same moment share the statement.
      await Promise.resolve();
      const batch = [...this.next.values()];
      this.next = new Map();
      const at = this.now();
      const asks = batch.map(askOf);
      try {
        const counts = await this.shared.grant(asks, at);
        for (const [n, { counter, quota, requests }] of batch.entries()) {
          const count = counts.get(counter.name);
          if (count !== undefined) counter.learn(count, (asks[n] as Ask).amount, quota);
          for (const answer of requests) answer(counter.admit() ? 'yes' : 'no');
        }
      } catch {
        // The metric counts what follows from it; other parts of the service report the database itself.
        this.brokenUntil = performance.now() + AFTER_ERROR_MS;
        for (const { requests } of batch) for (const answer of requests) answer('unknown');
        break;
      }
    }
    this.askedAt = null;
  }
}

function askOf({ counter, quota, requests }: Waiting): Ask {
  const { requests: size, windowSeconds } = quota;
  const amount = counter.amountFor(requests.size, quota);
  return { name: counter.name, amount, requests: size, windowSeconds };
}

function stated(quota: NamedQuota, counter: QuotaCounter, at: number): Record<string, string> {
  return quotaHeaders(quota, { left: counter.left(quota), endsInMs: counter.endsIn(at) });
}
