import { execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { guardChild } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import type { JestReport, Run } from './summary';

export const ROOT = join(__dirname, '../..');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
const LIST_BYTES_MAX = 2 ** 20;

export interface AgainOptions {
  readonly times: number;
  /** Of the first run; each further run has the next one. */
  readonly seed: number;
  /** Which suites: parts of their paths. All of the project when there is none. */
  readonly patterns: readonly string[];
  /** Of jest; all projects when left out. */
  readonly project: string | undefined;
  readonly workers: number | undefined;
  /** Told of each suite that ends. */
  onSuite(done: number, total: number): void;
}

/** Runs suites several times in a row, every second time beside a process that eats one core. */
export async function runAgain(options: AgainOptions): Promise<readonly Run[]> {
  const { times, seed, patterns, project, workers, onSuite } = options;
  const folder = mkdtempSync(join(tmpdir(), 'daybook-again-'));
  const selected = [
    ...(project === undefined ? [] : ['--selectProjects', project]),
    ...(patterns.length === 0 ? [] : ['--testPathPatterns', ...patterns]),
  ];
  const suites = await listSuites(selected);
  if (suites === 0) throw new Error('No suite has such a path.');
  const runs: Run[] = [];
  let done = 0;
  for (let number = 1; number <= times; number++) {
    const isLoaded = number % 2 === 0;
    const stopLoad = isLoaded ? eatCore() : () => undefined;
    const log = join(folder, `run-${number}.log`);
    const reportFile = join(folder, `run-${number}.json`);
    const since = performance.now();
    await jest(
      [
        ...selected,
        ...['--json', '--outputFile', reportFile, '--seed', String(seed + number - 1)],
        ...(workers === undefined ? [] : ['--maxWorkers', String(workers)]),
      ],
      log,
      () => onSuite(++done, suites * times),
    );
    stopLoad();
    done = suites * number;
    const seconds = (performance.now() - since) / 1_000;
    const report = readReport(reportFile);
    runs.push({ number, seed: seed + number - 1, isLoaded, seconds, report, log });
  }
  return runs;
}

async function listSuites(selected: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [JEST, ...selected, '--listTests', '--passWithNoTests'],
    { cwd: ROOT, maxBuffer: LIST_BYTES_MAX },
  );
  return stdout.split('\n').filter((line) => line.endsWith('.spec.ts')).length;
}

/** Runs jest to its end. What it says goes to the log. */
function jest(args: readonly string[], log: string, onSuite: () => void): Promise<void> {
  const child = surviveErrors(
    spawn(process.execPath, [JEST, ...args], {
      ...{ cwd: ROOT, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  guardChild(child);
  const output = surviveErrors(createWriteStream(log));
  child.stderr.pipe(output);
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/^(PASS|FAIL) /.test(line)) onSuite();
  });
  return new Promise((resolve) => void child.once('close', () => resolve()));
}

function readReport(file: string): JestReport | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

/** Starts a process that computes all the time. Returns what ends it. */
function eatCore(): () => void {
  const child = surviveErrors(
    spawn(process.execPath, ['-e', 'for (;;);'], { detached: true, stdio: 'ignore' }),
  );
  // It never looks at a signal that it could handle.
  guardChild(child);
  return () => void child.kill('SIGKILL');
}
