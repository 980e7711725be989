import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, DatabaseError } from 'pg';
import { guardChild } from './child-guard';
import { openChildLog } from './child-log';
import { freePort, isPortFree } from './free-port';
import { surviveErrors } from './plain';
import { endBackEnds, hasStoppedBackEnd } from './postgres-back-ends';
import { binariesFor, type SystemUser, serverUser } from './postgres-binaries';
import { homeOf, recordedHome, throwAwayHome } from './postgres-home';
import { boundLog } from './postgres-log';
import { endIfStopped, endProcess, isAlive } from './processes';

/**
 * With PostgreSQL's defaults (a small cache, frequent checkpoints) whole pages are written to the WAL repeatedly
 * once the log has a million events. The cache gets an eighth of the memory; checkpoints come by time.
 */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  shared_buffers: `${Math.min(1024, Math.floor(totalmem() / 8 / 2 ** 20))}MB`,
  max_wal_size: '4GB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  // No socket file: its path may be at most 107 bytes long, which a clone's may exceed.
  unix_socket_directories: '',
  max_connections: '200',
  log_checkpoints: 'off',
};

/** A start that takes longer (crash recovery of a large log, a very slow disk) is reported. */
const START_TIMEOUT_MS = 60_000;
/** A fast shutdown writes a checkpoint; after this the server gets an immediate shutdown. */
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 20;
/** A server that works answers sooner. */
const ANSWER_TIMEOUT_MS = 2_000;

