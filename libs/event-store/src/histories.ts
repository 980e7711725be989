import { type RecordedEvent, StreamIncomplete } from './append';

/** How many incomplete streams are remembered; with more of them the log as a whole is damaged. */
const REMEMBERED_MAX = 100;

/** A stream, and the revision from which it is read (0 when left out). */
export interface StreamFrom {
  readonly stream: string;
  readonly from?: bigint;
}

/**
 * The events of streams by name; a stream without events has no entry. `get` throws `StreamIncomplete` for a stream of
 * which events are gone.
 */
export type Histories = ReadonlyMap<string, readonly RecordedEvent[]>;

/** What an engine has of streams, or why it has not all of one. */
export type Fetched = ReadonlyMap<string, readonly RecordedEvent[] | StreamIncomplete>;

/** The lowest revision from which each stream is asked for. */
export function lowestRevisions(streams: readonly StreamFrom[]): Map<string, bigint> {
  const wanted = new Map<string, bigint>();
  for (const { stream, from = 0n } of streams) {
    const known = wanted.get(stream);
    if (known === undefined || from < known) wanted.set(stream, from);
  }
  return wanted;
}

/** Keeps those streams apart of which events are gone: their first event is not the one asked for, or one is missing. */
export function wholeHistories(
  asked: readonly StreamFrom[],
  fetched: Fetched,
): { readonly whole: Histories; readonly errors: readonly StreamIncomplete[] } {
  let wanted: Map<string, bigint> | undefined;
  const errors: StreamIncomplete[] = [];
  for (const [stream, history] of fetched) {
    if (history instanceof StreamIncomplete) {
      errors.push(history);
      continue;
    }
    const [first, last] = [history[0]?.revision ?? 0n, history.at(-1)?.revision ?? 0n];
    // What was read from its beginning need not be compared with what was asked for.
    if (first > 0n) {
      wanted ??= lowestRevisions(asked);
      if (first > (wanted.get(stream) ?? 0n)) {
        const reason = `its events before revision ${first} are gone.`;
        errors.push(new StreamIncomplete(stream, reason));
        continue;
      }
    }
    // Engines answer in order and without repeats, so a gap shows in the number.
    if (history.length > 0 && last - first !== BigInt(history.length - 1)) {
      const reason = `some of its events up to revision ${last} are gone.`;
      errors.push(new StreamIncomplete(stream, reason));
    }
  }
  if (errors.length > 0) return { whole: new PartlyIncomplete(fetched, errors), errors };
  // Without an error in it, it has histories only.
  return { whole: fetched as Histories, errors };
}

/** Histories of which some must not be used. */
class PartlyIncomplete extends Map<string, readonly RecordedEvent[]> {
  private readonly errors = new Map<string, StreamIncomplete>();

  constructor(fetched: Fetched, errors: readonly StreamIncomplete[]) {
    super();
    for (const error of errors) this.errors.set(error.stream, error);
    for (const [stream, history] of fetched) {
      if (!this.errors.has(stream)) this.set(stream, history as readonly RecordedEvent[]);
    }
  }

  override get(stream: string): readonly RecordedEvent[] | undefined {
    const error = this.errors.get(stream);
    if (error !== undefined) throw error;
    return super.get(stream);
  }
}

/** The events of a stream; none if there is no such stream, or if it is incomplete. */
export function historyIfWhole(histories: Histories, stream: string): readonly RecordedEvent[] {
  return isIncomplete(histories, stream) ? [] : (histories.get(stream) ?? []);
}

/** Whether events of a stream are gone. */
export function isIncomplete(histories: Histories, stream: string): boolean {
  try {
    histories.get(stream);
    return false;
  } catch (error) {
    if (error instanceof StreamIncomplete) return true;
    throw error;
  }
}

/** The streams that were found to be incomplete. */
export function incompleteStreams() {
  const found = new Map<string, string>();
  return {
    /** What was found first says most: what is read later is only what is left. */
    note: (stream: string, reason: string): void => {
      if (found.size < REMEMBERED_MAX && !found.has(stream)) found.set(stream, reason);
    },
    /** A sentence for each. */
    sentences: (): string[] =>
      [...found].map(([stream, reason]) => `The stream ${stream} is incomplete: ${reason}`),
  };
}
