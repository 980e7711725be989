import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { surviveErrors } from '@daybook/platform/plain';
import { freePort, until } from './dependencies';
import { hostedStart } from './hosted-starts';

/** An app needs a second or two; two cores may be busy with other suites. */
const READY_TIMEOUT_MS = 60_000;

const ROOT = join(__dirname, '..');
const mainOf = (app: 'ledger' | 'chain-watcher') => join(ROOT, 'apps', app, 'src/main.ts');

export interface AppProcess {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** Everything it wrote. */
  output(): string;
  /** Resolves with the exit code, null when it was killed. */
  readonly exited: Promise<number | null>;
  /** Sends it a signal, such as SIGSTOP, and does not wait. */
  signal(name: NodeJS.Signals): void;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop; resolves with the exit code when it has. */
  stop(): Promise<number | null>;
}

const running = new Set<ChildProcess>();
// A suite that fails half-way must not leave its apps behind.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts an app of this repository as a process of its own, on a free port. Does not wait. */
export async function spawnApp(
  app: 'ledger' | 'chain-watcher',
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const port = await freePort();
  const child = surviveErrors(
    spawn(process.execPath, ['-r', join(__dirname, 'register.cjs'), mainOf(app)], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        DAYBOOK_HTTP_PORT: String(port),
        DAYBOOK_LOG_LEVEL: 'warn',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  const end = (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    output: () => output,
    exited,
    signal: (name) => void child.kill(name),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

/**
 * Starts an app that must refuse its configuration, and answers what it says. Fails unless it ends by
 * itself with a sentence, without a stack or a log line. It shares a process with the other refusals of its suite.
 */
export async function refusalOf(
  app: 'ledger' | 'chain-watcher',
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const port = String(await freePort());
  const start = { DAYBOOK_HTTP_PORT: port, DAYBOOK_LOG_LEVEL: 'info', ...environment };
  return checkedRefusal(await hostedStart(mainOf(app), start));
}

/** As `refusalOf`, in a process of its own, which is gone afterwards with all that it opened. */
export async function refusalOfProcess(
  app: 'ledger' | 'chain-watcher',
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const process = await spawnApp(app, { DAYBOOK_LOG_LEVEL: 'info', ...environment });
  const code = await process.exited;
  return checkedRefusal({ code, said: process.output() });
}

function checkedRefusal({ code, said }: { code: number | null; said: string }): string {
  expect(code).toBe(1);
  expect(said).not.toMatch(/^\s+at /m);
  expect(said).not.toMatch(/^\{/m);
  return said;
}

/** Starts an app and waits until it is ready. */
export async function startApp(
  app: 'ledger' | 'chain-watcher',
  environment: Readonly<Record<string, string>>,
): Promise<AppProcess> {
  const process = await spawnApp(app, environment);
  let code: number | null | undefined;
  void process.exited.then((exitCode) => {
    code = exitCode;
  });
  await until(
    async () => {
      if (code !== undefined) throw new Error(`The ${app} ended:\n${process.output()}`);
      return fetch(`${process.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    },
    { timeoutMs: READY_TIMEOUT_MS, description: `The ${app}'s readiness` },
  );
  return process;
}
