import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, freePort, guardChild, isAlive } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';
import { Client } from 'pg';
import { databaseUrls, dataFolder, passwordsOf } from '../../apps/daybook/src/cli/data-folder';
import { until } from '../dependencies';
import type { KafkaBroker } from '../kafka-broker';

const COMMAND_LINE = join(__dirname, '../../apps/daybook/daybook.mjs');
/** The first start on a clean checkout builds. */
const START_MS_MAX = 120_000;
/** The launcher stops its children one after the other. */
const STOP_MS_MAX = 60_000;
/** Far above what an answer takes; a frozen process gives none. */
const ANSWER_MS_MAX = 3_000;
const COMMAND_OUTPUT_BYTES_MAX = 64 * 2 ** 20;

/** The processes that the launcher starts, by the names that it gives them. */
export const CHILDREN = {
  ledger: 'The ledger',
  watcher: 'The chain-watcher',
  PostgreSQL: 'PostgreSQL',
} as const;
/** What a signal can hit. */
export type Part = keyof typeof CHILDREN | 'Kafka';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers are read as a client without types reads them.
  readonly body: any;
}

/** A Daybook as a user starts it: the launcher with its children, on a data folder. */
export type Product = Awaited<ReturnType<typeof startProduct>>;

export interface ProductOptions {
  readonly folder: string;
  readonly chainsFile: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The broker between ledger and watcher; tables of PostgreSQL when left out. */
  readonly broker: KafkaBroker | undefined;
}

export async function startProduct(options: ProductOptions) {
  const { folder, chainsFile, environment, broker } = options;
  const data = join(folder, 'data');
  const output = join(folder, 'product.log');
  mkdirSync(data, { recursive: true });
  // The service listens on four, and starts again on them.
  const port = await freePort(4);
  // As a terminal user would: npm's own variables make the launcher watch its parent.
  const { npm_lifecycle_event: _, ...inherited } = process.env;
  const env = { ...inherited, NO_COLOR: '1', ...environment };
  let launcher: ChildProcess;
  let ended: Promise<void>;

  const read = (name: string): string => readFileSync(join(data, name), 'utf8').trim();

  async function start(): Promise<void> {
    const log = openSync(output, 'a');
    const where = ['--data', data, '--chains', chainsFile, '--port', String(port)];
    launcher = spawn(process.execPath, [COMMAND_LINE, 'start', ...where], {
      ...{ env, detached: true },
      stdio: ['ignore', log, log],
    });
    guardChild(launcher);
    ended = new Promise((resolve) => {
      launcher.once('error', () => resolve());
      launcher.once('exit', () => resolve());
    });
    const isUp = async () => {
      if (launcher.exitCode !== null) throw new Error(`Daybook ended. ${output} says why.`);
      return isReady();
    };
    await until(isUp, { timeoutMs: START_MS_MAX, description: 'The readiness of Daybook' });
  }

  /** The process ids of the children as they run now. */
  function pids(): ReadonlyMap<string, number> {
    const { children } = JSON.parse(read('running.json')) as {
      children: { name: string; pid: number }[];
    };
    return new Map(children.map(({ name, pid }) => [name, pid]));
  }

  function findPid(part: Part): number | undefined {
    return part === 'Kafka' ? broker?.pid : pids().get(CHILDREN[part]);
  }

  function pidOf(part: Part): number {
    const pid = findPid(part);
    if (pid === undefined) throw new Error(`No process of ${part} runs.`);
    return pid;
  }

  /** Whether ledger and watcher say that they can do all that they are for. */
  async function isReady(): Promise<boolean> {
    const urls = [
      `http://127.0.0.1:${port}/readyz?for=commands`,
      `http://127.0.0.1:${port}/readyz?for=reads`,
      `http://127.0.0.1:${port + 1}/readyz`,
    ];
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const asked = urls.map(async (url) => {
      const { ok, body } = await fetch(url, { signal });
      await body?.cancel();
      return ok;
    });
    return (await Promise.allSettled(asked)).every((it) => it.status === 'fulfilled' && it.value);
  }

  /** A request with the key of the account; rejects if there is no answer. */
  async function request(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${read('api-key')}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  }

  await start();
  return {
    folder,
    pidOf,
    isReady,
    request,
    start,
    /** Whether another process has taken the place of one that was killed. */
    isReplaced: (part: Part, pid: number): boolean => {
      const now = findPid(part);
      return now !== undefined && now !== pid && isAlive(now);
    },
    /** As the machine of the broker does when it has been killed. */
    async restartBroker(): Promise<void> {
      await broker?.kill();
      await broker?.restart();
    },
    /** Ends every process of this machine at the same moment, as a power cut does. */
    async cutPower(): Promise<void> {
      const all = [launcher.pid as number, ...pids().values()];
      for (const pid of all) kill(pid, 'SIGKILL');
      await ended;
      await until(() => !all.some(isAlive), { description: 'The end of every process' });
    },
    /** All entries of a list, page by page. */
    async all(path: string): Promise<Answer['body'][]> {
      const found: Answer['body'][] = [];
      for (let cursor = ''; ; ) {
        const { status, body } = await request('GET', `${path}?limit=100${cursor}`);
        if (status !== 200) throw new Error(`${path} is answered with ${status}.`);
        found.push(...body.data);
        if (!body.nextCursor) return found;
        cursor = `&cursor=${encodeURIComponent(body.nextCursor)}`;
      }
    },
    /** Runs a command of the command line on the data folder. */
    run: (...args: string[]): Promise<{ readonly exitCode: number; readonly output: string }> =>
      new Promise((resolve) => {
        const limits = { env, maxBuffer: COMMAND_OUTPUT_BYTES_MAX };
        const whole = [COMMAND_LINE, ...args, '--data', data];
        execFile(process.execPath, whole, limits, (error, stdout, stderr) => {
          const code = error === null ? 0 : error.code;
          const exitCode = typeof code === 'number' ? code : 1;
          resolve({ exitCode, output: `${stdout}${stderr}` });
        });
      }),
    /** The branches of the xpub from which addresses were given. Rejects while PostgreSQL does not answer. */
    async branches(): Promise<readonly number[]> {
      const files = dataFolder(data);
      const { postgresPort } = JSON.parse(readFileSync(files.lastStartFile, 'utf8'));
      const connectionString = databaseUrls(postgresPort, passwordsOf(files)).ledger;
      const limit = ANSWER_MS_MAX;
      const client = surviveErrors(
        new Client({ connectionString, connectionTimeoutMillis: limit, query_timeout: limit }),
      );
      try {
        await client.connect();
        const { rows } = await client.query('SELECT branch FROM ledger.address_branch');
        return rows.map(({ branch }) => branch);
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async stop(): Promise<void> {
      if (launcher.exitCode !== null || launcher.signalCode !== null) return;
      await endProcess(launcher.pid as number, ['SIGTERM', 'SIGKILL'], STOP_MS_MAX);
      await ended;
    },
  };
}

/** False if the process has ended already. */
export function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
