import { PROVIDER_FAULTS, type ProviderFault, type ProviderState } from '../chain-client';
import type { Chain } from '../chains-and-assets';

/** What is known of one provider. Times in Unix milliseconds. */
export interface ProviderHealth {
  /** Whether it has shown that it serves the configured chain, since the start and since it was away. */
  readonly isVerified: boolean;
  /** Failures in a row, and when the next request may be sent after them. */
  readonly failures: number;
  readonly retryAt: number;
  /** Moving averages: how long a head takes, and which share of the requests fails. */
  readonly latencyMs: number;
  readonly errorRate: number;
  readonly head: ProviderHead | null;
  readonly errors: Readonly<Record<ProviderFault, number>>;
  readonly lastFault: { readonly fault: ProviderFault; readonly message: string } | null;
  /** Until then its answers are not preferred to others', because they contradict what is known. */
  readonly doubtedUntil: number;
}

interface ProviderHead {
  readonly number: number;
  /** When the number was last higher than ever before, or replaced a claim, and when it was last read. */
  readonly advancedAt: number;
  readonly readAt: number;
  /** Blocks behind the best provider when it was read. */
  readonly lag: number;
  /** Since when every head that was read is lower; null while none is. */
  readonly lowerSince: number | null;
}

export const NEW_PROVIDER: ProviderHealth = {
  ...{ isVerified: false, failures: 0, retryAt: 0, latencyMs: 0, errorRate: 0 },
  ...{ head: null, lastFault: null, doubtedUntil: 0 },
  errors: Object.fromEntries(PROVIDER_FAULTS.map((fault) => [fault, 0])) as Record<
    ProviderFault,
    number
  >,
};

/** The weight of the newest answer in an average: about the last ten answers count. */
const NEWEST_WEIGHT = 0.2;
/** What a failed request costs until another provider answers: the time-out of a request. */
const FAILURE_MS = 10_000;
/** A new block reaches all providers within about one block time. */
const USUAL_LAG_BLOCKS = 1;
/** Less than a failure: a provider may claim any head, and must not make all others useless by that. */
const LATE_MS_MAX = 3_000;
/** On a chain whose blocks come on demand. */
const BLOCK_TIME_ON_DEMAND_MS = 1_000;
/**
 * A head that was not repeated for so long is forgotten. Otherwise one absurd claim would make a provider stuck for
 * ever, and the others late for ever.
 */
const CLAIM_MS = 30_000;
/** Providers agree again within seconds after a fork. */
const DOUBT_MS = 30_000;

/** What a watcher says of a chain whose providers never answered; the launcher knows it by these words. */
export const UNANSWERED = 'The node has not answered yet.';

/** Blockbook's rule: fewer block times without a block may be chance, and nobody waits longer than minutes. */
const SILENCE_BLOCKS = 30;
const SILENCE_MIN_MS = 30_000;
const SILENCE_MAX_MS = 5 * 60_000;

/** After how long without a new block a provider, or a whole chain, is stuck; never where blocks come on demand. */
export function silenceMsOf({ blockTimeMs }: Pick<Chain, 'blockTimeMs'>): number {
  if (blockTimeMs === null) return Number.POSITIVE_INFINITY;
  return Math.min(Math.max(SILENCE_BLOCKS * blockTimeMs, SILENCE_MIN_MS), SILENCE_MAX_MS);
}

export function afterVerified(before: ProviderHealth): ProviderHealth {
  return { ...before, isVerified: true };
}

export function afterAnswer(before: ProviderHealth): ProviderHealth {
  return { ...before, failures: 0, retryAt: 0, errorRate: moved(before.errorRate, 0) };
}

/** `best` is the highest head of any provider, this one included. */
export function afterHead(
  before: ProviderHealth,
  number: number,
  { latencyMs, best, now }: Readonly<Record<'latencyMs' | 'best' | 'now', number>>,
): ProviderHealth {
  const { head } = before;
  const isLower = head !== null && number < head.number;
  const lowerSince = isLower ? (head.lowerSince ?? now) : null;
  const isForgotten = lowerSince !== null && now - lowerSince >= CLAIM_MS;
  const isNew = head === null || number > head.number || isForgotten;
  return {
    ...before,
    latencyMs: before.latencyMs === 0 ? latencyMs : moved(before.latencyMs, latencyMs),
    head: {
      number: isNew ? number : head.number,
      advancedAt: isNew ? now : head.advancedAt,
      readAt: now,
      lag: Math.max(0, best - number),
      lowerSince: isForgotten ? null : lowerSince,
    },
  };
}

