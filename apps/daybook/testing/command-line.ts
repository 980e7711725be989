import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';

const ROOT = resolve(__dirname, '../../..');
const REGISTER = join(ROOT, 'test/register.cjs');
const MAIN = join(ROOT, 'apps/daybook/src/main.ts');

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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

/** The same, to its end. */
export function daybook(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return spawnDaybook(args, environment).ended;
}
