import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NODE_ARGUMENTS } from '@daybook/platform';
import { surviveErrors } from '@daybook/platform/plain';

/** A separate process that works for a measurement. */
export interface Worker<Answer> {
  readonly pid: number;
  /** Its first message: that it is ready, or its result. Rejects if the process ends before. */
  readonly answer: Promise<Answer>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

export interface WorkerOptions {
  readonly execArgv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts `processes/<name>.process.js` with `request`. It ends on request, or when this process has ended.
 */
export function startWorker<Answer>(
  name: string,
  request: unknown,
  { execArgv = [], env = {} }: WorkerOptions = {},
): Worker<Answer> {
  const file = join(__dirname, '..', 'processes', `${name}.process.js`);
  const child = surviveErrors(
    fork(file, {
      execArgv: [...NODE_ARGUMENTS, ...execArgv],
      env: { ...process.env, ...env },
      serialization: 'advanced',
    }),
  );
  child.send({ request });
  const answer = firstMessage<Answer>(name, child);
  // An answer that is never awaited must not end the bench with an unhandled rejection.
  answer.catch(() => undefined);
  return {
    pid: child.pid as number,
    answer,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The result of a process that answers once and ends. */
export async function askWorker<Answer>(
  name: string,
  request: unknown,
  options?: WorkerOptions,
): Promise<Answer> {
  const worker = startWorker<Answer>(name, request, options);
  try {
    return await worker.answer;
  } finally {
    await worker.stop();
  }
}

/** In the worker: its request. */
export function readRequest<Request>(): Promise<Request> {
  return new Promise((resolve) => {
    process.once('message', (message) => resolve((message as { request: Request }).request));
  });
}

/** In the worker: sends that it is ready, or its result. */
export function answerWith(answer: unknown): void {
  process.send?.(answer);
}

/** In the worker: runs `close` when the bench disconnects, then ends. */
export function endWith(close: () => Promise<void>): void {
  process.once('disconnect', () => {
    close().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

function firstMessage<Answer>(name: string, child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Answer));
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`The process ${name} ended with ${signal ?? code} before it answered.`));
    });
  });
}
