import { type Limiter, limiter } from '@daybook/platform/plain';
import { encodeAppend } from '../encode-append';
import {
  type Appended,
  AppendRejected,
  type AppendRequest,
  type AppendResult,
  EventStore,
  EventStoreError,
  type LogPage,
  type Position,
  READ_ALL_LIMIT_MAX,
  type ReadAllOptions,
  type RecordedEvent,
  StoreUnavailable,
} from '../event-store';
import { withStream } from '../stream-mutex';
import { type Appender, appender } from './appender';
import type { Connection } from './connection';
import { type Growth, type SubscriptionState, watchGrowth } from './growth';
import { knownEnd } from './known-end';
import { readLast } from './read-last';
import { type LogReader, logReader } from './read-log';
import { readEvents } from './reads';

/** Measured: more in flight wait longer without more appends a second. */
export const APPENDS_IN_FLIGHT_MAX = 1_024;
/** A server accepts 100 calls over one connection; subscriptions and appends need some of them. */
const READS_IN_FLIGHT_MAX = 64;
/** A longer queue only turns a slow store into a slow and full process. */
const WAITING_MAX = 65_536;
/** `appendMany` queues this many at once, so that one call of any size leaves room for others. */
const APPEND_MANY_SLICE = 4 * APPENDS_IN_FLIGHT_MAX;

export interface EventStoreDbStatus {
  readonly subscription: SubscriptionState;
}

/**
 * The log in EventStoreDB; `openEventStoreDb` opens it. A position is a commit position, so it counts
 * bytes of the server's whole log, with events of others. Only streams of the given kinds are
 * seen.
 */
export class EventStoreDbEventStore extends EventStore {
  private readonly appender: Appender;
  private readonly log: LogReader;
  private readonly growth: Growth;
  private readonly appends = bounded('appends', APPENDS_IN_FLIGHT_MAX);
  private readonly reads = bounded('reads', READS_IN_FLIGHT_MAX);
  /** Owns the mutexes of this store's streams; those of the callers around them are independent. */
  private readonly mutexes = {};
  private readonly accepted = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  /** `kinds`: all kinds of streams that the product writes (the part of a name before its first dash). */
  constructor(
    private readonly connection: Connection,
    private readonly kinds: readonly string[],
  ) {
    super();
    const end = knownEnd(() => readLast(connection.client(), undefined));
    this.appender = appender(connection, end);
    this.log = logReader(connection.client);
    this.growth = watchGrowth(connection.client, prefixesOf(kinds), () => this.head());
  }

  override append(request: AppendRequest): Promise<Appended> {
    if (this.closing !== undefined) {
      return Promise.reject(new StoreUnavailable('The event store is closed.'));
    }
    const encoded = encodeAppend(request);
    if (encoded instanceof EventStoreError) return Promise.reject(encoded);
    if (!this.isOurs(encoded.stream)) {
      const reason = 'its kind of streams was not named when the store was opened.';
      return Promise.reject(new AppendRejected(encoded.stream, reason));
    }
    const appending = withStream(this.mutexes, encoded.stream, () =>
      this.appends.run(() => this.appender.append(request, encoded)),
    ).then((appended) => {
      this.growth.reached(appended.position);
      return appended;
    });
    this.accepted.add(appending);
    const settled = () => void this.accepted.delete(appending);
    appending.then(settled, settled);
    return appending;
  }

  override async appendMany(requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    for (let start = 0; start < requests.length; start += APPEND_MANY_SLICE) {
      const slice = requests.slice(start, start + APPEND_MANY_SLICE);
      results.push(...(await Promise.all(slice.map((request) => this.fateOf(request)))));
    }
    return results;
  }

  override readStream(
    stream: string,
    options: { from?: bigint } = {},
  ): Promise<readonly RecordedEvent[]> {
    const { from = 0n } = options;
    if (!this.isOurs(stream)) return Promise.resolve([]);
    return this.reads.run(() => readEvents(this.connection.client(), stream, from));
  }

  override async readStreams(
    streams: readonly { readonly stream: string; readonly from?: bigint }[],
  ): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const wanted = new Map<string, bigint>();
    for (const { stream, from = 0n } of streams) {
      const known = wanted.get(stream);
      if (known === undefined || from < known) wanted.set(stream, from);
    }
    const reads = [...wanted].map(
      async ([stream, from]) => [stream, await this.readStream(stream, { from })] as const,
    );
    return new Map((await Promise.all(reads)).filter(([, history]) => history.length > 0));
  }

  override async readAll({ after, limit, kinds = this.kinds }: ReadAllOptions): Promise<LogPage> {
    const most = Math.min(limit, READ_ALL_LIMIT_MAX);
    const prefixes = prefixesOf(kinds.filter((kind) => this.kinds.includes(kind)));
    if (most <= 0 || prefixes.length === 0) return { events: [], end: after, atEnd: most > 0 };
    return this.reads.run(() => this.log.read(prefixes, after, most));
  }

  override head(): Promise<Position> {
    const prefixes = prefixesOf(this.kinds);
    return this.reads.run(() => readLast(this.connection.client(), prefixes));
  }

  override waitForGrowth(after: Position, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.growth.wait(after, timeoutMs, signal);
  }

  /** The state of the subscription, which recovers by itself. */
  status(): EventStoreDbStatus {
    return { subscription: this.growth.status() };
  }

  override close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  /** Readers see only our kinds, so an event of another kind would be lost to them. */
  private isOurs(stream: string): boolean {
    return this.kinds.includes(stream.slice(0, Math.max(0, stream.indexOf('-'))));
  }

  private async finish(): Promise<void> {
    await Promise.allSettled(this.accepted);
    await this.growth.close();
    await this.reads.idle();
    this.log.close();
    await this.connection.close();
  }

  private async fateOf(request: AppendRequest): Promise<AppendResult> {
    try {
      return await this.append(request);
    } catch (error) {
      if (error instanceof EventStoreError) return error;
      throw error;
    }
  }
}

function bounded(what: string, runningMax: number): Limiter {
  const tooMany = (waiting: number) =>
    new StoreUnavailable(`${waiting} ${what} are waiting for EventStoreDB already.`);
  return limiter({ runningMax, waitingMax: WAITING_MAX, tooMany });
}

function prefixesOf(kinds: readonly string[]): string[] {
  return kinds.map((kind) => `${kind}-`);
}
