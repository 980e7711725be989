import { median } from '../measurement';

/** One figure of both commits, one value per round; null if a run failed or has no such figure. */
export interface Row {
  readonly measurement: string;
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  readonly base: readonly (number | null)[];
  readonly now: readonly (number | null)[];
}

export interface Verdict {
  readonly baseMedian: number | null;
  readonly nowMedian: number | null;
  /** Median over the rounds of now against base. Above 1 is better, also where less is better. */
  readonly ratio: number | null;
  /**
   * The noise of the base: its worst and best run against the median of its runs, in the same sense as
   * `ratio`.
   */
  readonly spread: { readonly worst: number; readonly best: number } | null;
  readonly verdict: 'holds' | 'holds within the spread' | 'slower' | 'not measured' | 'new';
}

/** A median ratio of at least this holds regardless of the spread. */
export const RATIO_MIN = 0.95;

/** Whether a row holds. A row that only the base has does not. */
export function judge({ better, base, now }: Row): Verdict {
  const against = (value: number, reference: number) => ratioOf(value, reference, better);
  const baseRuns = base.filter((value) => value !== null);
  const nowRuns = now.filter((value) => value !== null);
  const medians = { baseMedian: medianOf(baseRuns), nowMedian: medianOf(nowRuns) };
  const baseMedian = medians.baseMedian;
  if (baseMedian === null) return { ...medians, ratio: null, spread: null, verdict: 'new' };
  const itself = baseRuns.map((value) => against(value, baseMedian));
  const spread = { worst: Math.min(...itself), best: Math.max(...itself) };
  if (nowRuns.length < now.length || baseRuns.length < base.length) {
    return { ...medians, ratio: null, spread, verdict: 'not measured' };
  }
  const ratio = median(nowRuns.map((value, round) => against(value, baseRuns[round] as number)));
  return { ...medians, ratio, spread, verdict: verdictOf(ratio, spread.worst) };
}

function verdictOf(ratio: number, worst: number): Verdict['verdict'] {
  if (ratio >= RATIO_MIN) return 'holds';
  return ratio >= worst ? 'holds within the spread' : 'slower';
}

export function holds({ verdict }: Verdict): boolean {
  return verdict !== 'slower' && verdict !== 'not measured';
}

function ratioOf(value: number, reference: number, better: 'more' | 'less'): number {
  if (value === reference) return 1;
  return better === 'more' ? value / reference : reference / value;
}

function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}
