import { type Decider, DomainError } from '@daybook/domain';
import {
  type CommandForStream,
  type Decided,
  type Emitted,
  earlierResult,
  IdempotencyKeyReused,
  newEvent,
  streamState,
} from './decision';
import type { EventStore, EventStoreError, NewEvent, RecordedEvent } from './event-store';

/** How one of many commands went. */
export type DecidedOrNot<Event, State> =
  | Decided<Event, State>
  | DomainError
  | IdempotencyKeyReused
  | EventStoreError;

/** The commands of one call, and what is known of them. */
export interface Work<Command, Event extends Emitted, State> {
  readonly store: EventStore;
  readonly decider: Decider<Command, Event, State>;
  readonly commands: readonly CommandForStream<Command>[];
  readonly results: DecidedOrNot<Event, State>[];
  /** What has been read of each stream. */
  readonly histories: Map<string, readonly RecordedEvent[]>;
  conflicts: number;
}

/** What was decided for one stream and awaits its append. */
export interface Draft<Event, State> {
  readonly stream: string;
  readonly revision: bigint;
  /** Whether it was decided without reading the stream, as if that did not exist. */
  readonly isGuess: boolean;
  readonly events: NewEvent[];
  readonly decisions: Decision<Event, State>[];
}

interface Decision<Event, State> {
  readonly index: number;
  /** How many of the draft's events there are up to and with this decision. */
  readonly end: number;
  readonly result:
    | Omit<Decided<Event, State>, 'revision' | 'position'>
    | DomainError
    | IdempotencyKeyReused;
}

/**
 * Decides the commands of one stream in their order. What does not depend on an event of this draft
 * is settled at once; the rest waits for its append, for if that fails it was decided on nothing.
 * Null when the stream is unread and must be read: what a command is refused, or leaves unchanged, depends
 * on what the stream has.
 */
export function decideStream<Command, Event extends Emitted, State>(
  work: Work<Command, Event, State>,
  stream: string,
  indexes: readonly number[],
): Draft<Event, State> | null {
  const { decider, commands, results, histories } = work;
  const history = histories.get(stream);
  const isGuess = history === undefined;
  const { state: stateBefore, revision, position } = streamState(decider, history ?? []);
  const draft: Draft<Event, State> = { stream, revision, isGuess, events: [], decisions: [] };
  let state = stateBefore;
  for (const index of indexes) {
    const command = commands[index] as CommandForStream<Command>;
    const earlier = history && earlierResult(decider, history, command);
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
      if (isGuess) return null;
      if (draft.events.length === 0) results[index] = error;
      else draft.decisions.push({ index, end: draft.events.length, result: error });
      continue;
    }
    if (events.length === 0) {
      if (isGuess) return null;
      if (draft.events.length === 0) {
        results[index] = { state, events, revision, position, outcome: 'unchanged' };
        continue;
      }
    }
    for (const event of events) {
      draft.events.push(newEvent(command, revision + BigInt(draft.events.length + 1), event));
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
