import { setTimeout as sleep } from 'node:timers/promises';
import { type Decider, DomainError } from '@daybook/domain';
import { type Codec, daybookCodec, type Emitted } from './codec';
import { decideAndAppend } from './decide-and-append';
import {
  CONFLICT_WAIT_MAX_MS,
  type CommandForStream,
  DECISIONS_MAX,
  type Decided,
  earlierResult,
  IdempotencyKeyReused,
  newEvent,
  standing,
} from './decision';
import {
  AppendRejected,
  type AppendResult,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStore,
  EventStoreError,
  type NewEvent,
  type RecordedEvent,
} from './event-store';
import { appendPatiently, backOffMs, readPatiently } from './retry';
import { noOutcomes } from './write-observer';

/** How one of many commands went. */
export type DecidedOrNot<Event, State> =
  | Decided<Event, State>
  | DomainError
  | IdempotencyKeyReused
  | EventStoreError;

export interface ManyOptions<Event extends Emitted> {
  readonly codec?: Codec<Event>;
}

/**
 * `decideAndAppend` for many commands at once: one query reads all streams, each command is decided
 * alone, and one call appends everything. Commands for one stream are decided in the order given, each
 * on what the ones before it led to. Results come in the order of the commands; a refusal, a conflict
 * or a failure of one is its result and touches no other, save those that were decided upon it.
 *
 * Rejects only for a fault of the program: what a decider or codec throws besides `DomainError`.
 */
export async function decideAndAppendMany<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly CommandForStream<Command>[],
  options: ManyOptions<Event> = {},
): Promise<readonly DecidedOrNot<Event, State>[]> {
  const { codec = daybookCodec<Event>() } = options;
  const start = performance.now();
  const results = new Array<DecidedOrNot<Event, State>>(commands.length);
  const work = { store, decider, codec, commands, results };
  let open: readonly number[] = [...commands.keys()];
  let conflicts = 0;
  try {
    for (let attempt = 1; open.length > 0; attempt++) {
      open = await decideOnce(work, open, attempt >= DECISIONS_MAX);
      if (open.length === 0) break;
      conflicts += open.length;
      await sleep(backOffMs(attempt, CONFLICT_WAIT_MAX_MS));
    }
  } finally {
    const durationMs = performance.now() - start;
    store.observer?.({ durationMs, conflicts, outcomes: count(results) });
  }
  return results;
}

interface Work<Command, Event extends Emitted, State> {
  readonly store: EventStore;
  readonly decider: Decider<Command, Event, State>;
  readonly codec: Codec<Event>;
  readonly commands: readonly CommandForStream<Command>[];
  readonly results: DecidedOrNot<Event, State>[];
}

/** What was decided for one stream and awaits its append. */
interface Draft<Event, State> {
  readonly stream: string;
  readonly revision: bigint;
  readonly events: NewEvent[];
  readonly decisions: Decision<Event, State>[];
}

interface Decision<Event, State> {
  readonly index: number;
  /** How many of the draft's events there are up to and with this decision. */
  readonly end: number;
  readonly result: Omit<Decided<Event, State>, 'revision' | 'position'> | Error;
}

/** Settles what can be settled and returns the indexes of what must be decided again. */
async function decideOnce<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  open: readonly number[],
  isLast: boolean,
): Promise<readonly number[]> {
  const { store, commands, results } = work;
  const byStream = new Map<string, number[]>();
  for (const index of open) {
    const { stream } = commands[index] as CommandForStream<Command>;
    const indexes = byStream.get(stream);
    if (indexes) indexes.push(index);
    else byStream.set(stream, [index]);
  }
  let histories: ReadonlyMap<string, readonly RecordedEvent[]>;
  try {
    const streams = Array.from(byStream.keys(), (stream) => ({ stream }));
    histories = await readPatiently(() => store.readStreams(streams));
  } catch (error) {
    if (!(error instanceof EventStoreError)) throw error;
    for (const index of open) results[index] = error;
    return [];
  }

  const drafts: Draft<Event, State>[] = [];
  for (const [stream, indexes] of byStream) {
    const draft = decideStream(work, stream, indexes, histories.get(stream) ?? []);
    if (draft.events.length > 0) drafts.push(draft);
  }
  const appended = await appendPatiently(
    store,
    drafts.map(({ stream, revision, events }) => ({
      stream,
      expected: revision < 0n ? ('no-stream' as const) : revision,
      events,
    })),
  );

  const again: number[] = [];
  for (const [i, draft] of drafts.entries()) {
    const result = appended[i] as AppendResult;
    // As in `decideAndAppend`: a duplicate is read back, so that the answer is what was stored.
    const moved = result instanceof ConcurrencyConflict && !isLast;
    if (moved || ('outcome' in result && result.outcome === 'duplicate')) {
      for (const { index } of draft.decisions) again.push(index);
    } else {
      await settle(work, draft, result);
    }
  }
  return again;
}

