import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { LogFile } from './log-file';
import type { StoredEvent } from './stored-event';

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type ExpectedOnServer = 'any' | 'no-stream' | 'exists' | number;

export interface Write {
  readonly stream: string;
  readonly expected: ExpectedOnServer;
  readonly events: readonly ProposedEvent[];
}

export type Written =
  | { readonly result: 'success'; readonly revision: number; readonly position: number }
  /** `current` is -1 for no stream. */
  | { readonly result: 'wrong-expected-version'; readonly current: number }
  | { readonly result: 'maximum-append-size-exceeded' }
  | { readonly result: 'stream-deleted' }
  /** The server drops a repeat of a write that is not committed yet, and answers nothing. */
  | { readonly result: 'dropped' };

/** MaxAppendSize of the server (ClusterVNodeOptions.cs). */
export const MAX_APPEND_SIZE = 1024 * 1024;
/** What a record takes besides what is in it: about what the server's headers do. */
const RECORD_OVERHEAD = 96;
/** After so many events the server tells something about itself, so that filters have work to do. */
const SYSTEM_EVENT_EVERY = 7;
/** The server remembers ids in 8 MiB (ESConsts.CommitedEventsMemCacheLimit): some 70,000. */
const REMEMBERED_IDS_MAX = 70_000;
/** The server's event at the end of a stream that was deleted for good. */
const TOMBSTONE = '$streamDeleted';

interface Waiting {
  readonly write: Write;
  readonly answer: (written: Written) => void;
}

/**
 * The log of the stand-in, with the rules of EventStoreDB's `IndexWriter.CheckCommit` about repeats.
 * With a file, an append is answered when it is on the disk, and a new log on the same file has it.
 */
export class ServerLog {
  readonly records: StoredEvent[] = [];
  private readonly streams = new Map<string, StoredEvent[]>();
  /** Rule 3: what a process remembers of ids, gone with it. */
  private remembered = new Map<string, StoredEvent>();
  private rememberedBefore = new Map<string, StoredEvent>();
  private readonly listeners = new Set<() => void>();
  private queue: Waiting[] = [];
  private committing: Promise<void> | undefined;
  private inDoubt = new Set<string>();
  private end = 0;
  private clock = 0n;
  private sinceSystemEvent = 0;
  private systemEvents = 0;

  constructor(private readonly file: LogFile | undefined) {
    for (const event of file?.read() ?? []) this.show(event);
    // The first record of a log is the server's own, so no user's event has position 0.
    const started = this.systemEvent('$epoch-information', '$EpochInformation');
    file?.append([started]);
    this.show(started);
  }

  /** Whether the stream was deleted for good. */
  isTombstoned(name: string): boolean {
    return this.stream(name).at(-1)?.type === TOMBSTONE;
  }

  /** Whether the stream was deleted, and nothing was appended to it since. */
  isDeleted(name: string): boolean {
    const last = this.stream(name).at(-1);
    return last !== undefined && this.keepsFrom(name) > last.revision + 1;
  }

  /** What a reader gets of a stream: its metadata may cut off the beginning. */
  readable(name: string): readonly StoredEvent[] {
    return this.stream(name).filter(({ revision }) => revision >= this.keepsFrom(name));
  }

  private keepsFrom(name: string): number {
    const written = this.stream(`$$${name}`).at(-1);
    if (written === undefined) return 0;
    const metadata = JSON.parse(Buffer.from(written.data).toString('utf8'));
    const { $tb: truncateBefore = 0, $maxCount: maxCount } = metadata;
    const last = this.stream(name).at(-1)?.revision ?? -1;
    return Math.max(truncateBefore, maxCount === undefined ? 0 : last + 1 - maxCount);
  }

  /** Where the next record will start. */
  get nextPosition(): number {
    return this.end;
  }

  stream(name: string): readonly StoredEvent[] {
    return this.streams.get(name) ?? [];
  }

