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
  const { stream, decider, command, codec = daybookCodec<Event>() } = request;
  let history = await readPatiently(() => store.readStream(stream));
  for (let attempt = 1; ; attempt++) {
    const earlier = earlierResult(decider, codec, history, request);
    if (earlier instanceof Error) throw earlier;
    if (earlier) return earlier;

    const before = standing(decider, codec, history);
    const events = decider.decide(command, before.state);
    if (events.length === 0) return { ...before, events, outcome: 'unchanged' };

    const { revision } = before;
    const append = {
      stream,
      expected: revision < 0n ? ('no-stream' as const) : revision,
      events: events.map((event, i) => newEvent(codec, request, revision + BigInt(i + 1), event)),
    };
    const [result] = (await appendPatiently(store, [append])) as [AppendResult];
    if (result instanceof ConcurrencyConflict) {
      if (attempt === DECISIONS_MAX) throw result;
      effort.conflicts += 1;
      await sleep(backOffMs(attempt, CONFLICT_WAIT_MAX_MS));
    } else if (result instanceof EventStoreError) {
      throw result;
    } else if (result.outcome === 'appended') {
      const { revision, position } = result;
      const state = fold(decider, events, before.state);
      return { state, events, revision, position, outcome: 'appended' };
    }
    // After a conflict the new events are decided on. A duplicate was stored by this request before
    // its answer was lost, or by its twin in another process: the same read shows what was stored.
    const known = BigInt(history.length);
    history = history.concat(await readPatiently(() => store.readStream(stream, { from: known })));
  }
}
