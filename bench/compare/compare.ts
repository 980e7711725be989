import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Measured } from '../report';
import { describeCommit, describeMachine } from '../support/machine';
import { buildBase } from './base-commit';
import { holds, judge } from './judge';
import { type Round, rowsOf } from './rows';
import { endRun, measurementsOf, runBench, type Sizes } from './run-bench';
import { type Compared, comparisonTable } from './table';

/** Fewer runs say little about the noise of a commit. */
export const COMPARE_ROUNDS_MIN = 5;
const INTERRUPTED = 130;

export interface CompareOptions {
  readonly commit: string;
  /** How often each commit runs. */
  readonly rounds: number;
  /** Names of measurements of the current bench. */
  readonly only: readonly string[];
  /** Only rows whose `<measurement>: <row>` matches are shown and judged; all when null. */
  readonly rows: RegExp | null;
  readonly json: string;
  readonly sizes: Sizes;
}

type Side = 'base' | 'now';
type Folders = Readonly<Record<Side, string>>;

/**
 * Compiles another commit, runs its bench and the current one interleaved, writes every row as JSON and
 * prints a table. Returns whether every row holds.
 */
export async function compare(options: CompareOptions): Promise<boolean> {
  const scratch = mkdtempSync(join(tmpdir(), 'daybook-bench-compare-'));
  const cleanUp = (): void => rmSync(scratch, { recursive: true, force: true });
  const building = new AbortController();
  const interrupted = (): void => {
    building.abort();
    endRun();
    cleanUp();
    process.exit(INTERRUPTED);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    const folders = { base: join(scratch, 'base'), now: process.cwd() };
    tell(`building ${options.commit} in ${folders.base}`);
    const base = await buildBase(options.commit, folders.base, tell, building.signal);
    const report = {
      startedAt: new Date(),
      base,
      now: describeCommit(),
      node: process.version,
      machine: describeMachine(),
      rounds: options.rounds,
      sizes: options.sizes,
    };
    const comparison = new Comparison(options, folders, join(scratch, 'run.json'));
    for await (const { compared, failures } of comparison.measure()) {
      // Written after each measurement, so that an interrupted comparison keeps its results.
      const rows = compared.map(({ row, verdict }) => ({ ...row, ...verdict }));
      mkdirSync(dirname(options.json), { recursive: true });
      writeFileSync(options.json, `${JSON.stringify({ ...report, failures, rows }, null, 2)}\n`);
    }
    const { compared, failures } = comparison;
    process.stdout.write(`${comparisonTable(compared)}\nDetails: ${options.json}\n`);
    return failures.length === 0 && compared.every(({ verdict }) => holds(verdict));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    cleanUp();
  }
}

/** The runs of a comparison, and the results so far. */
class Comparison {
  readonly compared: Compared[] = [];
  /** The errors of failed runs. */
  readonly failures: string[] = [];
  private readonly seconds: number[] = [];

  constructor(
    private readonly options: CompareOptions,
    private readonly folders: Folders,
    private readonly json: string,
  ) {}

  /** Yields itself after each measurement. */
  async *measure(): AsyncGenerator<Comparison> {
    const { only, rows } = this.options;
    const known = await measurementsOf(this.folders.base);
    for (const name of only) {
      const sides: readonly Side[] = known.includes(name) ? ['base', 'now'] : ['now'];
      const found = rowsOf(name, await this.takeTurns(name, sides));
      const wanted = found.filter((row) => rows?.test(`${name}: ${row.name}`) ?? true);
      this.compared.push(...wanted.map((row) => ({ row, verdict: judge(row) })));
      yield this;
    }
  }

  /** The order changes each round, so that a machine that slows down favours neither commit. */
  private async takeTurns(name: string, sides: readonly Side[]): Promise<Round[]> {
    const rounds: Round[] = [];
    for (let round = 1; round <= this.options.rounds; round++) {
      const outcome: Record<Side, Measured | null> = { base: null, now: null };
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        outcome[side] = await this.runOnce(name, side, round);
      }
      rounds.push(outcome);
    }
    return rounds;
  }

  private async runOnce(name: string, side: Side, round: number): Promise<Measured | null> {
    const { rounds, sizes } = this.options;
    const run = `${name}, round ${round} of ${rounds}, ${side}`;
    tell(`${run}${this.remaining()}`);
    const startedAt = performance.now();
    try {
      return await runBench(this.folders[side], name, sizes, this.json);
    } catch (error) {
      this.failures.push(`${run}: ${(error as Error).message}`);
      tell(`FAILED: ${this.failures.at(-1)}`);
      return null;
    } finally {
      this.seconds.push((performance.now() - startedAt) / 1000);
    }
  }

  /** An estimate from the mean of the runs so far. */
  private remaining(): string {
    const done = this.seconds.length;
    if (done === 0) return '';
    const left = this.options.only.length * this.options.rounds * 2 - done;
    const mean = this.seconds.reduce((sum, one) => sum + one, 0) / done;
    return `; about ${Math.ceil((left * mean) / 60)} min left`;
  }
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`);
}
