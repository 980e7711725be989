import { type Decider, type DomainError, SCHEMA_VERSIONS, upcast } from '@daybook/domain';
import {
  type EventMetadata,
  type EventStore,
  type EventStoreError,
  type JsonObject,
  type NewEvent,
  type Position,
  type RecordedEvent,
  START,
} from './event-store';
import { eventId } from './identity';
import { readWithRetry } from './retry';

/** An event of a decider: plain, with a name in the past tense that the domain has a version for. */
export interface Emitted {
  readonly type: keyof typeof SCHEMA_VERSIONS;
  readonly data: object;
}

/** Evidence that a request brings along; correlation and causation are the command id when it names none. */
export type RequestMetadata = Omit<
  EventMetadata,
  'commandId' | 'schemaVersion' | 'writtenAt' | 'fingerprint'
>;

/** What claims the `Idempotency-Key` of a request: the key, as its command id, belongs to this request for ever. */
export interface Claim {
  /** A keyed hash of the request. */
  readonly request: string;
  /** The hash that events from before there were claims have of their requests. */
  readonly fingerprint: string;
  /** Whether the key was free a moment ago, so that its claim need not be read again. */
  readonly isNew: boolean;
}

export interface CommandForStream<Command> {
  readonly stream: string;
  readonly command: Command;
  /** A request with the command id of an earlier one is a repeat, answered with the first result. */
  readonly commandId: string;
  readonly metadata: RequestMetadata;
  /** Stored with the first effect of the command, or when it changes nothing; not when it is refused. */
  readonly claim?: Claim;
  /**
   * Whether the decider itself knows what it has decided before, as by the version of a report. Then a repeat is
   * decided on again, because it may mean something by now.
   */
  readonly decidesRepeats?: boolean;
  /** Whether to decide first as if the stream did not exist, and read it only when that fails: saves a read. */
  readonly likelyNew?: boolean;
  /** What the caller knows of the stream. What it is decided on is then what the caller has seen, or it is refused. */
  readonly precondition?: Precondition;
}

/** A condition on the stream that a command is decided on. */
export interface Precondition {
  /** The last event of the stream that counts has one of these positions. */
  readonly lastPositions: readonly Position[];
  /** Whether an event counts: one that changes nothing a caller can see does not. */
  readonly counts: (event: Pick<RecordedEvent, 'type' | 'data'>) => boolean;
}

/** The result of a command that was not refused. */
export interface Decided<Event, State> {
  /** After the command; for a repeat, as the first time left it. */
  readonly state: State;
  /** What the command wrote, for a repeat the first time. */
  readonly events: readonly Event[];
  /** Of the last of `events`, or of the stream's last event when there are none; -1 for no stream. */
  readonly revision: bigint;
  /** A reader that has read up to here has read `events`; `START` for no stream. */
  readonly position: Position;
  readonly outcome: 'appended' | 'unchanged' | 'replayed';
}

/** The result of one of many commands. */
export type DecidedOrNot<Event, State> =
  | Decided<Event, State>
  | DomainError
  | IdempotencyKeyReused
  | PreconditionFailed
  | EventStoreError;

/** A command id that came before with another content. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
  readonly code = 'idempotency-key-reused';

  constructor(readonly stream: string) {
    super('This Idempotency-Key was used for another request. Use a new key for a new request.');
  }
}

/** The stream has changed since the caller has seen it. Nothing was written. */
export class PreconditionFailed extends Error {
  override readonly name = 'PreconditionFailed';
  readonly code = 'precondition-failed';

  constructor(readonly stream: string) {
    super('The resource has changed since it was read. Read it again, and decide anew.');
  }
}