/**
 * Decides the commands of one stream in their order. What does not depend on an event of this draft
 * is settled at once; the rest waits for its append, for if that fails it was decided on nothing.
 */
function decideStream<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  stream: string,
  indexes: readonly number[],
  history: readonly RecordedEvent[],
): Draft<Event, State> {
  const { decider, codec, commands, results } = work;
  const { state: stateBefore, revision, position } = standing(decider, codec, history);
  const draft: Draft<Event, State> = { stream, revision, events: [], decisions: [] };
  let state = stateBefore;
  for (const index of indexes) {
    const command = commands[index] as CommandForStream<Command>;
    const earlier =
      history.length === 0 ? undefined : earlierResult(decider, codec, history, command);
    if (earlier) {
      results[index] = earlier;
      continue;
    }
    const repeated = repeatInDraft(work, draft, index, command);
    if (repeated) {
      draft.decisions.push(repeated);
      continue;
    }
    let events: readonly Event[];
    try {
      events = decider.decide(command.command, state);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      if (draft.events.length === 0) results[index] = error;
      else draft.decisions.push({ index, end: draft.events.length, result: error });
      continue;
    }
    if (events.length === 0 && draft.events.length === 0) {
      results[index] = { state, events, revision, position, outcome: 'unchanged' };
      continue;
    }
    for (const event of events) {
      const place = revision + BigInt(draft.events.length + 1);
      draft.events.push(newEvent(codec, command, place, event));
      state = decider.evolve(state, event);
    }
    const outcome = events.length === 0 ? 'unchanged' : 'appended';
    draft.decisions.push({ index, end: draft.events.length, result: { state, events, outcome } });
  }
  return draft;
}

/** The same command twice in one call is a repeat too. */
function repeatInDraft<Command, Event extends Emitted, State>(
  { commands }: Work<Command, Event, State>,
  { stream, decisions }: Draft<Event, State>,
  index: number,
  { commandId, metadata }: CommandForStream<Command>,
): Decision<Event, State> | undefined {
  const first = decisions.find(
    (d) =>
      commands[d.index]?.commandId === commandId &&
      !(d.result instanceof Error) &&
      d.result.outcome === 'appended',
  );
  if (first === undefined || first.result instanceof Error) return undefined;
  const { fingerprint } = (commands[first.index] as CommandForStream<Command>).metadata;
  const isOther = fingerprint !== undefined && fingerprint !== metadata.fingerprint;
  const result = isOther
    ? new IdempotencyKeyReused(stream)
    : { ...first.result, outcome: 'replayed' as const };
  return { index, end: first.end, result };
}

async function settle<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  { decisions, events }: Draft<Event, State>,
  result: AppendResult,
): Promise<void> {
  const { results } = work;
  const unfit = result instanceof AppendTooLarge || result instanceof AppendRejected;
  if (unfit && decisions.length > 1) {
    // Together they do not fit, or one of them cannot be stored: alone, each has its own fate.
    for (const { index } of decisions) results[index] = await decideAlone(work, index);
  } else if (result instanceof EventStoreError) {
    for (const { index } of decisions) results[index] = result;
  } else {
    for (const { index, end, result: decided } of decisions) {
      const revision = result.revision - BigInt(events.length - end);
      results[index] =
        decided instanceof Error
          ? (decided as DomainError | IdempotencyKeyReused)
          : { ...decided, revision, position: result.position };
    }
  }
}

async function decideAlone<Command, Event extends Emitted, State>(
  { store, decider, codec, commands }: Work<Command, Event, State>,
  index: number,
): Promise<DecidedOrNot<Event, State>> {
  const command = commands[index] as CommandForStream<Command>;
  try {
    return await decideAndAppend(store, { ...command, decider, codec });
  } catch (error) {
    if (
      error instanceof DomainError ||
      error instanceof IdempotencyKeyReused ||
      error instanceof EventStoreError
    ) {
      return error;
    }
    throw error;
  }
}

function count(results: readonly (DecidedOrNot<unknown, unknown> | undefined)[]) {
  const outcomes = noOutcomes();
  for (const result of results) {
    if (result === undefined || result instanceof EventStoreError) outcomes.failed += 1;
    else if (result instanceof Error) outcomes.refused += 1;
    else outcomes[result.outcome] += 1;
  }
  return outcomes;
}
