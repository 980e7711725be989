import type { Measured } from '../report';
import type { Row } from './judge';

/** The results of one run of each commit for one measurement; null if it failed. */
export interface Round {
  readonly base: Measured | null;
  readonly now: Measured | null;
}

type Figures = Measured['figures'];

/**
 * The rows of one measurement: those of the base in its order, then those that only the current code has.
 * Figures match by name, or else by name without numbers, because some names include the number of events.
 */
export function rowsOf(measurement: string, rounds: readonly Round[]): Row[] {
  const base = figuresOf(rounds.map((round) => round.base));
  const now = figuresOf(rounds.map((round) => round.now));
  const partners = pair(
    base.map(({ name }) => name),
    now.map(({ name }) => name),
  );
  const paired = new Set(partners.values());
  const row = (baseName: string | undefined, nowName: string | undefined): Row => {
    const known = (baseName === undefined ? now : base).find(
      ({ name }) => name === (baseName ?? nowName),
    ) as Figures[number];
    const { name, unit, better } = known;
    return {
      ...{ measurement, name, unit, better },
      base: rounds.map((round) => figureValue(round.base, baseName, unit)),
      now: rounds.map((round) => figureValue(round.now, nowName, unit)),
    };
  };
  return [
    ...base.map(({ name }) => row(name, partners.get(name))),
    ...now.filter(({ name }) => !paired.has(name)).map(({ name }) => row(undefined, name)),
  ];
}

/** The figures of the successful runs, each once. */
function figuresOf(runs: readonly (Measured | null)[]): Figures {
  const all = runs.flatMap((run) => run?.figures ?? []);
  return [...new Map(all.map((figure) => [figure.name, figure])).values()];
}

function pair(base: readonly string[], now: readonly string[]): Map<string, string> {
  const pairs = new Map(base.filter((name) => now.includes(name)).map((name) => [name, name]));
  for (const name of base.filter((it) => !pairs.has(it))) {
    const like = now.filter(
      (it) => !base.includes(it) && withoutNumbers(it) === withoutNumbers(name),
    );
    const [only] = like;
    if (like.length === 1 && only !== undefined) pairs.set(name, only);
  }
  return pairs;
}

function withoutNumbers(name: string): string {
  return name.replaceAll(/\d[\d,.]*/g, '#');
}

/** A figure in another unit is another figure. */
function figureValue(run: Measured | null, name: string | undefined, unit: string): number | null {
  const figure = run?.figures.find((it) => it.name === name);
  return figure !== undefined && figure.unit === unit ? figure.value : null;
}
