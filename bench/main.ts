import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startEmbeddedPostgres } from '@daybook/platform';
import { Command, InvalidArgumentError } from 'commander';
import { addresses } from './addresses.bench';
import { appends } from './appends.bench';
import { asOf, audit } from './audit.bench';
import { catchUp, tronCatchUp } from './catch-up.bench';
import { CannotCompare } from './compare/base-commit';
import { COMPARE_ROUNDS_MIN, compare } from './compare/compare';
import { RATIO_MIN } from './compare/judge';
import { detection } from './detection.bench';
import { edges, tail } from './edges.bench';
import { eventStoreDb } from './eventstoredb.bench';
import { fold, foldKafka } from './fold.bench';
import { lookUps } from './look-ups.bench';
import type { Measurement, Settings } from './measurement';
import { mint } from './mint.bench';
import { publish } from './publish.bench';
import { rebuild } from './rebuild.bench';
import { reconciliation } from './reconciliation.bench';
import { replay } from './replay.bench';
import { type Measured, tableOf } from './report';
import { restart } from './restart.bench';
import { describeServer } from './support/database';
import { describeCommit, describeMachine, watchStrangers } from './support/machine';
import { showProgress } from './support/progress';
import { STATEMENT_SETTINGS } from './support/statements';
import { traces } from './traces.bench';

const MEASUREMENTS: readonly Measurement[] = [
  appends,
  eventStoreDb,
  fold,
  foldKafka,
  rebuild,
  replay,
  audit,
  asOf,
  mint,
  edges,
  tail,
  lookUps,
  publish,
  catchUp,
  traces,
  tronCatchUp,
  reconciliation,
  detection,
  restart,
  addresses,
];

interface Options extends Omit<Settings, 'profiles' | 'rounds'> {
  readonly only?: readonly Measurement[];
  readonly json?: string;
  readonly profile?: string;
  readonly rounds?: number;
  readonly compare?: string;
  readonly rows?: RegExp;
}

const ROUNDS = 3;

async function main(options: Options): Promise<void> {
  const { only = MEASUREMENTS, profile, rounds, compare: commit, rows, ...others } = options;
  const startedAt = new Date();
  const date = startedAt.toISOString().replaceAll(':', '-');
  const { json = join('bench', 'results', `${date}.json`), ...sizes } = others;
  if (commit === undefined) {
    const settings: Settings = { ...sizes, rounds: rounds ?? ROUNDS, profiles: profile ?? null };
    await measureAll(only, settings, startedAt, json);
    return;
  }
  if (profile !== undefined) throw new CannotCompare('--profile cannot be used with --compare.');
  const turns = rounds ?? COMPARE_ROUNDS_MIN;
  if (turns < COMPARE_ROUNDS_MIN) {
    throw new CannotCompare(`--compare needs --rounds ${COMPARE_ROUNDS_MIN} or more.`);
  }
  const names = only.map(({ name }) => name);
  const allHold = await compare({
    ...{ commit, rounds: turns, only: names, rows: rows ?? null, json, sizes },
  });
  if (!allHold) process.exitCode = 1;
}

async function measureAll(
  only: readonly Measurement[],
  settings: Settings,
  startedAt: Date,
  file: string,
): Promise<void> {
  const { profiles } = settings;
  const progress = showProgress(process.stderr);
  const machine = describeMachine();
  progress.step('starting PostgreSQL', 1, '');
  const server = await startEmbeddedPostgres(profiles ? { settings: STATEMENT_SETTINGS } : {});
  const measured: Measured[] = [];
  try {
    const postgres = await describeServer(server);
    const run = {
      startedAt,
      commit: describeCommit(),
      node: process.version,
      machine,
      postgres,
      settings,
    };
    for (const { name, title, run: measure } of only) {
      const begin = performance.now();
      const strangers = watchStrangers();
      const figures = await measure({ settings, server, progress });
      const seconds = Math.round((performance.now() - begin) / 1000);
      measured.push({ name, title, seconds, strangers: strangers(), figures });
      // Written after each measurement, so that an interrupted run keeps its results.
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify({ ...run, measured }, null, 2)}\n`);
    }
    progress.clear();
    process.stdout.write(`${tableOf(measured)}\n`);
    process.stdout.write(
      `${machine.cores} x ${machine.cpu}, ${machine.memoryGib} GiB, Node ${process.version}, ` +
        `PostgreSQL ${postgres.server_version} with fsync ${postgres.fsync}, ` +
        `a durable page in ${machine.fdatasyncMs} ms. Details: ${file}\n`,
    );
  } finally {
    progress.clear();
    await server.stop();
  }
}

function measurementsNamed(list: string): readonly Measurement[] {
  return list.split(',').map((name) => {
    const found = MEASUREMENTS.find((measurement) => measurement.name === name.trim());
    if (found) return found;
    throw new InvalidArgumentError(`Choose from ${MEASUREMENTS.map((m) => m.name).join(', ')}.`);
  });
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.');
  }
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number above zero.');
}

const COMPARE_HELP = `
--compare builds the commit in a scratch folder, which is deleted at the end, and runs both benches in
turns: in each of --rounds rounds, at least ${COMPARE_ROUNDS_MIN}, each measurement once per commit. The same sizes go to
both. For each row it prints the medians of both, the ratio, and the base against itself:
  ratio        the median over the rounds of now divided by base, or of base divided by now where less
               is better; above 1 is faster
  base/itself  the worst and the best run of the base, each divided by the median of the base's runs
               in the same sense: by so much the same commit differs from itself on this machine
A row holds when its ratio is at least ${RATIO_MIN} or not below the worst of base/itself. A row of the base that
is missing now does not hold; a new row is not judged. Exit code 1 when a row does not hold or a run fails.`;

new Command('bench')
  .description(
    'Measures Daybook on this machine. Each figure has a limit measured in the same run.',
  )
  .option(
    '--only <names>',
    `some of ${MEASUREMENTS.map((m) => m.name).join(', ')}`,
    measurementsNamed,
  )
  .option('--json <file>', 'output file (default: bench/results/<date>.json)')
  .option(
    '--profile <folder>',
    'write CPU profiles of the measured processes and the statements of PostgreSQL',
  )
  .option('--compare <commit>', 'compare with another commit, see below')
  .option(
    '--rows <pattern>',
    'with --compare: only rows that match, as in "appends: 1 caller"',
    pattern,
  )
  .option('--seconds <n>', 'duration of each closed loop', count, 5)
  .option(
    '--rounds <n>',
    `rounds of figures and limits; medians count (default: ${ROUNDS}, with --compare ${COMPARE_ROUNDS_MIN})`,
    count,
  )
  .option('--transfers <n>', 'transfers to fold', count, 100_000)
  .option('--purses <n>', 'purses that receive them', count, 50_000)
  .option('--mints-per-second <n>', 'arrivals per second of the open loop', count, 500)
  .option('--mint-seconds <n>', 'duration of the open loop', count, 20)
  .option('--blocks <n>', 'length of the recorded range', count, 640)
  .option('--addresses <n>', 'addresses in the table', count, 1_000_000)
  .addHelpText('after', COMPARE_HELP)
  .action(main)
  .parseAsync()
  .catch((error) => {
    console.error(error instanceof CannotCompare ? error.message : error);
    process.exitCode = 1;
  });
