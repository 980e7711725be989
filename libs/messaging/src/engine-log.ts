import { backOffMs, pause, reasonOf, surviveLostConnections } from '@daybook/platform/plain';
import { Pool, type PoolConfig } from 'pg';
import {
  DurableLog,
  type ParkedKey,
  type RunningSubscription,
  type StoppedGroup,
  type Subscription,
  type SubscriptionStatus,
} from './durable-log';
import { stoppedGroups } from './lost-messages';
import { anyParked, countParked, listParked, requestRetry } from './parking';

/** Publishing to tables needs one connection per busy topic; status and parking share them. */
const POOL_CONNECTIONS_MAX = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** Statements of the log take milliseconds; a server that is silent for this long is not expected to answer. */
const QUERY_TIMEOUT_MS = 60_000;
const BACK_OFF = { firstMs: 100, longestMs: 10_000 };

/** What all engines share: parked keys in PostgreSQL, the members of groups that run here, and closing. */
export abstract class EngineLog extends DurableLog {
  protected readonly pool: Pool;
  protected readonly config: PoolConfig;
  private readonly running = new Set<RunningSubscription>();
  private closing: Promise<void> | undefined;

  constructor(config: PoolConfig) {
    super();
    this.config = {
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      ...config,
    };
    this.pool = surviveLostConnections(new Pool({ ...this.config, max: POOL_CONNECTIONS_MAX }));
  }

  stopped(): Promise<readonly StoppedGroup[]> {
    return stoppedGroups(this.pool);
  }

  async parked(topic: string, group: string): Promise<readonly ParkedKey[]> {
    return listParked(this.pool, { topic, group });
  }

  async isParked(topic: string, group: string, keys: readonly string[]): Promise<boolean> {
    return anyParked(this.pool, { topic, group }, keys);
  }

  async retryParked(topic: string, group: string, key: string): Promise<boolean> {
    return requestRetry(this.pool, { topic, group }, key);
  }

  close(): Promise<void> {
    this.closing ??= this.finish();
    return this.closing;
  }

  /** Writes what is still to be published and closes the connections; all members have stopped. */
  protected abstract disconnect(): Promise<void>;

  protected assertOpen(): void {
    if (this.closing !== undefined) throw new Error('The log is closed.');
  }

  /** Runs a member of a group. `session` consumes until the member stops, and rejects when it is broken. */
  protected run(
    member: Member,
    progress: () => Promise<Pick<SubscriptionStatus, 'lag'> & Partial<SubscriptionStatus>>,
    session: () => Promise<void>,
  ): RunningSubscription {
    const { subscription } = member;
    const { topic, group } = subscription;
    const finished = member.repeat(session);
    const running: RunningSubscription = {
      status: async () => {
        const [place, parkedKeys] = await Promise.all([
          progress(),
          countParked(this.pool, subscription),
        ]);
        const { lastError, lastProgressAt } = member;
        return { topic, group, parkedKeys, lastError, lastProgressAt, ...place };
      },
      failingSince: () => member.failingSince,
      stop: async () => {
        member.stop();
        await finished;
        this.running.delete(running);
      },
    };
    this.running.add(running);
    return running;
  }

  private async finish(): Promise<void> {
    await Promise.all([...this.running].map((subscription) => subscription.stop()));
    await this.disconnect();
    await this.pool.end();
  }
}

/** The state of one member of a group. */
export class Member {
  /** Failures in a row. */
  failures = 0;
  lastError: string | null = null;
  failingSince: number | null = null;
  lastProgressAt: string | null = null;
  private readonly stopping = new AbortController();
  private pausing = new AbortController();

  constructor(readonly subscription: Subscription) {}

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Repeats `session` until the member stops. A broken session is replaced after a back-off, for ever. */
  async repeat(session: () => Promise<void>): Promise<void> {
    while (!this.isStopping) {
      await session().catch((error) => this.failed(error));
      await pause(backOffMs(this.failures, BACK_OFF), this.stopping.signal);
    }
  }

  failed(error: unknown): void {
    this.failures += 1;
    this.lastError = reasonOf(error);
    this.failingSince ??= Date.now();
    this.subscription.onError?.(error, this.failures);
  }

  progressed(): void {
    this.failures = 0;
    this.recovered();
    this.lastProgressAt = new Date().toISOString();
  }

  /** What failed works again, although nothing was handled yet. */
  recovered(): void {
    [this.lastError, this.failingSince] = [null, null];
  }

  /**
   * Waits until `wake`, at most `ms`; not at all if `wake` was called since the last pause. Returns whether it
   * was called.
   */
  async pause(ms: number): Promise<boolean> {
    const { signal } = this.pausing;
    await pause(ms, signal);
    this.pausing = new AbortController();
    return signal.aborted;
  }

  /** Backs off after a failure, until `mustEnd` says that the work has to end. */
  async backOff(mustEnd: () => boolean): Promise<void> {
    const until = Date.now() + backOffMs(this.failures, BACK_OFF);
    while (!mustEnd() && Date.now() < until) await this.pause(until - Date.now());
  }

  /** Ends the pause, as there may be something to do. */
  wake(): void {
    this.pausing.abort();
  }

  stop(): void {
    this.stopping.abort();
    this.wake();
  }
}
