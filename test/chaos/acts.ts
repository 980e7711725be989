import { pause } from '@daybook/platform/plain';
import type { Random } from '../../apps/chain-watcher/testing/random';
import { until } from '../dependencies';
import { CHILDREN, kill, type Part, type Product } from './product';

/** A process that was killed is back and serves after this. */
export const RECOVERY_MS_MAX = 15_000;
/** The launcher needs three probes to call a process silent, one every two seconds that waits two. */
const DETECTION_MS_MAX = 13_000;
/** PostgreSQL recovers, then the ledger starts, then the watcher. */
const START_MS_MAX = 30_000;
/** Past its limit an act is a fault, and waited for so much longer, to see whether it recovers at all. */
const GIVE_UP_AFTER_MS = 60_000;
/** Shorter than what the launcher takes for silence. */
const PAUSE_MS_MAX = 4_000;
const BETWEEN_MS_MAX = 1_500;

type Kind = 'kill' | 'freeze' | 'pause' | 'power cut';

/** What is done to processes of the running product. */
export interface Act {
  readonly kind: Kind;
  readonly victims: readonly Part[];
  /** How long the victims of a pause are stopped. */
  readonly pauseMs: number;
  /** How long the product is left alone before it. */
  readonly afterMs: number;
}

export interface Recovery {
  readonly act: Act;
  readonly recoveredAfterMs: number;
  readonly limitMs: number;
}

/**
 * What one deck has: how often each act comes, with how many victims. Its 20 signals take about a minute: a freeze lasts
 * until the launcher notices it, so all three are stopped at once.
 */
const DECK: readonly (readonly [kind: Kind, victims: number, times: number])[] = [
  ['kill', 1, 1],
  ['kill', 2, 3],
  ['freeze', 3, 1],
  ['pause', 2, 3],
  ['power cut', 3, 1],
];
export const ACTS_A_DECK = DECK.reduce((sum, [, , times]) => sum + times, 0);

const LIMITS_MS: Readonly<Record<Kind, number>> = {
  kill: RECOVERY_MS_MAX,
  freeze: DETECTION_MS_MAX + RECOVERY_MS_MAX,
  pause: RECOVERY_MS_MAX,
  'power cut': START_MS_MAX,
};

/**
 * Acts without end, one deck after the other, each in an order of its own: the same for the same seed. With Kafka, the
 * broker is hit too, but for what only a launcher notices or starts again.
 */
export function* actsOf(random: Random, withKafka = false): Generator<Act> {
  const children = Object.keys(CHILDREN) as Part[];
  for (;;) {
    const deck = DECK.flatMap(([kind, victims, times]) => Array(times).fill([kind, victims]));
    for (const [kind, count] of shuffled(deck as [Kind, number][], random)) {
      const mayBeKafka = withKafka && (kind === 'kill' || kind === 'pause');
      const parts: readonly Part[] = mayBeKafka ? [...children, 'Kafka'] : children;
      yield {
        ...{ kind, victims: shuffled(parts, random).slice(0, count) },
        pauseMs: 500 + random.integer(PAUSE_MS_MAX - 500),
        afterMs: random.integer(BETWEEN_MS_MAX),
      };
    }
  }
}

/** The signals of an act: a power cut hits the launcher too. */
export function signalsOf({ kind, victims }: Act): number {
  return kind === 'power cut' ? victims.length + 1 : victims.length;
}

export function inWords({ kind, victims, pauseMs }: Act): string {
  if (kind === 'power cut') return 'power cut: SIGKILL of every process';
  const names = victims.join(' and ');
  if (kind === 'kill') return `SIGKILL of ${names}`;
  return kind === 'freeze'
    ? `SIGSTOP of ${names}`
    : `SIGSTOP of ${names}, SIGCONT after ${pauseMs} ms`;
}

/**
 * Does it, and waits until everything works again: processes that were killed have been replaced, ledger and watcher say
 * that they are ready, and `commandWorks`. Rejects if that never happens. The limits are `slack` times as long.
 */
export async function perform(
  act: Act,
  product: Product,
  commandWorks: () => Promise<boolean>,
  slack = 1,
): Promise<Recovery> {
  const { kind, victims, pauseMs, afterMs } = act;
  await pause(afterMs);
  let since = performance.now();
  const pids = victims.map((part) => [part, product.pidOf(part)] as const);
  let isOver = () => pids.every(([part, pid]) => product.isReplaced(part, pid));
  if (kind === 'power cut') {
    await product.cutPower();
    since = performance.now();
    await product.start();
  } else {
    for (const [, pid] of pids) kill(pid, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP');
    if (kind === 'kill' && victims.includes('Kafka')) await product.restartBroker();
  }
  if (kind === 'pause') {
    await pause(pauseMs);
    for (const [, pid] of pids) kill(pid, 'SIGCONT');
    since = performance.now();
    isOver = () => true;
  }
  const isRecovered = async () => isOver() && (await product.isReady()) && (await commandWorks());
  const limitMs = LIMITS_MS[kind] * slack;
  const description = `The recovery from ${inWords(act)}`;
  await until(isRecovered, { timeoutMs: limitMs + GIVE_UP_AFTER_MS, description });
  return { act, recoveredAfterMs: Math.round(performance.now() - since), limitMs };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
  }
  return mixed;
}
