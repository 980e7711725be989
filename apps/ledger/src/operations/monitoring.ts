import type { ChainHeadV1, json } from '@daybook/contracts';
import { FINDING_KINDS, INVARIANTS } from '@daybook/domain';
import {
  type FollowerStatus,
  StoreUnavailable,
  type WriteOutcome,
  type WriteReport,
  WrongLog,
} from '@daybook/event-store';
import { DurableLog, type SubscriptionStatus } from '@daybook/messaging';
import type { HealthChecks, Metrics } from '@daybook/platform';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { BooksModule } from '../books';
import {
  ChainRegistry,
  ListChainHeads,
  publicWatchProblems,
  REPORT_SECONDS_MAX,
  secondsSinceReport,
} from '../chains';
import { GetOpenFindings, type OpenFindings } from '../findings';
import { LedgerEnv, mayAppend } from '../ledger.env';
import { GetReactions, type ReactionsReport } from '../reactions/get-reactions';
import { BackgroundWork } from '../runtime/background-work';
import { readClocks } from './clocks';
import { stateOfEngines } from './engine-state';
import { followerState } from './get-status';
import { GroupWaits } from './group-waits';
import { type LedgerMetrics, ledgerMetrics } from './metrics';
import {
  differingClocks,
  findingsDetail,
  followerProblem,
  noted,
  parkedProblem,
  reactionProblems,
} from './problems';
import { groupsWithLag, sampleReaders, secondsSince, stoppedElsewhere } from './sample-readers';

/** How often the metrics are updated. */
const SAMPLE_MS = 5_000;

/** Health checks and metrics of what runs in this process. Probes need no key, so they show no figures. */
export class Monitoring {
  private readonly metrics: LedgerMetrics;
  /** As of the last sample: probes may come more often than rows should be counted. */
  private reactions: ReactionsReport | null = null;
  private findings: readonly OpenFindings[] = [];
  private clocks: json.Clocks | null = null;
  private readonly logger = new Logger(Monitoring.name);
  /** What has been logged of incomplete streams. */
  private readonly logged = new Set<string>();
  /** The last reports of the chains of the chains file; undefined of one that no watcher has reported. */
  private heads = new Map<string, ChainHeadV1 | undefined>();
  /** Unix milliseconds; null before the start. */
  private startedAt: number | null = null;
  /** A sentence for each group of the ledger, also of other processes, that handles nothing although messages wait. */
  private stopped: readonly string[] = [];
  private readonly waits = new GroupWaits();

  readonly checks: HealthChecks = {
    required: {
      eventStore: () => this.work.engines.eventStore(),
      log: async () => void (await this.work.engines.log()),
      // The user of a process that only relays may not append.
      appends: async () => mayAppend(this.app().get(LedgerEnv)) && this.work.store.writable(),
      database: () => this.work.engines.database(),
      readers: async () => {
        // While the log itself fails, which other checks say, the tables are as good as they were.
        const followers = this.followers().filter(({ stalled }) => !isOfLog(stalled?.error));
        const states = followers.map(followerState);
        requireNone(states.filter(({ standsStill }) => standsStill).map(followerProblem));
      },
    },
    // Answers come from the tables, and commands need the event log.
    purposes: {
      reads: ['database', 'readers'],
      commands: ['database', 'eventStore', 'log', 'appends'],
      // Deposits come from the watchers over the durable log.
      chains: ['chains', 'durableLog', 'consumers'],
    },
    // Without the durable log the ledger still answers, and the messages of the watchers wait there.
    optional: {
      durableLog: () => this.work.engines.durableLog(),
      consumers: async () => {
        const failing = (await this.consumers()).filter(({ lastError }) => lastError !== null);
        const errors = failing.map(({ topic, lastError }) => `${topic}: ${lastError}`);
        requireNone([...errors, ...this.stopped]);
      },
      parked: async () => {
        const parked = (await this.consumers()).filter(({ parkedKeys }) => parkedKeys > 0);
        requireNone(parked.map(parkedProblem));
      },
      streams: async () => requireNone(this.work.store.incomplete.sentences()),
      books: async () => {
        const names = new Set(this.checker?.violated().map(({ invariant }) => invariant));
        requireNone([...names].map((name) => `${name} is violated; log lines name the rows`));
      },
      chains: async () => {
        const now = this.now();
        requireNone(
          [...this.heads].flatMap(([chain, head]) =>
            head === undefined ? this.unreported(chain) : publicWatchProblems(head, now),
          ),
        );
      },
      // What operators have to decide is no fault of the service: a detail, not a failure.
      findings: async () => findingsDetail(this.findings),
      reactions: async () => requireNone(this.reactions ? reactionProblems(this.reactions) : []),
      clocks: async () => requireNone(this.clocks === null ? [] : differingClocks(this.clocks)),
    },
  };

