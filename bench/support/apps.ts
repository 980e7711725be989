import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, NODE_ARGUMENTS, nodeEnvironment } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import type { Settings } from '../measurement';
import type { Database } from './database';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 20;
/** How much of an app's log is shown if it fails, from its end. */
const LOG_CHARACTERS_SHOWN = 4_000;

/** One of the apps in its own process, as in production. */
export interface RunningApp {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

export interface AppOptions {
  /** The text of the chains file. */
  readonly chains: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an app on this database and resolves when it is ready. */
export async function startApp(
  app: 'ledger' | 'chain-watcher',
  database: Database,
  settings: Settings,
  { chains, env = {} }: AppOptions,
): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-bench-'));
  const [chainsFile, logFile] = [join(folder, 'chains.json'), join(folder, 'log')];
  writeFileSync(chainsFile, chains);
  const log = openSync(logFile, 'a');
  const port = await freePort();
  const module = join(__dirname, '..', '..', 'apps', app, 'src', 'main.js');
  const child = surviveErrors(
    fork(module, {
      execArgv: [...NODE_ARGUMENTS, ...profiling(settings)],
      stdio: ['ignore', log, log, 'ipc'],
      env: {
        ...nodeEnvironment(module),
        ...process.env,
        DAYBOOK_DATABASE_URL: database.url,
        DAYBOOK_CHAINS_FILE: chainsFile,
        DAYBOOK_HTTP_PORT: String(port),
        ...env,
      },
    }),
  );
  closeSync(log);
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (!(await isReady(url))) {
    if (hasEnded(child) || Date.now() > deadline) {
      const said = readFileSync(logFile, 'utf8').slice(-LOG_CHARACTERS_SHOWN);
      await stop();
      throw new Error(`The ${app} did not become ready. Its log ends with:\n${said}`);
    }
    await sleep(READY_POLL_MS);
  }
  return { pid: child.pid as number, url, stop };
}

/** Arguments that make a Node process write a CPU profile when it ends. */
function profiling({ profiles }: Settings): readonly string[] {
  if (profiles === null) return [];
  mkdirSync(profiles, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${resolve(profiles)}`];
}

/** An app shuts down when the channel to its launcher closes. */
async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  if (child.connected) child.disconnect();
  await exit;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}
