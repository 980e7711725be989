import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { until } from './dependencies';
import type { HostedStart } from './start-host';

const endOfOutput = '\u0000\n';

/** What an app said, and the code with which it asked its process to exit. */
export interface EndedStart {
  readonly code: number;
  readonly said: string;
}

let host: { readonly child: ChildProcess; said: string } | undefined;
let last: Promise<unknown> = Promise.resolve();
afterAll(async () => {
  if (host === undefined) return;
  const ended = once(host.child, 'exit');
  host.child.kill('SIGKILL');
  await ended;
});

/**
 * Runs a main file that ends by itself, with only these variables. The starts of a suite share one process, one after the
 * other. What a start has opened when it ends stays open until the suite ends.
 */
export function hostedStart(
  main: string,
  environment: HostedStart['environment'],
): Promise<EndedStart> {
  const ended = last.then(() => run({ main, environment, endOfOutput }));
  last = ended.catch(() => undefined);
  return ended;
}

async function run(start: HostedStart): Promise<EndedStart> {
  host ??= startHost();
  const { child } = host;
  host.said = '';
  const gone = new AbortController();
  const exited = (code: number | null) => gone.abort(new Error(`The host ended with ${code}.`));
  child.once('exit', exited);
  child.send(start);
  const [code] = await once(child, 'message', { signal: gone.signal });
  child.off('exit', exited);
  const pieces = () => (host?.said ?? '').split(endOfOutput);
  // One of each stream.
  await until(() => pieces().length === 3, { description: 'The output of the start' });
  return { code, said: pieces().join('') };
}

function startHost() {
  const child = surviveErrors(
    fork(join(__dirname, 'start-host.ts'), [], {
      ...{ cwd: join(__dirname, '..'), execArgv: ['-r', join(__dirname, 'register.cjs')] },
      ...{ env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] as const },
    }),
  );
  const started = { child, said: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      started.said += chunk;
    });
  }
  child.once('exit', () => {
    if (host === started) host = undefined;
  });
  return started;
}
