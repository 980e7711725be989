import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, guardChild, NODE_ARGUMENTS } from '@daybook/platform';
import type { Startable } from './keep-running';
import { openLog, tailOf } from './log-file';

/** An app is ready in a second or two; catching up a long log takes longer. */
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 50;
/** An app stops by itself within ten seconds of being asked. */
const STOP_TIMEOUT_MS = 12_000;

export interface ServiceOptions {
  readonly name: string;
  /** The compiled entry file. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Where it answers `/readyz`. */
  readonly url: string;
  readonly logFile: string;
  /** Told the process id before anything else happens. */
  readonly spawned?: (pid: number) => void;
}

/**
 * Starts an app as a process of its own and resolves when it is ready. It ends with this process,
 * even when that is killed. Rejects with the end of its log when it ends before.
 */
export async function startService(options: ServiceOptions): Promise<Startable> {
  const { child, from } = spawnNode(options);
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    // Its number may be another process's by now.
    if (hasEnded(child)) return;
    await endProcess(child.pid as number, ['SIGTERM', 'SIGKILL'], STOP_TIMEOUT_MS);
    await exited;
  };
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady(options.url))) {
    if (hasEnded(child)) throw new Error(endOf(options, from, 'ended before it was ready'));
    if (Date.now() > deadline) {
      await stop();
      throw new Error(endOf(options, from, `was not ready after ${READY_TIMEOUT_MS / 1000} s`));
    }
    await sleep(READY_POLL_MS);
  }
  // Another program may answer in its place.
  if (hasEnded(child)) throw new Error(endOf(options, from, 'ended before it was ready'));
  return { pid: child.pid as number, exited, stop };
}

/** Runs a compiled file to its end; rejects with the end of its log when it fails. */
export async function runToEnd(options: Omit<ServiceOptions, 'url'>): Promise<void> {
  const { child, from } = spawnNode(options);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(endOf(options, from, 'failed'));
}

function spawnNode(options: Omit<ServiceOptions, 'url'>): { child: ChildProcess; from: number } {
  const log = openLog(options.logFile);
  const from = statSync(options.logFile).size;
  const child = fork(options.module, {
    // Of its own group: Ctrl-C reaches the launcher alone, which stops everything in order.
    detached: true,
    execArgv: [...NODE_ARGUMENTS],
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  guardChild(child);
  if (child.pid !== undefined) options.spawned?.(child.pid);
  return { child, from };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

function endOf(options: Omit<ServiceOptions, 'url'>, from: number, what: string): string {
  return `${options.name} ${what}. The end of ${options.logFile}:\n${tailOf(options.logFile, from)}`;
}