  /** The index of the record at `position`; undefined where no record starts. */
  indexAt(position: number): number | undefined {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as StoredEvent).position < position) low = middle + 1;
      else high = middle;
    }
    if (low === this.records.length) return position === this.end ? low : undefined;
    return this.records[low]?.position === position ? low : undefined;
  }

  /** Calls `listener` after each commit until the returned function is called. */
  onCommit(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  write(write: Write): Promise<Written> {
    return new Promise((answer) => {
      const { events } = write;
      // Rule 4: a repeat of a write that is still being replicated is not answered at all.
      if (events.length > 0 && events.every(({ id }) => this.inDoubt.has(id))) {
        answer({ result: 'dropped' });
        return;
      }
      this.queue.push({ write, answer });
      this.committing ??= this.commitAll();
    });
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    await this.committing;
  }

  private async commitAll(): Promise<void> {
    while (this.queue.length > 0) {
      await turn();
      const batch = this.queue;
      this.queue = [];
      const fresh: StoredEvent[] = [];
      const tails = new Map<string, StoredEvent[]>();
      const results = batch.map(({ write }) => this.decide(write, tails, fresh));
      this.inDoubt = new Set(fresh.map(({ id }) => id));
      await this.file?.commit(fresh);
      for (const event of fresh) this.show(event);
      this.inDoubt.clear();
      for (const [i, { answer }] of batch.entries()) answer(results[i] as Written);
      if (fresh.length > 0) for (const listener of [...this.listeners]) listener();
    }
    this.committing = undefined;
  }

  /** Rules 1 to 3 of the server; `tails` has what earlier writes of the batch add to streams. */
  private decide(write: Write, tails: Map<string, StoredEvent[]>, fresh: StoredEvent[]): Written {
    const { stream, expected, events } = write;
    const size = events.reduce((sum, event) => sum + sizeOnDisk(event), 0);
    if (size > MAX_APPEND_SIZE) return { result: 'maximum-append-size-exceeded' };
    if (this.isTombstoned(stream)) return { result: 'stream-deleted' };
    const tail = tails.get(stream) ?? [];
    const history = tail.length > 0 ? [...this.stream(stream), ...tail] : this.stream(stream);
    const current = history.length - 1;
    const conflict: Written = { result: 'wrong-expected-version', current };

    if (expected === 'any' || expected === 'exists') {
      if (expected === 'exists' && current < 0) return conflict;
      const known = events.map(({ id }) => this.recall(id));
      const [first] = known;
      if (first?.stream === stream) {
        const isRepeat = known.every((event, i) => event?.revision === first.revision + i);
        return isRepeat ? repeated(known.at(-1) as StoredEvent) : conflict;
      }
    } else {
      const before = expected === 'no-stream' ? -1 : expected;
      if (before > current) return conflict;
      if (before < current) {
        const stored = history.slice(before + 1, before + 1 + events.length);
        const isRepeat =
          stored.length === events.length && stored.every((e, i) => e.id === events[i]?.id);
        if (isRepeat) return repeated(stored.at(-1) as StoredEvent);
        // A deleted stream counts as none, and its revisions go on.
        if (expected !== 'no-stream' || !this.isDeleted(stream)) return conflict;
        fresh.push(this.restarted(stream, current + 1));
      }
      // Rule 2: where the stream is as expected, ids are not looked at.
    }

    tails.set(stream, tail);
    for (const [i, event] of events.entries()) {
      const stored = this.record({ ...event, stream, revision: current + 1 + i });
      tail.push(stored);
      fresh.push(stored);
      this.sinceSystemEvent += 1;
    }
    const last = fresh.at(-1);
    if (this.sinceSystemEvent >= SYSTEM_EVENT_EVERY) {
      this.sinceSystemEvent = 0;
      fresh.push(this.systemEvent('$stats-stand-in', '$statsCollected'));
    }
    const position = last?.position ?? this.end;
    return { result: 'success', revision: current + events.length, position };
  }

  private record(event: ProposedEvent & { stream: string; revision: number }): StoredEvent {
    const now = BigInt(Date.now()) * 10_000n;
    this.clock = now > this.clock ? now : this.clock;
    const stored = { ...event, position: this.end, created: String(this.clock) };
    this.end += recordSize(stored);
    return stored;
  }

  /** Where a deleted stream begins anew, as the server notes it. */
  private restarted(name: string, from: number): StoredEvent {
    const stream = `$$${name}`;
    const [revision, contentType] = [this.stream(stream).length, 'application/json'];
    const data = Buffer.from(JSON.stringify({ $tb: from }));
    const event = { type: '$metadata', contentType, data, metadata: new Uint8Array() };
    return this.record({ ...event, stream, revision, id: randomUUID() });
  }

  private systemEvent(stream: string, type: string): StoredEvent {
    const revision = this.systemEvents;
    this.systemEvents += 1;
    const id = `00000000-0000-4000-8000-${String(this.end).padStart(12, '0')}`;
    const none = new Uint8Array();
    const contentType = 'application/json';
    return this.record({ stream, revision, id, type, contentType, data: none, metadata: none });
  }

  private show(event: StoredEvent): void {
    this.records.push(event);
    const history = this.streams.get(event.stream);
    if (history) history.push(event);
    else this.streams.set(event.stream, [event]);
    this.end = Math.max(this.end, event.position + recordSize(event));
    // One entry an id, the first stream keeps it.
    if (event.stream.startsWith('$') || this.recall(event.id)) return;
    this.remembered.set(event.id, event);
    if (this.remembered.size < REMEMBERED_IDS_MAX / 2) return;
    this.rememberedBefore = this.remembered;
    this.remembered = new Map();
  }

  private recall(id: string): StoredEvent | undefined {
    return this.remembered.get(id) ?? this.rememberedBefore.get(id);
  }

  /** As a restart of the server does. */
  forgetIds(): void {
    this.remembered.clear();
    this.rememberedBefore.clear();
  }
}

function repeated({ revision, position }: StoredEvent): Written {
  return { result: 'success', revision, position };
}

/** `Event.SizeOnDisk` of the server. */
function sizeOnDisk({ type, data, metadata }: ProposedEvent): number {
  return data.length + metadata.length + type.length * 2;
}

function recordSize(event: Omit<StoredEvent, 'position' | 'created'>): number {
  return RECORD_OVERHEAD + Buffer.byteLength(event.stream) + sizeOnDisk(event);
}
