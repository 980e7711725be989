import type { FollowerStatus } from '@daybook/event-store';
import type { SubscriptionStatus } from '@daybook/messaging';
import type { HealthCheck, HealthChecks, Metrics } from '@daybook/platform';
import type { Roles } from './roles';

/** How often metrics are taken from the readers and consumers. */
const SAMPLE_MS = 1_000;

/** A reader that is behind and has not moved for this long stands still. */
const STILL_SECONDS_MAX = 30;

/** How the parts that run in this process are doing, for probes and for metrics. */
export class Vitals {
  private roles: Roles | null = null;
  private timer: NodeJS.Timeout | null = null;

  readonly checks: HealthChecks = {
    required: {
      database: () => this.running().store.head(),
      readers: () => this.checkReaders(),
    },
    optional: { consumers: () => this.checkConsumers() },
  };

  constructor(private readonly metrics: Metrics) {}

  watch(roles: Roles): void {
    this.roles = roles;
    this.timer = setInterval(() => void this.sample().catch(() => undefined), SAMPLE_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private running(): Roles {
    if (this.roles === null) throw new Error('The ledger is still starting.');
    return this.roles;
  }

  private readonly checkReaders: HealthCheck = async () => {
    const still = this.followers().filter(standsStill);
    if (still.length === 0) return;
    throw new Error(still.map(describe).join('; '));
  };

  private readonly checkConsumers: HealthCheck = async () => {
    const failing = (await this.consumers()).filter(({ lastError }) => lastError !== null);
    if (failing.length === 0) return;
    throw new Error(failing.map((s) => `${s.topic}: ${s.lastError}`).join('; '));
  };

  private followers(): readonly FollowerStatus[] {
    return [...this.running().followers.values()].map((follower) => follower.status());
  }

  private consumers(): Promise<readonly SubscriptionStatus[]> {
    return Promise.all(this.running().subscriptions.map((subscription) => subscription.status()));
  }

  private async sample(): Promise<void> {
    for (const { name: projection, lag, secondsSinceProgress } of this.followers()) {
      this.metrics.followLag.set({ projection }, Number(lag));
      this.metrics.followProgressAgeSeconds.set({ projection }, secondsSinceProgress);
    }
    for (const { topic, group, lag } of await this.consumers()) {
      this.metrics.consumerLagMessages.set({ topic, group }, Number(lag));
    }
  }
}

function standsStill({ stalled, secondsSinceProgress }: FollowerStatus): boolean {
  return stalled !== null || secondsSinceProgress > STILL_SECONDS_MAX;
}

function describe({ name, position, lag, stalled }: FollowerStatus): string {
  const cause = stalled === null ? '' : `: ${(stalled.error as Error).message}`;
  return `${name} stands at ${position}, ${lag} positions behind${cause}`;
}