/** The refusal of a command whose precondition the history of its stream does not meet; null if it does. */
export function preconditionFault(
  { stream, precondition }: Pick<CommandForStream<unknown>, 'stream' | 'precondition'>,
  history: readonly RecordedEvent[],
): PreconditionFailed | null {
  if (precondition === undefined) return null;
  const last = history.findLast(precondition.counts);
  if (last !== undefined && precondition.lastPositions.includes(last.position)) return null;
  return new PreconditionFailed(stream);
}

/** Folds the history of a stream: its state, and where it ends (revision -1 for no stream). */
export function streamState<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  history: readonly RecordedEvent[],
): Pick<Decided<Event, State>, 'state' | 'revision' | 'position'> {
  let state = decider.initialState;
  for (const recorded of history) state = decider.evolve(state, currentShape(recorded));
  const last = history.at(-1);
  return { state, revision: last?.revision ?? -1n, position: last?.position ?? START };
}

/** The states of many streams in one query, the initial state for no stream. Rejects with `StoreUnavailable`. */
export async function loadStates<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  streams: Iterable<string>,
): Promise<ReadonlyMap<string, State>> {
  const wanted = Array.from(new Set(streams), (stream) => ({ stream }));
  const histories = await readWithRetry(() => store.readStreams(wanted));
  return new Map(
    wanted.map(({ stream }) => [stream, streamState(decider, histories.get(stream) ?? []).state]),
  );
}

/**
 * What the command did the first time, if `history` (from the first event on) or its claim shows that this is a
 * repeat.
 */
export function earlierResult<Command, Event extends Emitted, State>(
  decider: Decider<Command, Event, State>,
  history: readonly RecordedEvent[],
  { stream, commandId, claim }: CommandForStream<Command>,
  claimed: { readonly unchangedAt: bigint } | null = null,
): Decided<Event, State> | IdempotencyKeyReused | undefined {
  const isMine = (recorded: RecordedEvent) => recorded.metadata.commandId === commandId;
  const end = history.findLastIndex(isMine) + 1;
  if (end === 0) {
    if (claimed === null) return undefined;
    const then = history.slice(0, Number(claimed.unchangedAt) + 1);
    return { ...streamState(decider, then), events: [], outcome: 'replayed' };
  }
  const stored = history[end - 1]?.fingerprint;
  if (stored !== undefined && stored !== claim?.fingerprint) {
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
 * The account of an event about a purse, which alone may see it. A reorg may move a transfer to a purse of another account:
 * then one command takes it back at the one and records it at the other.
 */
function accountOf(data: object): string | null {
  const { purseId, accountId } = data as { purseId?: unknown; accountId?: unknown };
  return typeof purseId === 'string' && typeof accountId === 'string' ? accountId : null;
}

/** The events of a command as they are stored from `revision` on. */
export function newEvents<Command>(
  { stream, commandId, metadata, claim }: CommandForStream<Command>,
  revision: bigint,
  emitted: readonly Emitted[],
): readonly NewEvent[] {
  let shared: EventMetadata | undefined;
  const writtenAt = new Date().toISOString();
  return emitted.map(({ type, data }, i) => {
    const schemaVersion = SCHEMA_VERSIONS[type];
    const accountId = accountOf(data) ?? metadata.accountId;
    // Events of one version share their metadata, which is then encoded once.
    if (shared?.schemaVersion !== schemaVersion || shared.accountId !== accountId) {
      shared = {
        // First, because most readers need nothing else.
        schemaVersion,
        writtenAt,
        ...metadata,
        accountId,
        correlationId: metadata.correlationId ?? commandId,
        causationId: metadata.causationId ?? commandId,
        commandId,
      };
    }
    // Two processes may get one keyed request at once, and decide it with different times and addresses. With equal ids an
    // engine would take the second append for a repeat of the first, and its caller would hear what nobody stored.
    const content = claim === undefined ? '' : `\0${type}\0${JSON.stringify(data)}`;
    const id = eventId(stream, revision + BigInt(i), `${commandId}${content}`);
    return { id, type, data: data as JsonObject, metadata: shared };
  });
}