export interface EmbeddedPostgresOptions {
  /** Keeps data, password, port and log file. Default: a new folder, removed when the server stops. */
  readonly folder?: string;
  /** The port. Default: the folder's last port, or a free one if that is in use. */
  readonly port?: number;
  /** Server settings (`-c name=value`) on top of the defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

export type EmbeddedPostgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>;

/**
 * Starts the PostgreSQL that npm installed, on 127.0.0.1 with a password of its own. A server that survived a
 * killed process is stopped cleanly first, so there are never two on one folder. The server ends with this
 * process, even when that is killed. Rejects with a sentence that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions = {}) {
  const server = await prepare(options);
  const { home, data, port, password } = server;
  await stopLeftOver(data);
  if (!existsSync(data)) await initialise(server);
  const child = await launch(server, options.settings);
  const callOff = guardChild(child, options.folder ? undefined : home);
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  return {
    /** Connection string of the superuser. */
    url,
    port,
    pid: child.pid as number,
    /** Where the data is; not the given folder when the server's user cannot reach that. */
    folder: home,
    /** Whether it still takes connections and answers, and none of its processes is stopped. */
    answers: async () => {
      boundLog(logOf(home));
      return !hasStoppedBackEnd(child.pid as number) && answers(url);
    },
    /** Resolves when the server process has ended, for any reason. */
    exited,
    stop: async (): Promise<void> => {
      // The process id of an ended server may belong to another process by now.
      if (isRunning(child)) {
        // It ends before this process is told of it, which would end with nothing else to wait for.
        child.ref();
        await end(child.pid as number);
        await exited;
      }
      callOff();
      if (!options.folder) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Stops the server of `folder` if one runs, and deletes the folder and its data elsewhere. */
export async function removeEmbeddedPostgres(folder: string): Promise<void> {
  const home = recordedHome(folder) ?? folder;
  await stopLeftOver(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

/** Where the server's files are, who runs it, and its port and password: the last ones if the port is free. */
async function prepare({ folder, port: wanted }: EmbeddedPostgresOptions) {
  const home = folder ? homeOf(folder, serverUser()) : throwAwayHome(serverUser());
  const data = join(home, 'data');
  // The owner of the data runs the server: its files are readable to no other user.
  const user = existsSync(data) ? ownerOf(data) : serverUser();
  const server = { home, data, user, binaries: binariesFor(user, join(home, 'binaries')) };
  const file = join(home, 'identity.json');
  const known: { port: number; password: string } | undefined = existsSync(file)
    ? JSON.parse(readFileSync(file, 'utf8'))
    : undefined;
  if (known && (wanted ?? known.port) === known.port) {
    // A surviving server holds the port, and is stopped before the next one starts.
    const isOurs = runningServer(data) !== undefined;
    if (isOurs || (await isPortFree(known.port))) return { ...server, ...known };
  }
  const port = wanted ?? (await freePort());
  const password = known?.password ?? randomBytes(24).toString('base64url');
  writeFileSync(`${file}.draft`, JSON.stringify({ port, password }), { mode: 0o600 });
  renameSync(`${file}.draft`, file);
  return { ...server, port, password };
}

type Server = Awaited<ReturnType<typeof prepare>>;

const logOf = (home: string): string => join(home, 'postgres.log');

/** Creates the cluster beside its folder and renames it, so an interrupted start leaves none behind. */
async function initialise({ binaries, home, data, user, password }: Server): Promise<void> {
  const draft = `${data}.draft`;
  const passwordFile = join(home, 'password.draft');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [draft, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    await promisify(execFile)(
      join(binaries, 'bin/initdb'),
      [
        `--pgdata=${draft}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The same collation on every machine.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      environment(user),
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, data);
}

async function launch(
  { binaries, home, data, user, port }: Server,
  settings: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const all = Object.entries({ ...SETTINGS, port, ...settings });
  const logFile = logOf(home);
  for (;;) {
    boundLog(logFile);
    const log = openChildLog(logFile);
    const child = surviveErrors(
      spawn(
        join(binaries, 'bin/postgres'),
        ['-D', data, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        // Detached: Ctrl-C in a terminal signals the whole foreground group, and the server must stop last.
        { ...environment(user), detached: true, stdio: ['ignore', log.stdio, log.stdio] },
      ),
    );
    child.unref();
    log.close();
    if (await ready(child, data, deadline)) return child;
    const said = log.said();
    // While back ends of a killed server live, their memory is in use.
    const passing = /shared memory block|lock file|being used by another/.test(said);
    if (!passing || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start. ${logFile} says:\n${said.slice(-1500)}`);
    }
    if (runningServer(data) === undefined) endBackEnds(data);
    await sleep(250);
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** A refusal, such as that it is starting, is an answer too. */
async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({
    ...{ connectionString, application_name: 'daybook-launcher' },
    ...{ connectionTimeoutMillis: ANSWER_TIMEOUT_MS, query_timeout: ANSWER_TIMEOUT_MS },
  });
  // The connection may break after the answer.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    return error instanceof DatabaseError;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Waits until the server accepts connections; false when it has ended. */
async function ready(child: ChildProcess, data: string, deadline: number): Promise<boolean> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  const checkStopped = endIfStopped(child.pid as number);
  for (;;) {
    if (failure) throw failure;
    checkStopped();
    if (!isRunning(child)) return false;
    // The eighth line has the server's state (PostgreSQL: miscadmin.h, LOCK_FILE_LINE_PM_STATUS).
    const lines = pidFile(data);
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return true;
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`PostgreSQL was not ready after ${START_TIMEOUT_MS / 1000} s.`);
    }
    await sleep(POLL_MS);
  }
}

/** Stops a server that outlived its launcher, and removes a lock file whose id is now another process. */
async function stopLeftOver(data: string): Promise<void> {
  const pid = runningServer(data);
  if (pid !== undefined) return end(pid);
  const recorded = Number(pidFile(data)[0]);
  // PostgreSQL would take the other process for a server. It detects a dead process itself.
  if (recorded && isAlive(recorded)) rmSync(join(data, 'postmaster.pid'));
}

/** The process that serves `data` now. */
function runningServer(data: string): number | undefined {
  const pid = Number(pidFile(data)[0]);
  if (!pid || !isAlive(pid)) return undefined;
  const serves =
    process.platform === 'linux'
      ? readlinkSync(`/proc/${pid}/cwd`) === data
      : execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).includes(data);
  return serves ? pid : undefined;
}

async function end(pid: number): Promise<void> {
  // Fast and immediate shutdown, then a kill; the next start recovers from each.
  if (!(await endProcess(pid, ['SIGINT', 'SIGQUIT', 'SIGKILL'], STOP_TIMEOUT_MS))) {
    throw new Error(`PostgreSQL (process ${pid}) cannot be stopped.`);
  }
}

function pidFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function ownerOf(data: string): SystemUser | undefined {
  const { uid, gid } = statSync(data);
  const me = process.getuid?.();
  if (uid === me) return undefined;
  if (me !== 0) {
    throw new Error(
      `${data} belongs to another user (${uid}). Start Daybook as that user, or use another --data folder.`,
    );
  }
  return { uid, gid };
}

/** An empty environment: PG* variables would change the server. */
function environment(user: SystemUser | undefined) {
  return { cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...user };
}
