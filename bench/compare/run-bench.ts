import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../measurement';
import type { Measured } from '../report';
import { CannotCompare } from './base-commit';

/** The output of `nest build bench`, the same in every commit that has a bench. */
const MAIN = join('dist', 'bench', 'bench', 'main.js');
/** How much of a failed run's output is shown, from its end. */
const OUTPUT_SHOWN_CHARACTERS = 2_000;

/** All sizes, so that a commit with other defaults does the same work. Only options that e912af9 has. */
export type Sizes = Omit<Settings, 'rounds' | 'profiles'>;

let running: ChildProcess | undefined;

/** Runs one measurement of the bench compiled in `folder`. Rejects with the end of its output. */
export async function runBench(
  folder: string,
  measurement: string,
  sizes: Sizes,
  json: string,
): Promise<Measured> {
  rmSync(json, { force: true });
  const options = Object.entries(sizes).flatMap(([name, value]) => [optionName(name), `${value}`]);
  // The comparison has its own rounds, so each run has one.
  const args = ['--only', measurement, '--json', json, '--rounds', '1', ...options];
  const { code, output } = await execute(folder, args);
  const [measured] = existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')).measured : [];
  if (code === 0 && measured !== undefined) return measured;
  throw new Error(output.slice(-OUTPUT_SHOWN_CHARACTERS).trim() || `It ended with ${code}.`);
}

/** The measurements of the bench compiled in `folder`, from its error message for a wrong name. */
export async function measurementsOf(folder: string): Promise<readonly string[]> {
  const { output } = await execute(folder, ['--only', '?']);
  const list = /Choose from ([^.]+)\./.exec(output)?.[1];
  if (list === undefined)
    throw new CannotCompare(`${folder} has no bench that can run:\n${output}`);
  return list.split(',').map((name) => name.trim());
}

/** Ends the current run, if there is one. */
export function endRun(): void {
  running?.kill('SIGTERM');
}

function execute(folder: string, args: readonly string[]) {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      running = undefined;
      resolve({ code, output });
    });
  });
}

/** `mintSeconds` as `--mint-seconds`. */
function optionName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