  /** `app` is asked for only after the application has started. */
  constructor(
    metrics: Metrics,
    private readonly app: () => INestApplicationContext,
    private readonly sampleMs = SAMPLE_MS,
    private readonly now: () => number = Date.now,
  ) {
    this.metrics = ledgerMetrics(metrics);
  }

  start(): void {
    this.startedAt = this.now();
    this.work.store.observer = (report) => this.observeWrite(report);
    // A failed sample is ignored: readiness and the age of the last progress report outages.
    const sample = () => void this.sample().catch(() => undefined);
    setInterval(sample, this.sampleMs).unref();
    sample();
  }

  private get work(): BackgroundWork {
    return this.app().get(BackgroundWork);
  }

  private get checker(): BooksModule['checker'] {
    return this.app().get(BooksModule).checker;
  }

  private followers(): readonly FollowerStatus[] {
    return [...this.work.followers.values()].map((follower) => follower.status());
  }

  private consumers(): Promise<readonly SubscriptionStatus[]> {
    return Promise.all(this.work.subscriptions.map((subscription) => subscription.status()));
  }

  private observeWrite({ durationMs, conflicts, outcomes }: WriteReport): void {
    this.metrics.writeSeconds.observe(durationMs / 1_000);
    this.metrics.conflicts.inc(conflicts);
    for (const outcome in outcomes) {
      this.metrics.commands.inc({ outcome }, outcomes[outcome as WriteOutcome]);
    }
  }

  private async sample(): Promise<void> {
    this.sampleBooks();
    this.logIncompleteStreams();
    // Grows also while the database cannot be asked.
    this.sampleHeadAges();
    await Promise.all([
      this.sampleEngines(),
      this.sampleProgress(),
      this.sampleReactions(),
      this.sampleFindings(),
      this.sampleClocks(),
      this.sampleHeads(),
    ]);
  }

  /** Every rule from the start, so that its first violation is an increase. */
  private sampleBooks(): void {
    const { checker, metrics } = this;
    if (checker !== null) metrics.checkedPosition.set(Number(checker.checkedPosition()));
    metrics.violations.reset();
    for (const invariant of INVARIANTS) {
      metrics.violations.inc({ invariant }, checker?.found().get(invariant) ?? 0);
    }
  }

  private logIncompleteStreams(): void {
    for (const detail of this.work.store.incomplete.sentences()) {
      if (!this.logged.has(detail)) this.logger.error({ msg: 'stream is incomplete', detail });
      this.logged.add(detail);
    }
  }

  private async sampleEngines(): Promise<void> {
    const engines = await stateOfEngines(this.app().get(LedgerEnv), this.work.engines);
    const { database, eventLog: eventStore, durableLog } = engines;
    for (const [engine, state] of Object.entries({ database, eventStore, durableLog })) {
      this.metrics.engineUp.set({ engine }, state.answers ? 1 : 0);
    }
  }

