import type { ChainHeadV1, json } from '@daybook/contracts';
import { EventStore, eventStoreMigrations, type FollowerStatus } from '@daybook/event-store';
import { DurableLog, messagingMigrations } from '@daybook/messaging';
import { reasonOf } from '@daybook/platform/plain';
import { ModuleRef } from '@nestjs/core';
import { type IQueryHandler, Query, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { version } from '../../../../package.json';
import { BooksModule, ListNegativeClaims } from '../books';
import {
  isUsable,
  ListChainHeads,
  quarantineOf,
  secondsSinceReport,
  standsStill,
  watchProblems,
  watchStateOf,
  watchWarnings,
} from '../chains';
import { GetOpenFindings } from '../findings';
import { LedgerEnv } from '../ledger.env';
import { GetReactions } from '../reactions/get-reactions';
import { BackgroundWork } from '../runtime/background-work';
import { CheckpointRow } from '../runtime/checkpoint.row';
import { readClocks } from './clocks';
import { stateOfEngines } from './engine-state';
import { problemsOf, stateOf } from './problems';

/** A follower or consumer that is behind and makes no progress for longer than this is stalled. */
export const STALLED_SECONDS = 30;
/** Violations that are shown. Their number tells whether there are more, and log lines name all. */
const VIOLATIONS_MAX = 20;

/** Libraries that every app migrates: their migrations do not say how far the ledger's tables are. */
const OF_LIBRARIES = [...eventStoreMigrations, ...messagingMigrations].map((M) => new M().name);

const VERSIONS = `
  SELECT current_setting('server_version') AS postgresql,
    (SELECT name FROM ledger.migration WHERE name <> ALL ($1) ORDER BY id DESC LIMIT 1) AS tables`;

/** The state of the service, in all processes. An engine that does not answer hides nothing of the others. */
export class GetStatus extends Query<json.Status> {}

@QueryHandler(GetStatus)
export class GetStatusHandler implements IQueryHandler<GetStatus> {
  constructor(
    private readonly env: LedgerEnv,
    private readonly work: BackgroundWork,
    private readonly store: EventStore,
    private readonly log: DurableLog,
    private readonly dataSource: DataSource,
    private readonly queries: QueryBus,
    private readonly modules: ModuleRef,
  ) {}

  async execute(): Promise<json.Status> {
    const now = Date.now();
    const [engines, versions] = await Promise.all([
      stateOfEngines(this.env, this.work.engines),
      this.versions(),
    ]);
    const { refused } = engines.eventLog;
    // How far readers are behind a log that is not theirs means nothing.
    const head = refused === null ? engines.eventLog.head : null;
    const [followers, consumers, heads, reactions, differences, clocks] = await Promise.all([
      this.followers(head === null ? null : BigInt(head), now),
      engines.durableLog.answers ? this.consumers(now) : [],
      this.queries.execute(new ListChainHeads()),
      this.reactions(),
      this.differences(),
      this.clocks(engines),
    ]);
    const chains = heads.map((head) => watchedChain(head, now));
    const books = this.books();
    const parts = {
      ...{ engines, followers, consumers, chains, reactions, books, differences },
      clocks,
    };
    const chainProblems = heads.flatMap((head) => watchProblems(head.chain, head, now));
    const problems = [
      ...problemsOf({ ...parts, chainProblems }),
      ...this.store.incomplete.sentences(),
    ];
    const state = stateOf(engines, problems);
    return { at: new Date(now).toISOString(), state, problems, versions, ...parts };
  }

  private async versions(): Promise<json.Versions> {
    const [row]: { postgresql: string; tables: string }[] = await this.dataSource.query(VERSIONS, [
      OF_LIBRARIES,
    ]);
    const { postgresql = null, tables = null } = row ?? {};
    return { daybook: version, node: process.versions.node, postgresql, tables };
  }

  /** Progress counts from when the first event that waits was recorded. */
  private async followers(head: bigint | null, now: number): Promise<json.FollowerState[]> {
    const rows = await this.dataSource
      .getRepository(CheckpointRow)
      .find({ order: { name: 'ASC' } });
    return Promise.all(
      rows.map(async ({ name, position, updatedAt }) => {
        const at = BigInt(position);
        const isBehind = head !== null && head > at;
        const page = isBehind ? await this.store.readAll({ after: at, limit: 1 }) : null;
        const waiting = page?.events[0];
        const since = Math.max(updatedAt.getTime(), Date.parse(waiting?.recordedAt ?? '') || 0);
        const secondsSinceProgress = waiting === undefined ? 0 : secondsFrom(since, now);
        const stalled = this.work.followers.get(name)?.status().stalled ?? null;
        const lag = isBehind && waiting !== undefined ? head - at : 0n;
        return followerState({ name, position: at, lag, secondsSinceProgress, stalled });
      }),
    );
  }

  /** In this process consumers know their errors, and on Kafka also how far they are. */
  private async consumers(now: number): Promise<json.ConsumerState[]> {
    const running = await Promise.all(this.work.subscriptions.map((one) => one.status()));
    const [groups, stopped] = await Promise.all([this.log.groups(), this.log.stopped()]);
    return Promise.all(
      groups.map(async ({ topic, group, lag: known, waitingSince }) => {
        const isThis = (one: { readonly topic: string; readonly group: string }) =>
          one.topic === topic && one.group === group;
        const own = running.find(isThis);
        const lag = known ?? own?.lag ?? null;
        const parked = await this.log.parked(topic, group);
        const since = waitingSince ?? (lag ? (own?.lastProgressAt ?? null) : null);
        const seconds = since === null ? 0 : secondsFrom(new Date(since).getTime(), now);
        const detail = own?.lastError ?? stopped.find(isThis)?.reason ?? null;
        return {
          ...{ topic, group, lag: lag === null ? null : String(lag), parkedKeys: parked.length },
          secondsSinceProgress: lag === null ? null : seconds,
          standsStill: detail !== null || seconds > STALLED_SECONDS,
          detail,
        };
      }),
    );
  }

  private async reactions(): Promise<json.Reactions> {
    const { reactions, ...clocks } = await this.queries.execute(new GetReactions());
    const states = reactions.map(({ firstStartedAt, nextDueAt, ...state }) => ({
      ...state,
      firstStartedAt: firstStartedAt.toISOString(),
      nextDueAt: nextDueAt?.toISOString() ?? null,
    }));
    return { ...clocks, states };
  }

  /** Without the engine's clock while that does not answer, or has another log. */
  private async clocks({ eventLog }: json.Engines): Promise<json.Clocks> {
    const isKnown = eventLog.answers && eventLog.logId !== null;
    return readClocks(isKnown ? this.env : {}, this.store, this.dataSource);
  }

  private async differences(): Promise<json.OpenDifferences> {
    const [findings, claims] = await Promise.all([
      this.queries.execute(new GetOpenFindings()),
      this.queries.execute(new ListNegativeClaims(null)),
    ]);
    return {
      findings: findings.map((of) => ({ ...of, oldestAt: of.oldestAt.toISOString() })),
      negativeClaims: claims.length,
    };
  }

  private books(): json.BooksCheck {
    const { checker } = this.modules.get(BooksModule, { strict: false });
    const violated = checker?.violated() ?? [];
    return {
      checkedPosition: checker === null ? null : String(checker.checkedPosition()),
      violationCount: violated.length,
      violations: violated.slice(0, VIOLATIONS_MAX),
    };
  }
}

function watchedChain(head: ChainHeadV1, now: number): json.WatchedChain {
  const { chain, detail, latest, matched, finalized, addressesThrough, watch } = head;
  const providers = watch?.providers ?? [];
  return {
    ...{
      chain,
      state: watchStateOf(head, now),
      detail,
      latest: String(latest),
      matched: String(matched),
    },
    finalized: finalized === null ? null : String(finalized),
    addressesThrough: addressesThrough ?? null,
    quarantine: quarantineOf(head),
    secondsSinceReport: secondsSinceReport(head, now),
    standsStill: standsStill(head, now),
    newestBlockAt: watch?.newestBlockAt ?? null,
    providers: providers.length,
    providersUsable: providers.filter(isUsable).length,
    warnings: watchWarnings(head),
  };
}

export function followerState({
  stalled,
  ...follower
}: Omit<FollowerStatus, 'head' | 'running'>): json.FollowerState {
  const { name, position, lag, secondsSinceProgress } = follower;
  return {
    ...{ name, position: String(position), lag: String(lag), secondsSinceProgress },
    standsStill: stalled !== null || secondsSinceProgress > STALLED_SECONDS,
    detail: stalled && reasonOf(stalled.error),
  };
}

function secondsFrom(then: number, now: number): number {
  return Math.max(0, Math.round((now - then) / 1_000));
}
