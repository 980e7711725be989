import { Counter, Gauge, type Registry } from 'prom-client';
import { KeyCounts } from '../edge/key-counts';
import { Problem } from '../edge/problem';

/**
 * Calls in progress, including waiting ones. Bounds their memory while the database does not answer.
 * Further calls are refused at once.
 */
const CALLS_MAX = 2_000;
/** Lower than `CALLS_MAX`, so that one key cannot use all of them. */
const CALLS_PER_KEY_MAX = 1_500;
/**
 * Calls that run at once. Reads: fewer than the pool's connections. So reads rarely wait inside the pool,
 * where they cannot be dropped, and keys can still be looked up while reads are stuck. Commands: the size
 * of one group commit.
 */
const WORKING_MAX = { read: 10, write: 256 } as const;

export type Work = keyof typeof WORKING_MAX;
/** Why a client no longer waits. */
export type Abandoned = 'deadline' | 'cancelled';

export interface AdmissionOptions {
  readonly callsMax?: number;
  readonly callsPerKeyMax?: number;
  readonly workingMax?: Readonly<Record<Work, number>>;
}

/** A call that was admitted. */
export interface AdmittedCall {
  /** Counts it for its key. Refuses with `overloaded`. */
  countFor(keyId: string): void;
  /** Resolves when the call may run, in order of arrival. Refuses with `timeout` once it is abandoned. */
  start(work: Work): Promise<void>;
  /** Marks the call as abandoned. If it has not started, it never will. */
  abandon(why: Abandoned): void;
  /** Frees the slot: all work of the call has ended. */
  end(): void;
}

export interface AdmissionControl {
  /** Counts a call until it ends. `until` is its deadline in Unix milliseconds. Refuses with `overloaded`. */
  admit(until: number): AdmittedCall;
}

/**
 * Admission control. Limits how many calls run at once, and drops calls whose deadline passes before they
 * start. So an overloaded service does no work for answers that nobody would read.
 */
export function createAdmissionControl(
  registry: Registry,
  options: AdmissionOptions = {},
): AdmissionControl {
  const {
    callsMax = CALLS_MAX,
    callsPerKeyMax = CALLS_PER_KEY_MAX,
    workingMax = WORKING_MAX,
  } = options;
  const lanes = { read: new Lane(workingMax.read), write: new Lane(workingMax.write) };
  const byKey = new KeyCounts(callsPerKeyMax);
  let calls = 0;
  const turnedAway = new Counter({
    name: 'daybook_grpc_calls_turned_away_total',
    help: 'Calls refused before they ran: abandoned by the client, or over a limit.',
    labelNames: ['reason'],
    registers: [registry],
  });
  new Gauge({
    name: 'daybook_grpc_calls',
    help: 'Calls in progress, by state: working or waiting.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const working = lanes.read.running + lanes.write.running;
      this.set({ state: 'working' }, working);
      this.set({ state: 'waiting' }, calls - working);
    },
  });
  const overloaded = () => {
    turnedAway.inc({ reason: 'overloaded' });
    return new Problem('overloaded', 'The service is overloaded. Nothing was done for this call.', {
      headers: { 'retry-after': '1' },
    });
  };

  return {
    admit(until) {
      if (calls >= callsMax) throw overloaded();
      calls += 1;
      let owner: string | null = null;
      let lane: Lane | null = null;
      let waiter: Waiter | null = null;
      let isRunning = false;
      let abandoned: Abandoned | null = null;
      const isAbandoned = () => {
        // In a busy process the timer of the call may be late.
        if (abandoned === null && Date.now() >= until) abandoned = 'deadline';
        return abandoned !== null;
      };
      return {
        countFor(keyId) {
          if (!byKey.take(keyId)) throw overloaded();
          owner = keyId;
        },
        async start(work) {
          lane = lanes[work];
          if (!isAbandoned()) {
            isRunning = lane.take() || (await lane.wait((resolve) => (waiter = resolve)));
          }
          if (isRunning && !isAbandoned()) return;
          turnedAway.inc({ reason: abandoned ?? 'deadline' });
          throw new Problem('timeout', 'The call was abandoned before it could run.');
        },
        abandon(why) {
          abandoned ??= why;
          if (waiter !== null && lane?.waiting.delete(waiter)) waiter(false);
        },
        end() {
          calls -= 1;
          if (isRunning) lane?.release();
          if (owner !== null) byKey.release(owner);
        },
      };
    },
  };
}

/** Called with whether the call may run. */
type Waiter = (mayRun: boolean) => void;

/** The running and waiting calls of one kind. */
class Lane {
  running = 0;
  /** The oldest first. */
  readonly waiting = new Set<Waiter>();

  constructor(private readonly max: number) {}

  take(): boolean {
    if (this.running >= this.max) return false;
    this.running += 1;
    return true;
  }

  /** Resolves to whether the call may run. */
  wait(onWaiting: (waiter: Waiter) => void): Promise<boolean> {
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      onWaiting(resolve);
    });
  }

  /** Passes the place on to the call that has waited longest. */
  release(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    this.waiting.delete(next);
    next(true);
  }
}
