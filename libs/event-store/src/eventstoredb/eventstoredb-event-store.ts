import { type Limiter, limiter } from '@daybook/platform/plain';
import {
  AppendRejected,
  type AppendResult,
  type EncodedAppend,
  EventStore,
  EventStoreError,
  type LogPage,
  lowestRevisions,
  type Position,
  READ_ALL_LIMIT_MAX,
  type ReadAllOptions,
  type RecordedEvent,
  StoreUnavailable,
  type StreamFrom,
  StreamIncomplete,
} from '../event-store';
import type { Fetched } from '../histories';
import { withStream } from '../stream-mutex';
import type { Growth } from '../waiters';
import { type Appender, appender } from './appender';
import type { Connection } from './connection';
import { subscribeToGrowth } from './growth';
import { quorumProbe } from './quorum';
import { type LogReader, logReader } from './read-log';
import { readAt, readEvents, readLast } from './reads';
import type { StreamNames } from './stream-names';

/** Measured: more in flight wait longer without more appends a second. */
const APPENDS_IN_FLIGHT_MAX = 1_024;
/** A server accepts 100 calls over one connection; subscriptions and appends need some of them. */
const READS_IN_FLIGHT_MAX = 64;
/** A longer queue only turns a slow store into a slow and full process. */
const WAITING_MAX = 65_536;

/**
 * The log in EventStoreDB. A position is a commit position: it counts bytes of the server's whole log, with
 * events of others. Only streams of the given kinds are seen.
 */
export class EventStoreDbEventStore extends EventStore {
  private readonly appender: Appender;
  private readonly log: LogReader;
  private readonly growth: Growth;
  private readonly requireQuorum: () => Promise<void>;
  private readonly appends = bounded('appends', APPENDS_IN_FLIGHT_MAX);
  private readonly reads = bounded('reads', READS_IN_FLIGHT_MAX);
  /** Owns the mutexes of this store's streams; those of the callers around them are independent. */
  private readonly mutexes = {};
  private readonly accepted = new Set<Promise<unknown>>();

  constructor(
    private readonly connection: Connection,
    private readonly kinds: readonly string[],
    private readonly names: StreamNames,
  ) {
    super();
    this.appender = appender(connection, names);
    this.log = logReader(connection.client, names, this.incomplete.note);
    this.requireQuorum = quorumProbe(connection.client);
    connection.onLost(() => this.doubt());
    this.growth = subscribeToGrowth(
      connection.client,
      names.beginnings(kinds),
      () => this.certainHead(),
      () => this.doubt(),
    );
  }

  override get streamPrefix(): string {
    return this.names.prefix;
  }

  protected override async store(append: EncodedAppend): Promise<AppendResult> {
    const { stream, claim } = append;
    if (!this.isOurs(stream) || (claim !== undefined && !this.isOurs(claim.stream))) {
      const reason = 'its kind of streams was not named when the store was opened.';
      return new AppendRejected(stream, reason);
    }
    const appending = withStream(this.mutexes, stream, () =>
      this.appends.run(() => this.appender(append)),
    );
    this.accepted.add(appending);
    try {
      const appended = await appending;
      this.growth.reached(appended.position);
      return appended;
    } catch (error) {
      if (error instanceof EventStoreError) return error;
      throw error;
    } finally {
      this.accepted.delete(appending);
    }
  }

  protected override async fetchStreams(streams: readonly StreamFrom[]): Promise<Fetched> {
    const reads = [...lowestRevisions(streams)]
      .filter(([stream]) => this.isOurs(stream))
      .map(async ([stream, from]) => {
        const read = () => readEvents(this.connection.client(), this.names, stream, from);
        return [stream, await this.reads.run(read)] as const;
      });
    const fetched = await Promise.all(reads);
    return new Map(fetched.filter(([, it]) => it instanceof StreamIncomplete || it.length > 0));
  }

  protected override async fetchPage({
    after,
    limit,
    kinds = this.kinds,
  }: ReadAllOptions): Promise<LogPage> {
    const most = Math.min(limit, READ_ALL_LIMIT_MAX);
    const prefixes = this.names.beginnings(kinds.filter((kind) => this.kinds.includes(kind)));
    if (most <= 0 || prefixes.length === 0) return { events: [], end: after, atEnd: most > 0 };
    return this.reads.run(() => this.log.read(prefixes, after, most));
  }

  protected override fetchAt(position: Position): Promise<RecordedEvent | undefined> {
    return this.reads.run(() => readAt(this.connection.client(), this.names, position));
  }

  override head(): Promise<Position> {
    const prefixes = this.names.beginnings(this.kinds);
    return this.reads.run(() => readLast(this.connection.client(), prefixes));
  }

  override end(): Promise<Position> {
    return this.reads.run(() => readLast(this.connection.client(), undefined));
  }

  protected override probe(): Promise<void> {
    return this.requireQuorum();
  }

  override waitForGrowth(
    after: Position,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Position> {
    return this.growth.wait(after, timeoutMs, signal);
  }

  /** Readers see only our kinds, so an event of another kind would be lost to them. */
  private isOurs(stream: string): boolean {
    return this.kinds.includes(stream.slice(0, Math.max(0, stream.indexOf('-'))));
  }

  protected override async finish(): Promise<void> {
    await Promise.allSettled(this.accepted);
    await this.growth.close();
    await this.reads.idle();
    this.log.close();
    await this.connection.close();
  }
}

function bounded(what: string, runningMax: number): Limiter {
  const tooMany = (waiting: number) =>
    new StoreUnavailable(`${waiting} ${what} are waiting for EventStoreDB already.`);
  return limiter({ runningMax, waitingMax: WAITING_MAX, tooMany });
}
