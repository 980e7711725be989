import { EXIT, type ExitCode, explain } from './exit-codes';
import type { Operation } from './operation';
import { remark, say, sayJson } from './output';

/** Connections close within moments. One that hangs must not delay a script. */
const CLOSE_TIMEOUT_MS = 5_000;
const PARENT_POLL_MS = 1_000;
/** One Ctrl-C may arrive twice: from the terminal, and passed on by npm. */
const ECHO_MS = 500;

/** The answer of a command, shown as JSON with `--json` and else as text. */
export interface Answer {
  readonly json: unknown;
  readonly text: () => string;
  readonly exitCode?: ExitCode;
}

/**
 * Does the work of a command on the Daybook that `data` names, and shows its answer. The process ends with
 * the code of the answer, or with that of an error, which is shown as a sentence. Work that shows its answer
 * itself returns the code only.
 */
export async function operate(
  options: { readonly data?: string | undefined; readonly json?: boolean | undefined },
  work: (operation: Operation) => Promise<Answer | ExitCode>,
): Promise<void> {
  // The engines' libraries load slowly. Help and parsing do not need them.
  const { openOperation } = require('./operation') as typeof import('./operation');
  const interrupted = new AbortController();
  let stopped: ExitCode | undefined;
  onStopRequest((code) => {
    stopped = code;
    interrupted.abort();
  });
  let operation: Operation | undefined;
  let exitCode: ExitCode = EXIT.ok;
  try {
    operation = openOperation(options.data, interrupted.signal);
    const answer = await work(operation);
    if (typeof answer === 'number') exitCode = answer;
    else {
      if (options.json) sayJson(answer.json);
      else say(answer.text());
      exitCode = answer.exitCode ?? EXIT.ok;
    }
  } catch (error) {
    const explained = explain(error);
    if (stopped === undefined) remark(explained.message);
    exitCode = explained.exitCode;
  }
  process.exitCode = stopped ?? exitCode;
  setTimeout(() => process.exit(), CLOSE_TIMEOUT_MS).unref();
  await operation?.close().catch(() => undefined);
}

/**
 * Calls `stop` when the terminal, the system or npm requests the end of this process. A second request
 * ends the process at once, which is safe: everything survives a crash.
 */
export function onStopRequest(stop: (code: ExitCode) => void): void {
  let requestedAt: number | undefined;
  const request = (code: ExitCode) => {
    if (requestedAt === undefined) stop(code);
    else if (Date.now() - requestedAt > ECHO_MS) process.exit(code);
    requestedAt ??= Date.now();
  };
  process.on('SIGINT', () => request(EXIT.interrupted));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => request(EXIT.terminated));
  // If npm is killed, nothing passes Ctrl-C on to this process.
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    request(EXIT.terminated);
  }, PARENT_POLL_MS);
  timer.unref();
}