/** Its answers contradict what is known: it is asked last for a while, and must show again that it serves the chain. */
export function afterDoubt(before: ProviderHealth, message: string, now: number): ProviderHealth {
  const lastFault = { fault: 'invalid-block', message } as const;
  return { ...before, isVerified: false, lastFault, doubtedUntil: now + DOUBT_MS };
}

/**
 * A failed request. `waitMs` says, by the count of failures, how long to leave the provider alone.
 * Requests that were sent at once fail together: while it is left alone, further ones count as the same failure.
 */
export function afterFault(
  before: ProviderHealth,
  fault: ProviderFault,
  message: string,
  { now, waitMs }: { readonly now: number; waitMs(failures: number): number },
): ProviderHealth {
  const errors = { ...before.errors, [fault]: before.errors[fault] + 1 };
  const errorRate = moved(before.errorRate, 1);
  const failed = { ...before, errors, errorRate, lastFault: { fault, message } };
  // It answered, and may well answer the next question.
  if (fault === 'refused') return failed;
  // The node behind the URL may be another one when it comes back.
  const isVerified = before.isVerified && (fault === 'limited' || fault === 'invalid-block');
  if (now < before.retryAt) return { ...failed, isVerified };
  const failures = before.failures + 1;
  return { ...failed, isVerified, failures, retryAt: now + waitMs(failures) };
}

export function stateOf(health: ProviderHealth, now: number, silenceMs: number): ProviderState {
  const { isVerified, retryAt, lastFault, head, doubtedUntil } = health;
  if (!isVerified && lastFault?.fault === 'wrong-chain') return 'wrong-chain';
  if (now < retryAt) return lastFault?.fault === 'limited' ? 'limited' : 'failing';
  if (!isVerified || now < doubtedUntil) return 'unverified';
  return head !== null && head.readAt - head.advancedAt > silenceMs ? 'stuck' : 'ok';
}

/** The expected delay of an answer, in milliseconds: its latency, its failures, and how late its head is. */
export function delayOf(health: ProviderHealth, { blockTimeMs }: Pick<Chain, 'blockTimeMs'>) {
  const { latencyMs, errorRate, head } = health;
  const blocksLate = Math.max(0, (head?.lag ?? 0) - USUAL_LAG_BLOCKS);
  const lateMs = Math.min(blocksLate * (blockTimeMs ?? BLOCK_TIME_ON_DEMAND_MS), LATE_MS_MAX);
  return latencyMs + errorRate * FAILURE_MS + lateMs;
}

function moved(average: number, newest: number): number {
  return average + NEWEST_WEIGHT * (newest - average);
}

/** Another provider must be this much better before it is used instead: changes cost consistency. */
const BETTER_FACTOR = 2;
const BETTER_MIN_MS = 500;

/**
 * The order in which providers are asked, by their index: first `current`, the one used so far, unless
 * another is much better. Those that are left alone after a failure are asked only when there are no others, and one of
 * another chain never.
 */
export function preferred(
  providers: readonly { readonly state: ProviderState; readonly delayMs: number }[],
  current: number,
): readonly number[] {
  const delay = (index: number) => providers[index]?.delayMs ?? 0;
  const inState = (state: ProviderState) =>
    Array.from(providers.keys())
      .filter((index) => providers[index]?.state === state)
      .sort((a, b) => delay(a) - delay(b));
  const ok = inState('ok');
  const [best] = ok;
  const stays =
    ok.includes(current) &&
    best !== undefined &&
    delay(current) <= Math.max(delay(best) * BETTER_FACTOR, delay(best) + BETTER_MIN_MS);
  const first = stays ? [current, ...ok.filter((index) => index !== current)] : ok;
  const usable = [...first, ...inState('unverified'), ...inState('stuck')];
  return usable.length > 0 ? usable : [...inState('limited'), ...inState('failing')];
}
