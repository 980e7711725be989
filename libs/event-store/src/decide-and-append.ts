import type { Decider } from '@daybook/domain';
import { backOffMs, pause } from '@daybook/platform/plain';
import { type CommandForStream, type Decided, type Emitted } from './decision';
import { type DecidedOrNot, type Draft, decideStream, type Work } from './draft';
import {
  AppendRejected,
  type AppendResult,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStore,
  EventStoreError,
} from './event-store';
import { appendPatiently, readPatiently } from './retry';
import { withStream } from './stream-mutex';
import { noOutcomes } from './write-observer';

/**
 * How often one command is decided at most, each time on what others have written meanwhile. Callers
 * of one process hold the stream's mutex, so this is about processes that meet on one stream: of those
 * that meet, one succeeds each time, and the waits in between spread the rest.
 */
const DECISIONS_MAX = 50;
/** The wait before deciding again; the longest is a little more than such a commit takes. */
const CONFLICT_BACK_OFF = { firstMs: 25, longestMs: 50 };

export interface DecideRequest<Command, Event extends Emitted, State>
  extends CommandForStream<Command> {
  readonly decider: Decider<Command, Event, State>;
}

/**
 * The one write path: reads the stream, decides on its state and appends what was decided, expecting
 * the revision that was read. When another writer was faster it decides again on the new state; when
 * an answer was lost it asks again with the same ids. A repeated command writes nothing.
 *
 * Rejects with what the decider refuses (`DomainError`), `IdempotencyKeyReused`, or an
 * `EventStoreError`; after `OutcomeUnknown` the same request may be sent again.
 */
export async function decideAndAppend<Command, Event extends Emitted, State>(
  store: EventStore,
  request: DecideRequest<Command, Event, State>,
): Promise<Decided<Event, State>> {
  const work = newWork(store, request.decider, [request]);
  await observed(work, () => withStream(store, request.stream, () => decideAll(work, [0])));
  const result = work.results[0] as DecidedOrNot<Event, State>;
  if (result instanceof Error) throw result;
  return result;
}

/**
 * `decideAndAppend` for many commands at once: one query reads all streams, each command is decided
 * alone, and one call appends everything. Commands for one stream are decided in the order given, each
 * on what the ones before it led to. Results come in the order of the commands; a refusal, a conflict
 * or a failure of one is its result and touches no other, save those that were decided upon it.
 *
 * Rejects only for a fault of the program: an error of a decider besides `DomainError`, or an event
 * that this version does not know.
 */
export async function decideAndAppendMany<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly CommandForStream<Command>[],
): Promise<readonly DecidedOrNot<Event, State>[]> {
  const work = newWork(store, decider, commands);
  await observed(work, () => decideAll(work, [...commands.keys()]));
  return work.results;
}

function newWork<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly CommandForStream<Command>[],
): Work<Command, Event, State> {
  const results = new Array<DecidedOrNot<Event, State>>(commands.length);
  return { store, decider, commands, results, histories: new Map(), conflicts: 0 };
}

/** Reports how `run` went to the store's observer. */
async function observed<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  run: () => Promise<void>,
): Promise<void> {
  const { store, results } = work;
  const start = performance.now();
  try {
    await run();
  } finally {
    if (store.observer) {
      const outcomes = noOutcomes();
      // By index: a command without a result failed with all others.
      for (let i = 0; i < results.length; i++) outcomes[outcomeOf(results[i])] += 1;
      const durationMs = performance.now() - start;
      store.observer({ durationMs, conflicts: work.conflicts, outcomes });
    }
  }
}

function outcomeOf(result: DecidedOrNot<unknown, unknown> | undefined) {
  if (result === undefined || result instanceof EventStoreError) return 'failed';
  return result instanceof Error ? 'refused' : result.outcome;
}

/** Gives each of these commands its result. */
async function decideAll<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  indexes: readonly number[],
): Promise<void> {
  let open = indexes;
  for (let attempt = 1; open.length > 0; attempt++) {
    const conflictsBefore = work.conflicts;
    open = await decideOnce(work, open, attempt);
    if (work.conflicts > conflictsBefore) await pause(backOffMs(attempt, CONFLICT_BACK_OFF));
  }
}

