import { type Decider, SCHEMA_VERSIONS, upcast } from '@daybook/domain';
import {
  type EventMetadata,
  type JsonObject,
  type NewEvent,
  type Position,
  type RecordedEvent,
  START,
} from './event-store';
import { eventId } from './identity';

/** An event of a decider: plain, with a name in the past tense that the domain has a version for. */
export interface Emitted {
  readonly type: keyof typeof SCHEMA_VERSIONS;
  readonly data: object;
}

/**
 * Evidence that a request brings along. What the write path knows is added: the command id, the version of
 * the event's shape, and correlation and causation where the request names none.
 */
export type RequestMetadata = Omit<EventMetadata, 'commandId' | 'schemaVersion'>;

/** One command for one stream. */
export interface CommandForStream<Command> {
  readonly stream: string;
  readonly command: Command;
  /** A request with the command id of an earlier one is a repeat, answered with the first result. */
  readonly commandId: string;
  readonly metadata: RequestMetadata;
  /**
   * Whether the stream most likely does not exist. Then the command is first decided as if it did not,
   * and the stream is read only when that fails. Saves the read of a command that creates; changes no outcome.
   */
  readonly likelyNew?: boolean;
}

/** How a command went that was not refused. */
export interface Decided<Event, State> {
  /** After the command; for a repeat, as the first time left it. */
  readonly state: State;
  /** What the command wrote, for a repeat the first time. */
  readonly events: readonly Event[];
  /** Of the last of `events`, or of the stream's last event when there are none; -1 for no stream. */
  readonly revision: bigint;
  /**
   * Of the last event of the append that `events` were part of, so a reader that has read up to here has
   * read them; `START` for no stream.
   */
  readonly position: Position;
  readonly outcome: 'appended' | 'unchanged' | 'replayed';
}

/** A command id that came before with another content. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
  readonly code = 'idempotency-key-reused';

  constructor(readonly stream: string) {
    super('This idempotency key was used before with other content. Use a new key.');
  }
}

/** The state of a stream, and where it ends. */
export interface StreamState<State> {
  readonly state: State;
  /** -1 for no stream. */
  readonly revision: bigint;
  readonly position: Position;
}

/** Folds the history of a stream. */
export function streamState<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  history: readonly RecordedEvent[],
): StreamState<State> {
  let state = decider.initialState;
  for (const recorded of history) state = decider.evolve(state, currentShape(recorded));
  const last = history.at(-1);
  return { state, revision: last?.revision ?? -1n, position: last?.position ?? START };
}

/**
 * What the command did the first time, if `history` (from the first event on) shows that this is a
 * repeat. The events themselves are the record of what was done, so there is nothing to expire.
 */
export function earlierResult<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  history: readonly RecordedEvent[],
  { stream, commandId, metadata }: CommandForStream<Command>,
): Decided<Event, State> | IdempotencyKeyReused | undefined {
  const isMine = (recorded: RecordedEvent) => recorded.metadata.commandId === commandId;
  const end = history.findLastIndex(isMine) + 1;
  if (end === 0) return undefined;
  const stored = history[end - 1]?.metadata.fingerprint;
  if (stored !== undefined && stored !== metadata.fingerprint) {
    return new IdempotencyKeyReused(stream);
  }
  const events = history.slice(history.findIndex(isMine), end).map(currentShape<Event>);
  return { ...streamState(decider, history.slice(0, end)), events, outcome: 'replayed' };
}

/** A stream holds the events of one decider only, so what is read from it is what that decider emitted. */
function currentShape<Event extends Emitted>(recorded: RecordedEvent): Event {
  return upcast(recorded) as Emitted as Event;
}

/**
 * An event of a command as it is stored at `revision`. A command that nothing is said to have caused is
 * itself the cause, and the beginning of its correlation.
 */
export function newEvent<Command>(
  { stream, commandId, metadata }: CommandForStream<Command>,
  revision: bigint,
  { type, data }: Emitted,
): NewEvent {
  return {
    id: eventId(stream, revision, commandId),
    type,
    data: data as JsonObject,
    metadata: {
      correlationId: commandId,
      causationId: commandId,
      ...metadata,
      schemaVersion: SCHEMA_VERSIONS[type],
      commandId,
    },
  };
}
