import { setTimeout as sleep } from 'node:timers/promises';
import { INVARIANTS } from '@daybook/domain';
import type { FollowerStatus } from '@daybook/event-store';
import type { SubscriptionStatus } from '@daybook/messaging';
import type { HealthCheck, HealthChecks, Metrics } from '@daybook/platform';
import { Counter, Gauge } from 'prom-client';

import type { InvariantChecker } from '../books';
import type { ReactionsReport } from '../reactions/get-reactions';

import type { BackgroundWork } from '../runtime/background-work';
import { STILL_SECONDS_MAX } from './get-status';
import { reactionMetrics, reactionTrouble } from './reaction-metrics';
import { writeObserver } from './write-metrics';

/** How often metrics are taken from the readers and consumers. */
const SAMPLE_MS = 1_000;

/** How often the engines are asked whether they are there, and how long an answer may take. */
const ENGINES_MS = 5_000;
const ENGINE_ANSWER_MS = 2_000;

/** How often reactions are asked what they wait for: that counts rows, perhaps many. */
const REACTIONS_MS = 15_000;

/** Health checks and metrics of what runs in this process. */
export class Monitoring {
  private work: BackgroundWork | null = null;
  private checkerOf: () => InvariantChecker | null = () => null;
  /** As of the last sample. */
  private reactions: ReactionsReport | null = null;
  private readonly timers: NodeJS.Timeout[] = [];
  /** Violations that the metric counts already. */
  private readonly told = new Map<string, number>();

  readonly checks: HealthChecks = {
    required: {
      eventStore: () => this.running().engines.eventStore(),
      database: () => this.running().engines.database(),
      readers: () => this.checkReaders(),
    },
    // Without the log between the apps the ledger answers, and what the watchers find waits there.
    optional: {
      durableLog: () => this.running().engines.durableLog(),
      consumers: () => this.checkConsumers(),
      parked: () => this.checkParked(),
      books: () => this.checkBooks(),
      reactions: () => this.checkReactions(),
    },
  };

  private readonly violations: Counter<'invariant'>;
  private readonly checkedPosition: Gauge;

  constructor(private readonly metrics: Metrics) {
    const registers = [metrics.registry];
    this.violations = new Counter({
      name: 'daybook_invariant_violations_total',
      help: 'Broken rules of the books, each once for as long as it lasts; the log names the row.',
      labelNames: ['invariant'],
      registers,
    });
    // From the start, so that the first violation is an increase and not the birth of a series.
    for (const invariant of INVARIANTS) this.violations.inc({ invariant }, 0);
    this.checkedPosition = new Gauge({
      name: 'daybook_invariant_checked_position',
      help: 'Up to here every line of the journal was checked after it was booked.',
      registers,
    });
  }

  watch(
    work: BackgroundWork,
    checkerOf: () => InvariantChecker | null,
    reportReactions: () => Promise<ReactionsReport>,
  ): void {
    this.work = work;
    this.checkerOf = checkerOf;
    work.store.observer = writeObserver(this.metrics.registry);
    this.every(SAMPLE_MS, () => this.sample());
    this.every(ENGINES_MS, () => this.sampleEngines());
    const show = reactionMetrics(this.metrics.registry);
    this.every(REACTIONS_MS, async () => {
      this.reactions = await reportReactions();
      show(this.reactions);
    });
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  /** A failed sample is ignored: readiness and the age of the last progress report outages. */
  private every(ms: number, look: () => Promise<void>): void {
    this.timers.push(setInterval(() => void look().catch(() => undefined), ms).unref());
  }

  private running(): BackgroundWork {
    if (this.work === null) throw new Error('The ledger is still starting.');
    return this.work;
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

  private readonly checkParked: HealthCheck = async () => {
    const parked = (await this.consumers()).filter(({ parkedKeys }) => parkedKeys > 0);
    if (parked.length === 0) return;
    const counts = parked.map(({ topic, parkedKeys }) => `${topic}: ${parkedKeys} keys`);
    throw new Error(`${counts.join('; ')} wait to be looked at (npx daybook parked list).`);
  };

  private readonly checkBooks: HealthCheck = async () => {
    const violated = this.checkerOf()?.violated() ?? [];
    if (violated.length === 0) return;
    // Probes need no key, so they name rules; rows and amounts are in the log.
    const names = [...new Set(violated.map(({ invariant }) => invariant))].join(', ');
    throw new Error(`${violated.length} times broken: ${names}. The log names the rows.`);
  };

  private readonly checkReactions: HealthCheck = async () => {
    const trouble = this.reactions && reactionTrouble(this.reactions);
    if (trouble !== null) throw new Error(trouble);
  };

  private followers(): readonly FollowerStatus[] {
    return [...this.running().followers.values()].map((follower) => follower.status());
  }

  private consumers(): Promise<readonly SubscriptionStatus[]> {
    return Promise.all(this.running().subscriptions.map((subscription) => subscription.status()));
  }

  private sampleBooks(): void {
    const checker = this.checkerOf();
    if (checker === null) return;
    this.checkedPosition.set(Number(checker.checkedPosition()));
    for (const [invariant, count] of checker.found()) {
      const told = this.told.get(invariant) ?? 0;
      this.violations.inc({ invariant }, count - told);
      this.told.set(invariant, count);
    }
  }

  private async sample(): Promise<void> {
    this.sampleBooks();
    for (const { name: projection, lag, secondsSinceProgress } of this.followers()) {
      this.metrics.followLag.set({ projection }, Number(lag));
      this.metrics.followProgressAgeSeconds.set({ projection }, secondsSinceProgress);
    }
    for (const { topic, group, lag, parkedKeys } of await this.consumers()) {
      this.metrics.consumerLagMessages.set({ topic, group }, Number(lag));
      this.metrics.parkedKeys.set({ topic, group }, parkedKeys);
    }
  }

  private async sampleEngines(): Promise<void> {
    const looks = Object.entries(this.running().engines).map(async ([engine, check]) => {
      const answer = check().then(
        () => true,
        () => false,
      );
      const isUp = await Promise.race([answer, sleep(ENGINE_ANSWER_MS, false, { ref: false })]);
      this.metrics.engineUp.set({ engine }, isUp ? 1 : 0);
    });
    await Promise.all(looks);
  }
}

function standsStill({ stalled, secondsSinceProgress }: FollowerStatus): boolean {
  return stalled !== null || secondsSinceProgress > STILL_SECONDS_MAX;
}

function describe({ name, position, lag, stalled }: FollowerStatus): string {
  const cause = stalled === null ? '' : `: ${(stalled.error as Error).message}`;
  return `${name} stands at ${position}, ${lag} positions behind${cause}`;
}
