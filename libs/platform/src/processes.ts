import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;
/** A process that starts may be stopped for a moment. */
const STOPPED_MS_MAX = 8_000;

/**
 * Node's arguments for an app. With 64 MiB of young generation instead of 16, short-lived objects are not copied
 * to the old generation, which was a fifth of the cost of a command (`npm run bench -- --only edges`). It begins with
 * 16 MiB instead of 1: nearly all that is loaded at the start stays, and was copied at each growth, a tenth of its cost.
 */
export const NODE_ARGUMENTS: readonly string[] = [
  '--max-semi-space-size=64',
  '--min-semi-space-size=16',
];

/**
 * Node's environment for the app whose build has this `<build>/apps/<app>/src/main.js`. Node keeps what it has compiled
 * beside the build, which makes every further start about 150 ms shorter. Where it cannot write, it goes on without.
 */
export function nodeEnvironment(main: string): Readonly<Record<string, string>> {
  return { NODE_COMPILE_CACHE: join(dirname(main), '..', '..', '..', '.compile-cache') };
}

/** Where npm installed `path` of a package, in the nearest `node_modules` that has it. */
export function findInstalled(path: string): string | undefined {
  for (let at = __dirname; at !== dirname(at); at = dirname(at)) {
    const found = join(at, 'node_modules', path);
    if (existsSync(found)) return found;
  }
  return undefined;
}

/** The state, the start and more of a process on Linux; the name before them may contain any character. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  if (process.platform === 'linux') return !['X', 'Z', undefined].includes(statOf(pid)[0]);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process is stopped, as SIGSTOP does. Known on Linux only. */
export function isStopped(pid: number): boolean {
  return process.platform === 'linux' && statOf(pid)[0] === 'T';
}

/**
 * What must be called again and again while a process starts: it kills one that stays stopped. Nothing else tells it from
 * one that takes its time, because it does not answer yet.
 */
export function endIfStopped(pid: number): () => void {
  let since: number | undefined;
  return () => {
    since = isStopped(pid) ? (since ?? performance.now()) : undefined;
    if (since !== undefined && performance.now() - since > STOPPED_MS_MAX) {
      process.kill(pid, 'SIGKILL');
    }
  };
}

/**
 * When the process started, which distinguishes it from a later process with the same id. Undefined if no
 * such process runs.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  // Field 22 of proc(5); the first two are cut off.
  if (process.platform === 'linux') return statOf(pid)[19];
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Sends each signal in turn and waits up to `timeoutMs` after each; false when all failed. */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  timeoutMs: number,
): Promise<boolean> {
  for (const signal of signals) {
    const deadline = Date.now() + timeoutMs;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    while (isAlive(pid) && Date.now() < deadline) await sleep(POLL_MS);
    if (!isAlive(pid)) return true;
  }
  return false;
}
