import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  endIfStopped,
  endProcess,
  guardChild,
  NODE_ARGUMENTS,
  nodeEnvironment,
  openChildLog,
  type StartRefusal,
} from '@daybook/platform';
import { callService } from '../cli/call-service';
import { EXIT, Failure } from '../cli/exit-codes';
import type { Startable } from './keep-running';

/** An app is ready in a second or two; catching up with a long log takes longer. */
const READY_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 50;
/** Readiness asks the engines. */
const READY_ANSWER_MS = 5_000;
/** Whether the process lives needs no engine. */
const LIVE_TIMEOUT_MS = 2_000;
/** An app stops within ten seconds. After this it is killed. */
const STOP_TIMEOUT_MS = 12_000;
const LOG_LINES_SHOWN = 15;

interface Program {
  readonly name: string;
  /** The compiled entry file. */
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /**
   * What must succeed for it to be started. A chain-watcher is not ready while a node does not answer, for which nothing
   * else should wait.
   */
  readonly probe: 'readyz' | 'startupz';
  /** The file of its own certificate, if it has TLS. */
  readonly certificate: string | undefined;
}

/**
 * Starts an app in a process of its own and resolves when `url` answers its probe. The app ends with this
 * process, even when that is killed. Rejects if it ends before: with its sentence if it refuses to start, else
 * with the end of its log. `spawned` is called with the process id at once. It lives while `/livez` answers.
 */
export async function startService(
  { name, module, environment, logFile, probe, certificate }: Program,
  url: string,
  spawned: (pid: number) => void,
): Promise<Startable> {
  // What Node itself writes, such as that memory is used up. The app writes its lines to the same file.
  const log = openChildLog(logFile);
  const child = fork(module, {
    // In a process group of its own, so that Ctrl-C reaches this process only, which stops all in order.
    detached: true,
    execArgv: [...NODE_ARGUMENTS],
    env: {
      ...nodeEnvironment(module),
      ...process.env,
      ...environment,
      DAYBOOK_LOG_FILE: logFile,
    },
    stdio: ['ignore', log.stdio, log.stdio, 'ipc'],
  });
  log.close();
  guardChild(child);
  if (child.pid !== undefined) spawned(child.pid);
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  let refusal: StartRefusal | undefined;
  child.on('message', (message) => {
    refusal = message as StartRefusal;
  });
  const problem = (what: string): Error => {
    if (refusal !== undefined) {
      return new Failure(refusal.sentence, refusal.mayPass ? EXIT.unreachable : EXIT.usage);
    }
    if (failure !== undefined) return new Error(`${name} ${what}: ${failure.message}`);
    const end = log.said().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
    return new Error(`${name} ${what}. The end of ${logFile}:\n${end}`);
  };
  // Unlike 'exit', 'close' comes after the last message.
  const exited = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    // The process id of an ended app may belong to another process by now.
    if (hasEnded(child)) return;
    await endProcess(child.pid as number, ['SIGTERM', 'SIGKILL'], STOP_TIMEOUT_MS);
    await exited;
  };
  const deadline = Date.now() + READY_TIMEOUT_MS;
  const checkStopped = endIfStopped(child.pid as number);
  for (;;) {
    checkStopped();
    const isAnswered = await succeeds(`${url}/${probe}`, READY_ANSWER_MS, certificate);
    // If the app has ended, another program answers in its place.
    if (hasEnded(child)) {
      await exited;
      throw problem('ended before it was ready');
    }
    if (isAnswered) {
      const answers = () => answersAtAll(`${url}/livez`, certificate);
      return { pid: child.pid as number, exited, answers, stop };
    }
    if (Date.now() > deadline) {
      await stop();
      throw problem(`was not ready after ${READY_TIMEOUT_MS / 1000} s`);
    }
    await sleep(READY_POLL_MS);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Of fetch, and of a socket, when the other side has closed the connection. */
const CLOSED = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'];

/**
 * Whether a service lives. With as many connections as it allows it closes the next at once, that of a probe too: it must
 * not be killed because others hold them.
 */
export async function answersAtAll(
  url: string,
  certificate?: string,
  timeoutMs = LIVE_TIMEOUT_MS,
): Promise<boolean> {
  try {
    const response = await callService(url, {
      signal: AbortSignal.timeout(timeoutMs),
      certificate,
    });
    await response.body?.cancel();
    return true;
  } catch (error) {
    const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
    return CLOSED.includes(String(code ?? (cause as { code?: unknown } | undefined)?.code));
  }
}

async function succeeds(
  url: string,
  timeoutMs: number,
  certificate: string | undefined,
): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await callService(url, { signal, certificate });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
