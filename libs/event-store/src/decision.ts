import type { Decider } from '@daybook/domain';
import type { Codec, Emitted } from './codec';
import {
  type EventMetadata,
  type JsonObject,
  type NewEvent,
  type Position,
  type RecordedEvent,
  START,
} from './event-store';
import { eventId } from './identity';

/** Evidence that a request brings along; its command id and the shape's version are added here. */
export type RequestMetadata = Omit<EventMetadata, 'commandId' | 'schemaVersion'>;

/** One command for one stream. */
export interface CommandForStream<Command> {
  readonly stream: string;
  readonly command: Command;
  /** A request with the command id of an earlier one is a repeat, answered with the first result. */
  readonly commandId: string;
  readonly metadata: RequestMetadata;
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
   * Of the last event of the append that `events` were part of, so whoever has read up to here has read
   * them; `START` for no stream.
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

/**
 * How often one command is decided at most, each time on what others have written meanwhile. Callers
 * of one process take turns, so this is about processes that meet on one stream: of those that meet,
 * one succeeds each time, and the waits in between spread the rest.
 */
export const DECISIONS_MAX = 50;

/** The longest wait before deciding again: a little more than such a commit takes. */
export const CONFLICT_WAIT_MAX_MS = 50;

/** What a stream amounts to. */
export interface Standing<State> {
  readonly state: State;
  /** -1 for no stream. */
  readonly revision: bigint;
  readonly position: Position;
}

/** Where the history of a stream leads. */
export function standing<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  codec: Codec<Event>,
  history: readonly RecordedEvent[],
): Standing<State> {
  let state = decider.initialState;
  for (const recorded of history) state = decider.evolve(state, codec.decode(recorded));
  const last = history.at(-1);
  return { state, revision: last?.revision ?? -1n, position: last?.position ?? START };
}

/**
 * What the command did the first time, if `history` (from the first event on) shows that this is a
 * repeat. The events themselves are the record of what was done, so there is nothing to expire.
 */
export function earlierResult<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  codec: Codec<Event>,
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
  const events = history.slice(history.findIndex(isMine), end).map((e) => codec.decode(e));
  return { ...standing(decider, codec, history.slice(0, end)), events, outcome: 'replayed' };
}

/** An event of a command as it is stored at `revision`. */
export function newEvent<Command, Event extends Emitted>(
  codec: Codec<Event>,
  { stream, commandId, metadata }: CommandForStream<Command>,
  revision: bigint,
  event: Event,
): NewEvent {
  return {
    id: eventId(stream, revision, commandId),
    type: event.type,
    data: event.data as JsonObject,
    metadata: { ...metadata, schemaVersion: codec.schemaVersion(event.type), commandId },
  };
}
