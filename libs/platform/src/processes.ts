import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Node's arguments for an app. Batches and requests leave many short-lived objects: with 64 MiB of young
 * generation instead of 16 they are collected there and not copied to the old generation, which was a
 * fifth of the cost of a command (`npm run bench -- --only edges`).
 */
export const NODE_ARGUMENTS: readonly string[] = ['--max-semi-space-size=64'];

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * When the process started, which distinguishes it from a later process with the same id. Undefined if no
 * such process runs.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  try {
    if (process.platform === 'linux') {
      // The name, the second field, may contain any character; the start is the 22nd (proc(5)).
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
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
