import { type Decider, DomainError } from '@daybook/domain';
import { backOffMs, pause } from '@daybook/platform/plain';
import { claimedBefore, claimStream, claimToAppend } from './claims';
import {
  type CommandForStream,
  type Decided,
  type DecidedOrNot,
  type Emitted,
  earlierResult,
  newEvents,
  preconditionFault,
  streamState,
} from './decision';
import {
  AppendRejected,
  type AppendRequest,
  type AppendResult,
  AppendTooLarge,
  ConcurrencyConflict,
  type EventStore,
  EventStoreError,
  type NewEvent,
  type RecordedEvent,
  StreamIncomplete,
} from './event-store';
import { appendWithRetry, readWithRetry } from './retry';
import { withStream } from './stream-mutex';

/**
 * How often one command is decided at most, each time on what other processes have written meanwhile. Of the
 * processes that meet on one stream one succeeds each time, and the waits in between spread the rest.
 */
const DECISIONS_MAX = 50;
/** The wait before deciding again; the longest is a little more than such a commit takes. */
const CONFLICT_BACK_OFF = { firstMs: 25, longestMs: 50 };

/**
 * The one write path: reads the stream, decides on its state and appends what was decided, expecting
 * the revision that was read. When another writer was faster it decides again on the new state; when
 * an answer was lost it asks again with the same ids. A repeated command writes nothing. Rejects with what
 * the decider refuses (`DomainError`), `IdempotencyKeyReused`, `PreconditionFailed`, or an `EventStoreError`.
 *
 * A command with a `claim` belongs to one request: what it decided is stored only if its key is free or claimed by
 * the same request, also against other processes. A repeat is answered as the first time even if that changed
 * nothing; only a refusal leaves the key as it was.
 */
export async function decideAndAppend<Command, Event extends Emitted, State>(
  store: EventStore,
  request: CommandForStream<Command> & { readonly decider: Decider<Command, Event, State> },
): Promise<Decided<Event, State>> {
  const { stream, commandId, claim } = request;
  const onStream = (write: () => Promise<void>) => withStream(store, stream, write);
  // Always in this order. Requests with one key would meet at its claim anyway.
  const alone = (write: () => Promise<void>) =>
    claim === undefined
      ? onStream(write)
      : withStream(store, claimStream(commandId), () => onStream(write));
  const [result] = await writeAll(store, request.decider, [request], alone);
  if (result instanceof Error) throw result;
  return result as Decided<Event, State>;
}

/**
 * `decideAndAppend` for many commands at once, with one query to read and one call to append. Commands for
 * one stream are decided in the order given, each on what the ones before it led to. A refusal, a conflict
 * or a failure of one is its result and touches no other, except those that were decided upon it. Rejects
 * only for a fault of the program: another error of a decider, or an event that this version does not know.
 */
export function decideAndAppendMany<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly Omit<CommandForStream<Command>, 'claim' | 'precondition'>[],
): Promise<readonly DecidedOrNot<Event, State>[]> {
  return writeAll(store, decider, commands, (write) => write());
}

/** What was decided for one stream and awaits its append. */
interface Draft<Event, State> {
  readonly stream: string;
  /** Of the stream's last event when this was decided; -1 for no stream. */
  readonly revision: bigint;
  /** Whether the stream was not read but taken for new. */
  readonly isGuess: boolean;
  readonly events: NewEvent[];
  /** What its only command still has to claim. */
  claim: AppendRequest | null;
  /** Positions are filled in after the append. */
  readonly decisions: { readonly index: number; readonly result: DecidedOrNot<Event, State> }[];
  /** Indexes of commands that repeat a command of this draft; what was stored answers them. */
  readonly repeats: number[];
}

