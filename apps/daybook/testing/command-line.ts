import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import type { Ended } from './command-host';

export type { Ended };

const ROOT = resolve(__dirname, '../../..');
const REGISTER = join(ROOT, 'test/register.cjs');
const MAIN = join(ROOT, 'apps/daybook/src/main.ts');
const HOST = join(__dirname, 'command-host.ts');

export interface Running {
  readonly ended: Promise<Ended>;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading, as `| head` does. */
  hangUp(): void;
}

/** Runs the command line from its sources, as a process of its own with only these variables. */
export function spawnDaybook(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Running {
  const child = surviveErrors(
    spawn(process.execPath, ['-r', REGISTER, MAIN, ...args], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      said[name] += chunk;
    });
  }
  const ended = new Promise<Ended>((done) => {
    child.once('close', (exitCode) => done({ exitCode, ...said }));
  });
  return {
    ended,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    kill: (signal) => child.kill(signal),
    hangUp: () => child.stdout.destroy(),
  };
}

let host: ChildProcess | undefined;
const waiting = new Map<number, { done(ended: Ended): void; failed(error: Error): void }>();
let commands = 0;
afterAll(() => host?.kill('SIGKILL'));

/**
 * Runs a command to its end, with only these variables. The commands of a suite share one process, one after the
 * other: what a process of its own has to show, such as how it ends on a signal, is `spawnDaybook`'s.
 */
export function daybook(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  host ??= startHost();
  const id = ++commands;
  const ended = new Promise<Ended>((done, failed) => waiting.set(id, { done, failed }));
  host.send({ id, args, environment });
  return ended;
}

function startHost(): ChildProcess {
  const options = { cwd: ROOT, execArgv: ['-r', REGISTER] };
  const child = surviveErrors(fork(HOST, [], options));
  child.on('message', ({ id, ...ended }: Ended & { readonly id: number }) => {
    waiting.get(id)?.done(ended);
    waiting.delete(id);
  });
  child.once('exit', (code, signal) => {
    const error = new Error(`The process of the commands ended with ${code ?? signal}.`);
    for (const { failed } of waiting.values()) failed(error);
    host = undefined;
  });
  return child;
}
