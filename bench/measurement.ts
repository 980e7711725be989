import type { EmbeddedPostgres } from '@daybook/platform';
import type { Progress } from './support/progress';

/** One line of the table: what was measured, and what bounded it in the same run. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** The same work with everything left out that could be; null where nothing simpler exists. */
  readonly limit: { readonly value: number; readonly what: string } | null;
  /** What the figure is meant to reach; null when it stands for itself. */
  readonly target: number | null;
  /** What a reader needs to judge the figure. */
  readonly notes: readonly string[];
}

/** How large the measurements are; the command line changes it. */
export interface Settings {
  /** How long each closed loop runs. */
  readonly seconds: number;
  /** Measurements and their limits take turns this often; the median counts. */
  readonly rounds: number;
  readonly transfers: number;
  readonly purses: number;
  /** Arrivals a second of the open loop, and for how long. */
  readonly mintsPerSecond: number;
  readonly mintSeconds: number;
  readonly blocks: number;
  readonly addresses: number;
  /** Processes that do the measured work write a CPU profile here; null for none. */
  readonly profiles: string | null;
}

/** What a measurement works with. */
export interface Bench {
  readonly settings: Settings;
  readonly server: EmbeddedPostgres;
  readonly progress: Progress;
}

export interface Measurement {
  /** What `--only` selects it by. */
  readonly name: string;
  readonly title: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

/** Whether a figure misses what it is meant to reach. */
export function fallsShort({ value, target, better }: Figure): boolean {
  if (target === null) return false;
  return better === 'more' ? value < target : value > target;
}

/**
 * Measured divided by limit, or the other way round where less is better: the part of what is
 * possible that was reached. Null without a limit.
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
 * Runs each in turn, `rounds` times, and gives what each returned. A machine that is busier for a
 * while thus slows a figure and its limit alike.
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
