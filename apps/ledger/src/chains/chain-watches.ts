import type { ChainHeadV1, json } from '@daybook/contracts';
import { DomainError } from '@daybook/domain';
import { type IQueryHandler, Query, QueryBus, QueryHandler } from '@nestjs/cqrs';
import { ChainRegistry } from './asset-registry';
import { ListChainHeads, watchStateOf } from './chain-heads';
import { standsStill, watchProblems, watchWarnings } from './watch-warnings';

/** How the chains are watched, or the named one. Refuses with `chain-unknown`. */
export class ListChainWatches extends Query<readonly json.ChainWatch[]> {
  constructor(readonly chain: string | null) {
    super();
  }
}

@QueryHandler(ListChainWatches)
export class ListChainWatchesHandler implements IQueryHandler<ListChainWatches> {
  constructor(
    private readonly queries: QueryBus,
    private readonly chains: ChainRegistry,
  ) {}

  async execute({ chain }: ListChainWatches): Promise<readonly json.ChainWatch[]> {
    const { chains, connections } = this.chains.registry;
    const names = new Map(chains.map(({ id, name }) => [id, name]));
    const heads = await this.queries.execute(new ListChainHeads());
    const headOf = new Map(heads.map((head) => [head.chain, head]));
    const ids = new Set([...connections.map((it) => it.chain), ...headOf.keys()]);
    if (chain !== null && !ids.has(chain)) throw unknownChain(chain, [...ids]);
    const now = Date.now();
    return [...ids]
      .filter((id) => chain === null || id === chain)
      .map((id) => toChainWatch(id, names.get(id) ?? null, headOf.get(id), now));
  }
}

function unknownChain(chain: string, known: readonly string[]): DomainError {
  const right = known.length === 0 ? 'no chain is watched here' : `there is ${known.join(', ')}`;
  return new DomainError('chain-unknown', `${chain} is not watched here; ${right}.`);
}

function toChainWatch(
  chain: string,
  name: string | null,
  head: ChainHeadV1 | undefined,
  now: number,
): json.ChainWatch {
  return {
    ...{ chain, name, detail: head?.detail ?? null },
    state: head === undefined ? 'unwatched' : watchStateOf(head, now),
    standsStill: head === undefined || standsStill(head, now),
    latest: head?.latest ?? null,
    matched: head?.matched ?? null,
    finalized: head?.finalized ?? null,
    lag: head === undefined ? null : Math.max(0, head.latest - head.matched),
    addressesThrough: head?.addressesThrough ?? null,
    observedAt: head?.observedAt ?? null,
    problems: watchProblems(chain, head, now),
    warnings: head === undefined ? [] : watchWarnings(head),
    quarantine: quarantineOf(head),
    watch: head?.watch === undefined ? null : toWatchDetails(head.watch),
  };
}

/** The blocks in quarantine as operators see them. */
export function quarantineOf(head: ChainHeadV1 | undefined): json.QuarantinedBlock[] {
  return (head?.quarantine ?? []).map(({ number, hash, isGap, since, reason, answers }) => ({
    ...{ number: String(number), hash, isGap, since, reason },
    answers: answers.map(({ provider, said }) => ({ provider, said })),
  }));
}

type Details = NonNullable<ChainHeadV1['watch']>;

/** Field by field: a newer watcher may report more than this version shows. */
function toWatchDetails(watch: Details): json.WatchDetails {
  const { since, newestBlockAt, secondsLeft, rescans, gapCheck, gaps, reorgs, alarms } = watch;
  const { blocksInQuarantine, unpublished, providers, reconciliation } = watch;
  return {
    ...{ since, newestBlockAt, secondsLeft, blocksInQuarantine, gaps },
    rescans: { open: rescans.open, blocksLeft: rescans.blocksLeft },
    gapCheck: gapCheck && {
      ...{ from: gapCheck.from, to: gapCheck.to, unscanned: gapCheck.unscanned },
      ranges: gapCheck.ranges.map(({ from, to }) => ({ from, to })),
    },
    reorgs: { count: reorgs.count, deepest: toReorg(reorgs.deepest), last: toReorg(reorgs.last) },
    alarms: { count: alarms.count, last: toAlarm(alarms.last) },
    unpublished: unpublished && { since: unpublished.since, reason: unpublished.reason },
    providers: providers.map(toProvider),
    reconciliation: reconciliation === undefined ? null : toReconciliation(reconciliation),
  };
}

function toReconciliation(compared: NonNullable<Details['reconciliation']>): json.Reconciliation {
  const { readsPerMinute, checked, notChecked, sweepSeconds } = compared;
  return { readsPerMinute, checked, notChecked, sweepSeconds };
}

function toReorg(reorg: Details['reorgs']['last']): json.Reorg | null {
  return reorg && { depth: reorg.depth, ancestor: reorg.ancestor, at: reorg.at };
}

function toAlarm(alarm: Details['alarms']['last']): json.Alarm | null {
  if (alarm === null) return null;
  const { block, hash, sentence, at } = alarm;
  return { block, hash, sentence, at };
}

function toProvider(provider: Details['providers'][number]): json.WatchProvider {
  const { name, state, detail, score, lastHead, questions, announcements, budget } = provider;
  return {
    ...{ name, state, detail, score, lastHead, questions, announcements },
    errors: provider.errors.map(({ kind, count }) => ({ kind, count })),
    budget: budget && { callsToday: budget.callsToday, callsPerDay: budget.callsPerDay },
    notes: provider.notes.map((note) => ({
      ...{ topic: note.topic, state: note.state, sentence: note.sentence },
    })),
  };
}
