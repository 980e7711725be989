import { Counter, Gauge, type Registry } from 'prom-client';
import { Problem } from '../edge/problem';

/**
 * Calls that were begun and whose work has not ended, waiting ones included: bounds what a process
 * holds for them when its database stands still. What comes beyond is turned away at once.
 */
const CALLS_MAX = 2_000;
/** No key may hold all of them. */
const CALLS_PER_KEY_MAX = 1_500;
/**
 * Calls that work at once. Reads: fewer than the connections to the read models, so that hardly any
 * waits inside the pool, where it could no longer be given up, and keys are still looked up while reads
 * stand still. Commands: as many as one commit of the log takes together.
 */
const WORKING_MAX = { read: 10, write: 256 } as const;

export type Work = keyof typeof WORKING_MAX;
/** Why nobody waits for an answer any more. */
export type Over = 'deadline' | 'cancelled';

export interface TurnstileOptions {
  readonly callsMax?: number;
  readonly callsPerKeyMax?: number;
  readonly workingMax?: Readonly<Record<Work, number>>;
}

/** A call that was begun. */
export interface Passage {
  /** Says whose call it is. Refuses with `overloaded`. */
  belongsTo(keyId: string): void;
  /** Resolves when the call may work, in the order of asking. Refuses with `timeout` once it is over. */
  work(work: Work): Promise<void>;
  /** Nobody waits for the answer any more: a call that waits to work no longer does. */
  over(why: Over): void;
  /** Whatever was done for the call has ended. */
  leave(): void;
}

export interface Turnstile {
  /** Counts a call until it leaves; it is over at `until`, Unix milliseconds. Refuses with `overloaded`. */
  enter(until: number): Passage;
}

/**
 * Lets calls through to the buses: few at a time, and none that nobody waits for. So a deadline of 50
 * milliseconds costs a slow service the refusal, not the work.
 */
export function createTurnstile(registry: Registry, options: TurnstileOptions = {}): Turnstile {
  const { callsMax = CALLS_MAX, callsPerKeyMax = CALLS_PER_KEY_MAX } = options;
  const lanes = { read: lane('read', options), write: lane('write', options) };
  const byKey = new Map<string, number>();
  let calls = 0;
  const turnedAway = new Counter({
    name: 'daybook_grpc_calls_turned_away_total',
    help: 'Calls that were not worked on: nobody waited any more, or there were too many.',
    labelNames: ['reason'],
    registers: [registry],
  });
  new Gauge({
    name: 'daybook_grpc_calls',
    help: 'Calls that are under way: they work, or wait for something.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const working = lanes.read.working + lanes.write.working;
      this.set({ state: 'working' }, working);
      this.set({ state: 'waiting' }, calls - working);
    },
  });
  const overloaded = () => {
    turnedAway.inc({ reason: 'overloaded' });
    return new Problem('overloaded', 'The service has too much to do. Nothing was done for this.', {
      headers: { 'retry-after': '1' },
    });
  };

  return {
    enter(until) {
      if (calls >= callsMax) throw overloaded();
      calls += 1;
      let owner: string | null = null;
      let at: Lane | null = null;
      let waiter: Waiter | null = null;
      let isWorking = false;
      let over: Over | null = null;
      return {
        belongsTo(keyId) {
          const ofKey = byKey.get(keyId) ?? 0;
          if (ofKey >= callsPerKeyMax) throw overloaded();
          byKey.set(keyId, ofKey + 1);
          owner = keyId;
        },
        async work(work) {
          const wanted = lanes[work];
          at = wanted;
          const isOver = () => {
            // The timer of the call may be late when the process is busy.
            if (over === null && Date.now() >= until) over = 'deadline';
            return over !== null;
          };
          if (!isOver()) {
            isWorking =
              wanted.take() ||
              (await new Promise<boolean>((resolve) => {
                waiter = resolve;
                wanted.waiting.add(resolve);
              }));
          }
          if (isWorking && !isOver()) return;
          turnedAway.inc({ reason: over ?? 'deadline' });
          throw new Problem('timeout', 'Nobody waits for the answer any more.');
        },
        over(why) {
          over ??= why;
          if (waiter !== null && at?.waiting.delete(waiter)) waiter(false);
        },
        leave() {
          calls -= 1;
          if (isWorking) at?.give();
          if (owner === null) return;
          const left = (byKey.get(owner) ?? 1) - 1;
          if (left === 0) byKey.delete(owner);
          else byKey.set(owner, left);
        },
      };
    },
  };
}

/** Told whether it got a place. */
type Waiter = (hasPlace: boolean) => void;

/** Places to work, and who waits for one. */
interface Lane {
  readonly working: number;
  /** In the order of asking. */
  readonly waiting: Set<Waiter>;
  take(): boolean;
  give(): void;
}

function lane(work: Work, { workingMax = WORKING_MAX }: TurnstileOptions): Lane {
  const waiting = new Set<Waiter>();
  let working = 0;
  return {
    get working() {
      return working;
    },
    waiting,
    take() {
      if (working >= workingMax[work]) return false;
      working += 1;
      return true;
    },
    /** The place goes to whoever waits longest. */
    give() {
      const [next] = waiting;
      if (next === undefined) {
        working -= 1;
        return;
      }
      waiting.delete(next);
      next(true);
    },
  };
}