/** Settles what can be settled and returns the indexes of what must be decided again. */
async function decideOnce<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  open: readonly number[],
  attempt: number,
): Promise<readonly number[]> {
  const { store, results } = work;
  const byStream = groupByStream(work, open);
  try {
    await readStreams(work, byStream, attempt > 1);
  } catch (error) {
    if (!(error instanceof EventStoreError)) throw error;
    for (const index of open) results[index] = error;
    return [];
  }

  const again: number[] = [];
  const drafts: Draft<Event, State>[] = [];
  for (const [stream, indexes] of byStream) {
    const draft = decideStream(work, stream, indexes);
    if (draft === null) again.push(...indexes);
    else if (draft.events.length > 0) drafts.push(draft);
  }
  const appends = drafts.map(({ stream, revision, events }) => ({
    stream,
    expected: revision < 0n ? ('no-stream' as const) : revision,
    events,
  }));
  const appended = await appendPatiently(store, appends);

  for (const [i, draft] of drafts.entries()) {
    const result = appended[i] as AppendResult;
    const isConflict = result instanceof ConcurrencyConflict;
    if (isConflict && !draft.isGuess) {
      if (attempt >= DECISIONS_MAX) {
        settle(work, draft, result);
        continue;
      }
      work.conflicts += draft.decisions.length;
    }
    // After a conflict the new events are decided on. A duplicate was stored by this request before its
    // answer was lost, or by the same request in another process: reading shows what was stored.
    if (isConflict || ('outcome' in result && result.outcome === 'duplicate')) {
      for (const { index } of draft.decisions) again.push(index);
    } else if (isUnfit(result) && draft.decisions.length > 1) {
      // Together they do not fit, or one of them cannot be stored: alone, each has its own fate.
      for (const { index } of draft.decisions) await decideAll(work, [index]);
    } else {
      settle(work, draft, result);
    }
  }
  return again;
}

function groupByStream<Command, Event extends Emitted, State>(
  { commands }: Work<Command, Event, State>,
  open: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const byStream = new Map<string, number[]>();
  for (const index of open) {
    const { stream } = commands[index] as CommandForStream<Command>;
    const indexes = byStream.get(stream);
    if (indexes) indexes.push(index);
    else byStream.set(stream, [index]);
  }
  return byStream;
}

/** Reads what is not known yet of each stream. Unless `mustRead`, streams that are likely new stay unread. */
async function readStreams<Command, Event extends Emitted, State>(
  { store, commands, histories }: Work<Command, Event, State>,
  byStream: ReadonlyMap<string, readonly number[]>,
  mustRead: boolean,
): Promise<void> {
  const wanted: { stream: string; from: bigint }[] = [];
  for (const [stream, indexes] of byStream) {
    const known = histories.get(stream);
    const isLikelyNew = known === undefined && indexes.every((i) => commands[i]?.likelyNew);
    if (mustRead || !isLikelyNew) wanted.push({ stream, from: BigInt(known?.length ?? 0) });
  }
  if (wanted.length === 0) return;
  const found = await readPatiently(() => store.readStreams(wanted));
  for (const { stream } of wanted) {
    const [known, more = []] = [histories.get(stream), found.get(stream)];
    histories.set(stream, known ? known.concat(more) : more);
  }
}

function isUnfit(result: AppendResult): boolean {
  return result instanceof AppendTooLarge || result instanceof AppendRejected;
}

/** Gives the decisions of a draft the result of its append. */
function settle<Command, Event extends Emitted, State>(
  { results }: Work<Command, Event, State>,
  { decisions, events }: Draft<Event, State>,
  appended: AppendResult,
): void {
  for (const { index, end, result } of decisions) {
    if (appended instanceof EventStoreError) {
      results[index] = appended;
    } else if (result instanceof Error) {
      results[index] = result;
    } else {
      const { state, events: emitted, outcome } = result;
      const revision = appended.revision - BigInt(events.length - end);
      const { position } = appended;
      results[index] = { state, events: emitted, revision, position, outcome };
    }
  }
}
