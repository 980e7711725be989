import { type RecordedEvent, StreamIncomplete } from './append';

/** How many streams are remembered; with more of them the log as a whole is damaged. */
const REMEMBERED_MAX = 100;

/** What an engine has of streams. */
export type Fetched = ReadonlyMap<string, readonly RecordedEvent[] | StreamIncomplete>;

/** What was asked for: each stream from a revision, 0 when left out. */
type Asked = readonly { readonly stream: string; readonly from?: bigint }[];

/** Histories of which some must not be used. */
class PartlyIncomplete extends Map<string, readonly RecordedEvent[]> {
  private readonly errors = new Map<string, StreamIncomplete>();

  constructor(
    whole: ReadonlyMap<string, readonly RecordedEvent[]>,
    errors: readonly StreamIncomplete[],
  ) {
    super(whole);
    for (const error of errors) this.errors.set(error.stream, error);
  }

  override get(stream: string): readonly RecordedEvent[] | undefined {
    const error = this.errors.get(stream);
    if (error !== undefined) throw error;
    return super.get(stream);
  }
}

/** Keeps those streams apart of which events are gone: their first event is not the one asked for, or one is missing. */
export function wholeHistories(asked: Asked, fetched: Fetched) {
  const from = new Map<string, bigint>();
  for (const { stream, from: wanted = 0n } of asked) {
    const known = from.get(stream);
    if (known === undefined || wanted < known) from.set(stream, wanted);
  }
  const whole = new Map<string, readonly RecordedEvent[]>();
  const errors: StreamIncomplete[] = [];
  for (const [stream, history] of fetched) {
    const error =
      history instanceof StreamIncomplete
        ? history
        : gapIn(stream, history, from.get(stream) ?? 0n);
    if (error !== undefined) errors.push(error);
    else whole.set(stream, history as readonly RecordedEvent[]);
  }
  return { whole: errors.length === 0 ? whole : new PartlyIncomplete(whole, errors), errors };
}

function gapIn(
  stream: string,
  history: readonly RecordedEvent[],
  from: bigint,
): StreamIncomplete | undefined {
  const first = history[0]?.revision ?? from;
  const last = history.at(-1)?.revision ?? from;
  if (first > from) {
    return new StreamIncomplete(stream, `its events before revision ${first} are gone.`);
  }
  // Engines answer in order and without repeats, so a gap shows in the number.
  if (history.length > 0 && last - first !== BigInt(history.length - 1)) {
    return new StreamIncomplete(stream, `some of its events up to revision ${last} are gone.`);
  }
  return undefined;
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

/** The events of a stream; none if there is no such stream, or if it is incomplete. */
export function historyIfWhole(
  histories: ReadonlyMap<string, readonly RecordedEvent[]>,
  stream: string,
): readonly RecordedEvent[] {
  try {
    return histories.get(stream) ?? [];
  } catch (error) {
    if (error instanceof StreamIncomplete) return [];
    throw error;
  }
}
