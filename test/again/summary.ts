import { relative } from 'node:path';

/** What is read of the JSON report of jest. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** One run of the suites. */
export interface Run {
  readonly number: number;
  /** With which jest, and each suite that chooses at random, was started. */
  readonly seed: number;
  /** Whether another process ate a core meanwhile. */
  readonly isLoaded: boolean;
  readonly seconds: number;
  /** Null if jest ended without one. */
  readonly report: JestReport | null;
  /** Its whole output. */
  readonly log: string;
}

const SLOWEST_SHOWN = 10;
const SENTENCE_LENGTH_MAX = 160;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

export interface Failure {
  readonly run: Run;
  /** Null if the whole run failed. */
  readonly suite: string | null;
  readonly title: string;
  readonly why: string;
}

export function failuresOf(runs: readonly Run[], root: string): readonly Failure[] {
  return runs.flatMap((run): Failure[] => {
    if (run.report === null) {
      return [{ run, suite: null, title: 'jest', why: 'It ended without a report.' }];
    }
    return run.report.testResults.flatMap(({ name, status, message, assertionResults }) => {
      const suite = relative(root, name);
      const failed = assertionResults.filter((test) => test.status === 'failed');
      if (failed.length > 0) {
        return failed.map(({ fullName, failureMessages }) => ({
          ...{ run, suite, title: fullName, why: firstLine(failureMessages[0] ?? '') },
        }));
      }
      // A suite that cannot be loaded, or fails around its tests.
      return status === 'failed'
        ? [{ run, suite, title: 'the whole suite', why: firstLine(message) }]
        : [];
    });
  });
}

/** The suites with the longest run of all, in seconds. */
export function slowest(runs: readonly Run[], root: string) {
  const times = new Map<string, number[]>();
  for (const { report } of runs) {
    for (const { name, startTime, endTime } of report?.testResults ?? []) {
      const suite = relative(root, name);
      times.set(suite, [...(times.get(suite) ?? []), (endTime - startTime) / 1_000]);
    }
  }
  return [...times]
    .map(([suite, seconds]) => {
      const sorted = seconds.toSorted((a, b) => a - b);
      const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
      return { suite, median, longest: sorted.at(-1) ?? 0 };
    })
    .sort((a, b) => b.longest - a.longest)
    .slice(0, SLOWEST_SHOWN);
}

/** The report for people. */
export function inWords(runs: readonly Run[], root: string): string {
  const failures = failuresOf(runs, root);
  const load = (run: Run) => (run.isLoaded ? ', beside a process that ate a core' : '');
  return [
    ...runs.map((run) => {
      const failed = failures.filter((failure) => failure.run === run).length;
      const outcome = failed === 0 ? 'passed' : `${failed} failed`;
      return `Run ${run.number}, seed ${run.seed}: ${outcome} in ${Math.round(run.seconds)} s${load(run)}.`;
    }),
    ...failures.flatMap(({ run, suite, title, why }) => [
      '',
      `FAILED in run ${run.number}, seed ${run.seed}${load(run)}: ${suite ?? 'all suites'}`,
      `  ${title}`,
      `  ${why}`,
      `  ${run.log}`,
      ...(suite === null ? [] : [`  npm run test:again -- ${suite} --seed ${run.seed} --times 1`]),
    ]),
    '',
    'Slowest suites, median and longest in seconds:',
    ...slowest(runs, root).map(({ suite, median, longest }) => {
      return `${median.toFixed(1).padStart(7)} ${longest.toFixed(1).padStart(7)}  ${suite}`;
    }),
  ].join('\n');
}

function firstLine(message: string): string {
  const plain = message.replaceAll(COLOURS, '').trim();
  return (plain.split('\n')[0] ?? '').slice(0, SENTENCE_LENGTH_MAX);
}
