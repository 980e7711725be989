import type { EmbeddedPostgres } from '@daybook/platform';
import type { Progress } from './support/progress';

/** One row of the table: a measured value and its limit in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The same work without everything that could be omitted; null if nothing simpler exists. */
  readonly limit: { readonly value: number; readonly what: string } | null;
  /** The target; null if there is none. */
  readonly target: number | null;
  /** Further facts for judging the figure. */
  readonly notes: readonly string[];
}

/** The sizes of the measurements; the command line can change them. */
export interface Settings {
  /** The duration of each closed loop. */
  readonly seconds: number;
  /** Measurements and limits run this often, interleaved; the median counts. */
  readonly rounds: number;
  readonly transfers: number;
  readonly purses: number;
  /** Arrivals per second of the open loop. */
  readonly mintsPerSecond: number;
  readonly mintSeconds: number;
  readonly blocks: number;
  readonly addresses: number;
  /** Processes that do the measured work write a CPU profile here; null for none. */
  readonly profiles: string | null;
}

/** The environment of a measurement. */
export interface Bench {
  readonly settings: Settings;
  readonly server: EmbeddedPostgres;
  readonly progress: Progress;
}

export interface Measurement {
  /** Its name for `--only`. */
  readonly name: string;
  readonly title: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

/** Whether a figure misses its target. */
export function fallsShort({ value, target, better }: Figure): boolean {
  if (target === null) return false;
  return better === 'more' ? value < target : value > target;
}

/**
 * The value divided by the limit, or the inverse where less is better. Null without a limit.
 */
export function shareOfLimit({ value, limit, better }: Figure): number | null {
  if (limit === null) return null;
  return better === 'more' ? value / limit.value : limit.value / value;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Runs each in turn, `rounds` times, and returns the results of each. So other load on the machine affects a
 * figure and its limit alike.
 */
export async function takeTurns<
  Contestants extends Readonly<Record<string, (round: number) => Promise<unknown>>>,
>(rounds: number, contestants: Contestants): Promise<Results<Contestants>> {
  const results: Record<string, unknown[]> = {};
  for (const name of Object.keys(contestants)) results[name] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) results[name]?.push(await run(round));
  }
  return results as Results<Contestants>;
}

type Results<Contestants extends Readonly<Record<string, (round: number) => Promise<unknown>>>> = {
  readonly [Name in keyof Contestants]: Awaited<ReturnType<Contestants[Name]>>[];
};
