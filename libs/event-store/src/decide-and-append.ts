import { setTimeout as sleep } from 'node:timers/promises';
import { type Decider, DomainError, fold } from '@daybook/domain';
import { type Codec, daybookCodec, type Emitted } from './codec';
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
  type AppendResult,
  ConcurrencyConflict,
  type EventStore,
  EventStoreError,
} from './event-store';
import { appendPatiently, backOffMs, readPatiently } from './retry';
import { inTurn } from './turns';
import { noOutcomes, type WriteOutcome } from './write-observer';

export interface DecideRequest<Command, Event extends Emitted, State>
  extends CommandForStream<Command> {
  readonly decider: Decider<Command, Event, State>;
  /** How the events are stored; Daybook's own way when left out. */
  readonly codec?: Codec<Event>;
  /**
   * Whether the stream is hardly there yet: then it is decided as if it were not, and read only when the
   * store knows better. Saves the read of a command that creates; changes no outcome.
   */
  readonly likelyNew?: boolean;
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
  const start = performance.now();
  const effort = { conflicts: 0 };
  let outcome: WriteOutcome = 'failed';
  try {
    const decided = await inTurn(store, request.stream, () => decide(store, request, effort));
    outcome = decided.outcome;
    return decided;
  } catch (error) {
    if (error instanceof DomainError || error instanceof IdempotencyKeyReused) outcome = 'refused';
    throw error;
  } finally {
    store.observer?.({
      durationMs: performance.now() - start,
      conflicts: effort.conflicts,
      outcomes: { ...noOutcomes(), [outcome]: 1 },
    });
  }
}

async function decide<Command, Event extends Emitted, State>(
  store: EventStore,
  request: DecideRequest<Command, Event, State>,
  effort: { conflicts: number },
): Promise<Decided<Event, State>> {
  const { stream, decider, command, codec = daybookCodec<Event>(), likelyNew = false } = request;
  if (likelyNew) {
    const created = await decideAsNew(store, request, codec);
    if (created !== null) return created;
  }
  let history = await readPatiently(() => store.readStream(stream));
  for (let attempt = 1; ; attempt++) {
    const earlier = earlierResult(decider, codec, history, request);
    if (earlier instanceof Error) throw earlier;
    if (earlier) return earlier;

    const before = standing(decider, codec, history);
    const events = decider.decide(command, before.state);
    if (events.length === 0) return { ...before, events, outcome: 'unchanged' };

    const result = await appendDecided(store, request, codec, before, events);
    if (result instanceof ConcurrencyConflict) {
      if (attempt === DECISIONS_MAX) throw result;
      effort.conflicts += 1;
      await sleep(backOffMs(attempt, CONFLICT_WAIT_MAX_MS));
    } else if (result !== 'duplicate') {
      return result;
    }
    // After a conflict the new events are decided on. A duplicate was stored by this request before
    // its answer was lost, or by its twin in another process: the same read shows what was stored.
    const known = BigInt(history.length);
    history = history.concat(await readPatiently(() => store.readStream(stream, { from: known })));
  }
}

/** Null when the stream must be read: it is there, or the command is refused or does nothing without it. */
async function decideAsNew<Command, Event extends Emitted, State>(
  store: EventStore,
  request: DecideRequest<Command, Event, State>,
  codec: Codec<Event>,
): Promise<Decided<Event, State> | null> {
  const before = standing(request.decider, codec, []);
  let events: readonly Event[];
  try {
    events = request.decider.decide(request.command, before.state);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
  if (events.length === 0) return null;
  const result = await appendDecided(store, request, codec, before, events);
  return result === 'duplicate' || result instanceof ConcurrencyConflict ? null : result;
}

/** Rejects with every `EventStoreError` but a conflict. */
async function appendDecided<Command, Event extends Emitted, State>(
  store: EventStore,
  request: DecideRequest<Command, Event, State>,
  codec: Codec<Event>,
  before: { readonly state: State; readonly revision: bigint },
  events: readonly Event[],
): Promise<Decided<Event, State> | ConcurrencyConflict | 'duplicate'> {
  const append = {
    stream: request.stream,
    expected: before.revision < 0n ? ('no-stream' as const) : before.revision,
    events: events.map((event, i) =>
      newEvent(codec, request, before.revision + BigInt(i + 1), event),
    ),
  };
  const [result] = (await appendPatiently(store, [append])) as [AppendResult];
  if (result instanceof ConcurrencyConflict) return result;
  if (result instanceof EventStoreError) throw result;
  const { outcome, revision, position } = result;
  if (outcome === 'duplicate') return outcome;
  const state = fold(request.decider, events, before.state);
  return { state, events, revision, position, outcome };
}