  private async sampleProgress(): Promise<void> {
    for (const { name: projection, position, lag, secondsSinceProgress } of this.followers()) {
      this.metrics.followLag.set({ projection }, Number(lag));
      this.metrics.followProgressAgeSeconds.set({ projection }, secondsSinceProgress);
      const age = lag === 0n ? 0 : await this.secondsWaiting(position);
      this.metrics.followLagSeconds.set({ projection }, age);
    }
    const own = await this.consumers();
    for (const { topic, group, parkedKeys } of own) {
      this.metrics.parkedKeys.set({ topic, group }, parkedKeys);
    }
    const log = this.app().get(DurableLog);
    // Also known where the brokers do not answer.
    const stopped = stoppedElsewhere(await log.stopped(), own);
    this.stopped = stopped;
    const groups = await groupsWithLag(log, await log.groups(), own, this.waits);
    this.stopped = [...stopped, ...sampleReaders(groups, own, this.metrics)];
  }

  /** The age of the first event after a position. */
  private async secondsWaiting(after: bigint): Promise<number> {
    const { events } = await this.work.store.readAll({ after, limit: 1 });
    const [first] = events;
    return first === undefined ? 0 : secondsSince(first.recordedAt);
  }

  /** The chains of the chains file: one that left it is not watched any more. */
  private async sampleHeads(): Promise<void> {
    const { connections } = this.app().get(ChainRegistry).registry;
    const heads = await this.app().get(QueryBus).execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    this.heads = new Map(connections.map(({ chain }) => [chain, headOf.get(chain)]));
    this.sampleHeadAges();
  }

  private sampleHeadAges(): void {
    const now = this.now();
    for (const [chain, head] of this.heads) {
      const age = head === undefined ? this.secondsOfSilence() : secondsSinceReport(head, now);
      this.metrics.chainHeadAge.set({ chain }, age);
    }
  }

  /** How long this process has waited for the first report of any chain. */
  private secondsOfSilence(): number {
    const now = this.now();
    return (now - (this.startedAt ?? now)) / 1_000;
  }

  /** A watcher that never came is as silent as one that is gone. It may start after the ledger. */
  private unreported(chain: string): readonly string[] {
    if (this.secondsOfSilence() <= REPORT_SECONDS_MAX) return [];
    return [`${chain} is silent: no watcher has reported it`];
  }

  private async sampleFindings(): Promise<void> {
    this.findings = await this.app().get(QueryBus).execute(new GetOpenFindings());
    const { openFindings, oldestFindingSeconds } = this.metrics;
    for (const kind of FINDING_KINDS) {
      const of = this.findings.find((found) => found.kind === kind);
      const age = of === undefined ? 0 : (Date.now() - of.oldestAt.getTime()) / 1_000;
      openFindings.set({ kind }, of?.open ?? 0);
      oldestFindingSeconds.set({ kind }, Math.max(0, age));
    }
  }

  private async sampleClocks(): Promise<void> {
    const [app, { clockAhead }] = [this.app(), this.metrics];
    this.clocks = await readClocks(app.get(LedgerEnv), this.work.store, app.get(DataSource));
    const { databaseAheadMs, eventLogAheadMs } = this.clocks;
    clockAhead.set({ clock: 'database' }, databaseAheadMs / 1_000);
    if (eventLogAheadMs !== null) clockAhead.set({ clock: 'event-log' }, eventLogAheadMs / 1_000);
  }

  private async sampleReactions(): Promise<void> {
    this.reactions = await this.app().get(QueryBus).execute(new GetReactions());
    const { clockDifference, reactionRows } = this.metrics;
    clockDifference.set(this.reactions.clockDifferenceMs / 1_000);
    for (const state of this.reactions.reactions) {
      const { name: reaction, overdue } = state;
      reactionRows.set({ reaction, state: 'overdue' }, overdue);
      reactionRows.set({ reaction, state: 'failing' }, noted(state, true));
      reactionRows.set({ reaction, state: 'waiting' }, noted(state, false));
    }
  }
}

/** Whether an error is that of a log that does not answer, or is not the right one. */
function isOfLog(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof WrongLog;
}

/** Fails a check with all that is wrong. */
function requireNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join('; '));
}