async function writeAll<Command, Event extends Emitted, State>(
  store: EventStore,
  decider: Decider<Command, Event, State>,
  commands: readonly CommandForStream<Command>[],
  around: (write: () => Promise<void>) => Promise<void>,
): Promise<DecidedOrNot<Event, State>[]> {
  const results = new Array<DecidedOrNot<Event, State>>(commands.length);
  /** What has been read of each stream. */
  const histories = new Map<string, readonly RecordedEvent[]>();
  /** Nothing is decided on these. */
  const incomplete = new Map<string, StreamIncomplete>();
  const commandAt = (index: number) => commands[index] as CommandForStream<Command>;
  let conflicts = 0;

  /** Sets the result of each of these commands. */
  async function decideAll(indexes: readonly number[]): Promise<void> {
    let open = indexes;
    for (let attempt = 1; open.length > 0; attempt++) {
      const conflictsBefore = conflicts;
      open = await decideOnce(open, attempt);
      if (conflicts > conflictsBefore) await pause(backOffMs(attempt, CONFLICT_BACK_OFF));
    }
  }

  /** Settles what can be settled and returns the indexes of what must be decided again, in order. */
  async function decideOnce(open: readonly number[], attempt: number): Promise<readonly number[]> {
    const byStream = new Map<string, number[]>();
    for (const index of open) {
      const { stream } = commandAt(index);
      const indexes = byStream.get(stream);
      if (indexes) indexes.push(index);
      else byStream.set(stream, [index]);
    }
    try {
      await readStreams(byStream, attempt > 1);
    } catch (error) {
      if (!(error instanceof EventStoreError)) throw error;
      for (const index of open) results[index] = error;
      return [];
    }

    const again: number[] = [];
    const drafts: Draft<Event, State>[] = [];
    for (const [stream, indexes] of byStream) {
      const draft = decideStream(stream, indexes);
      again.push(...(draft?.repeats ?? indexes));
      if (draft && draft.decisions.length > 0) drafts.push(draft);
    }
    const appends = drafts.map(appendOf);
    const appended = await appendWithRetry(store, appends);
    for (const [i, draft] of drafts.entries()) {
      const indexes = draft.decisions.map(({ index }) => index);
      const result = appended[i] as AppendResult;
      const isOvertaken = result instanceof ConcurrencyConflict && attempt < DECISIONS_MAX;
      if (isOvertaken && !draft.isGuess) conflicts += indexes.length;
      // After a conflict the new events are decided on. A duplicate was stored by this request before its
      // answer was lost, or by the same request in another process: reading shows what was stored.
      const isDuplicate = 'outcome' in result && result.outcome === 'duplicate';
      if (isOvertaken || isDuplicate) again.push(...indexes);
      // Together they do not fit, or one of them cannot be stored: each is decided alone.
      else if (isUnfit(result) && indexes.length > 1) {
        for (const index of indexes) await decideAll([index]);
      } else settle(draft, result);
    }
    return again.sort((a, b) => a - b);
  }

  /** Reads what is not known yet, and settles commands of incomplete streams. Unless `mustRead`, likely new ones stay unread. */
  async function readStreams(
    byStream: Map<string, readonly number[]>,
    mustRead: boolean,
  ): Promise<void> {
    const wanted: { stream: string; from: bigint }[] = [];
    const want = (stream: string) =>
      wanted.push({ stream, from: BigInt(histories.get(stream)?.length ?? 0) });
    for (const [stream, indexes] of byStream) {
      const of = indexes.map(commandAt);
      const isNew = ({ likelyNew, claim }: (typeof of)[number]) =>
        likelyNew && claim?.isNew !== false;
      if (mustRead || histories.has(stream) || !of.every(isNew)) want(stream);
      for (const { claim, commandId } of of) {
        if (claim && (mustRead || !claim.isNew)) want(claimStream(commandId));
      }
    }
    if (wanted.length === 0) return;
    const found = await readWithRetry(() => store.readStreams(wanted));
    for (const { stream } of wanted) {
      try {
        const [known, more = []] = [histories.get(stream), found.get(stream)];
        histories.set(stream, known ? known.concat(more) : more);
      } catch (error) {
        if (!(error instanceof StreamIncomplete)) throw error;
        incomplete.set(stream, error);
        for (const index of byStream.get(stream) ?? []) results[index] = error;
        byStream.delete(stream);
      }
    }
  }

  /**
   * Decides the commands of one stream in their order. What does not depend on an event of this draft
   * is settled at once; the rest awaits the append, because if that fails it was decided on nothing.
   * Null when the stream must be read first: a refusal, or no change, depends on what the stream has.
   */
  function decideStream(stream: string, indexes: readonly number[]): Draft<Event, State> | null {
    const history = histories.get(stream);
    const before = streamState(decider, history ?? []);
    const { revision, position } = before;
    const draft: Draft<Event, State> = {
      stream,
      revision,
      isGuess: history === undefined,
      events: [],
      claim: null,
      decisions: [],
      repeats: [],
    };
    let { state } = before;
    for (const index of indexes) {
      const command = commandAt(index);
      const { commandId, decidesRepeats = false } = command;
      const ofClaim = command.claim && (histories.get(claimStream(commandId)) ?? []);
      const lost = command.claim && incomplete.get(claimStream(commandId));
      const claimed = lost ?? (ofClaim ? claimedBefore(command, ofClaim) : null);
      const earlier =
        claimed instanceof Error
          ? claimed
          : !decidesRepeats && history && earlierResult(decider, history, command, claimed);
      if (earlier) {
        results[index] = earlier;
        continue;
      }
      const isCommand = ({ metadata }: NewEvent) => metadata.commandId === commandId;
      if (!decidesRepeats && draft.events.some(isCommand)) {
        draft.repeats.push(index);
        continue;
      }
      if (draft.isGuess && command.precondition !== undefined) return null;
      // What is refused anyway is refused for that, so a stranger learns nothing of the resource.
      const decided = eventsOrRefusal(decider, command.command, state);
      const fault =
        decided instanceof DomainError ? null : preconditionFault(command, history ?? []);
      if (fault !== null) {
        results[index] = fault;
        continue;
      }
      const events = decided instanceof DomainError ? [] : decided;
      if (draft.isGuess && events.length === 0) return null;
      const first = revision + BigInt(draft.events.length + 1);
      draft.events.push(...newEvents(command, first, events));
      for (const event of events) state = decider.evolve(state, event);
      const outcome = events.length === 0 ? 'unchanged' : 'appended';
      const end = revision + BigInt(draft.events.length);
      const result: DecidedOrNot<Event, State> =
        decided instanceof DomainError
          ? decided
          : { state, events, revision: end, position, outcome };
      if (ofClaim && !(result instanceof Error)) {
        draft.claim = claimToAppend(command, ofClaim, result);
      }
      if (draft.events.length === 0 && draft.claim === null) results[index] = result;
      else draft.decisions.push({ index, result });
    }
    return draft;
  }

  /** Sets the results of a draft after its append. */
  function settle({ events, decisions }: Draft<Event, State>, appended: AppendResult): void {
    for (const { index, result } of decisions) {
      if (appended instanceof EventStoreError) results[index] = appended;
      else if (result instanceof Error || events.length === 0) results[index] = result;
      else results[index] = { ...result, position: appended.position };
    }
  }

  const start = performance.now();
  try {
    await around(() => decideAll([...commands.keys()]));
  } finally {
    if (store.observer) {
      const outcomes = { appended: 0, unchanged: 0, replayed: 0, refused: 0, failed: 0 };
      // By index: a command without a result failed with all others.
      for (let i = 0; i < results.length; i++) outcomes[outcomeOf(results[i])] += 1;
      store.observer({ durationMs: performance.now() - start, conflicts, outcomes });
    }
  }
  return results;
}

/** What changes nothing only claims its key. */
function appendOf({ stream, revision, events, claim }: Draft<unknown, unknown>): AppendRequest {
  if (events.length === 0 && claim !== null) return claim;
  const expected = revision < 0n ? 'no-stream' : revision;
  return claim === null ? { stream, expected, events } : { stream, expected, events, claim };
}

function eventsOrRefusal<Command, Event, State>(
  decider: Decider<Command, Event, State>,
  command: Command,
  state: State,
): readonly Event[] | DomainError {
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function isUnfit(result: AppendResult): boolean {
  return result instanceof AppendTooLarge || result instanceof AppendRejected;
}

function outcomeOf(result: DecidedOrNot<unknown, unknown> | undefined) {
  if (result === undefined || result instanceof EventStoreError) return 'failed';
  return result instanceof Error ? 'refused' : result.outcome;
}
