import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { createBlockWork, type WorkAnswer, type WorkRequest } from './block-work';
import { loadKeccak } from './keccak';

/** Parses and proves blocks. Requests with one id are answered in one place. */
export interface BlockWorker {
  ask(request: WorkRequest): Promise<WorkAnswer>;
}

/** With one thread for each core none is idle; more than four threads would wait for the node and the database. */
const THREADS_MAX = 4;

/** Tells the file that it was loaded as a thread of its own. */
const THREAD = 'daybook block worker';

let shared: BlockWorker | undefined;

/** For all chains of this process. */
export function sharedBlockWorker(): BlockWorker {
  // Sources that run without a build have no file for a thread.
  shared ??= __filename.endsWith('.ts') ? blockWorkerHere() : createBlockThreads();
  return shared;
}

/** Works in the thread of its caller. */
export function blockWorkerHere(): BlockWorker {
  const work = loadKeccak().then(createBlockWork);
  return { ask: async (request) => (await work).answer(request) };
}

/**
 * Works in threads of its own, because a large block takes many milliseconds, in which no other chain would
 * get on. A thread that ends is replaced; what it was asked is rejected.
 */
function createBlockThreads(): BlockWorker {
  const count = Math.min(THREADS_MAX, availableParallelism());
  const threads: (Thread | null)[] = Array.from({ length: count }, () => null);
  return {
    ask(request) {
      const place = request.id % count;
      const thread = threads[place] ?? startThread(() => (threads[place] = null));
      threads[place] = thread;
      return thread.ask(request);
    },
  };
}

type Thread = ReturnType<typeof startThread>;

function startThread(ended: () => void) {
  const worker = new Worker(__filename, { workerData: THREAD });
  worker.unref();
  /** In the order of the requests, which is that of the answers. */
  const waiting: { resolve(answer: WorkAnswer): void; reject(error: unknown): void }[] = [];
  let fault: unknown = new Error('The thread that proves blocks has ended.');
  worker.on('message', ({ answer }: { readonly answer: WorkAnswer }) => {
    waiting.shift()?.resolve(answer);
    // An idle thread does not keep the process alive.
    if (waiting.length === 0) worker.unref();
  });
  worker.on('error', (error) => {
    fault = error;
  });
  worker.on('exit', () => {
    ended();
    for (const { reject } of waiting.splice(0)) reject(fault);
  });
  return {
    ask(request: WorkRequest): Promise<WorkAnswer> {
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.ref();
        worker.postMessage(request);
      });
    },
  };
}

/** In a thread. An exception ends it, and with it what it was asked. */
function serve(port: NonNullable<typeof parentPort>): void {
  const work = loadKeccak().then(createBlockWork);
  port.on('message', async (request: WorkRequest) => {
    port.postMessage({ answer: (await work).answer(request) });
  });
}

if (workerData === THREAD && parentPort !== null) serve(parentPort);
