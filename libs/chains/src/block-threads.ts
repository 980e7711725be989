import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { surviveErrors } from '@daybook/platform/plain';
import type { ChainBlock } from './chain-client';
import {
  createBlockWork,
  type WorkAnswer as EvmAnswer,
  type WorkRequest as EvmRequest,
} from './evm/block-work';
import { type Keccak, loadKeccak } from './evm/keccak';
import { InvalidBlock } from './invalid-block';
import { type PackedBlock, packBlock, unpackBlock } from './packed-block';
import {
  answerBlockWork,
  type WorkAnswer as TronAnswer,
  type WorkRequest as TronRequest,
} from './tron/block-work';

/** Parses and proves blocks of one family. Requests with one id are answered in one place. */
export interface BlockWorker<Request, Answer> {
  ask(request: Request): Promise<Answer>;
}

/** By family. */
export interface BlockWorkers {
  readonly evm: BlockWorker<EvmRequest, EvmAnswer>;
  readonly tron: BlockWorker<TronRequest, TronAnswer>;
}

/** With one thread for each core none is idle; more than four threads would wait for the node and the database. */
const THREADS_MAX = 4;

/**
 * Flags of V8, which must be set before the threads start. By default, the whole heap is marked after each 64 MiB of
 * the answers of nodes, which are outside of it: that took a fifth of the time of a back-fill. And the young
 * generation of a thread begins so small that parts of a block are moved to the old one while it is read.
 */
const MEMORY_FLAGS = [
  '--external-memory-accounted-in-global-limit',
  '--min-semi-space-size=64',
] as const;

/** Tells the file that it was loaded as a thread of its own. */
const THREAD = 'daybook block worker';

let shared: BlockWorkers | undefined;

/** For all chains of this process. */
export function sharedBlockWorkers(): BlockWorkers {
  // Sources that run without a build have no file for a thread.
  shared ??= __filename.endsWith('.ts') ? blockWorkersHere() : createBlockThreads();
  return shared;
}

/** Works in the thread of its caller. */
export function blockWorkersHere(): BlockWorkers {
  return workersOver(openWork());
}

/**
 * Works in threads of its own, because a large block takes many milliseconds, in which no other chain would
 * get on. A thread that ends is replaced; what it was asked is rejected.
 */
export function createBlockThreads(start = startHere): BlockWorkers {
  const count = Math.min(THREADS_MAX, availableParallelism());
  for (const flag of MEMORY_FLAGS) setFlagsFromString(flag);
  const threads: (Thread | null)[] = [];
  function threadAt(place: number): Thread {
    const thread = threads[place] ?? watchThread(start(), () => (threads[place] = null));
    threads[place] = thread;
    return thread;
  }
  // They load while the addresses are read.
  for (let place = 0; place < count; place++) threadAt(place);
  return workersOver((work) => threadAt(work.request.id % count).ask(work));
}

/** Loads this file as a thread. `execArgv` are arguments of Node, without which those of this process are used. */
export function startHere(execArgv?: string[]): Worker {
  return surviveErrors(
    new Worker(__filename, { workerData: THREAD, ...(execArgv && { execArgv }) }),
  );
}

/** A request with the family that understands it. */
type Work =
  | { readonly family: 'evm'; readonly request: EvmRequest }
  | { readonly family: 'tron'; readonly request: TronRequest };

/** The answer has the type of the family of the request. */
type Answer = EvmAnswer | TronAnswer;

function workersOver(ask: (work: Work) => Promise<Answer>): BlockWorkers {
  return {
    evm: { ask: async (request) => (await ask({ family: 'evm', request })) as EvmAnswer },
    tron: { ask: async (request) => (await ask({ family: 'tron', request })) as TronAnswer },
  };
}

/** An answer as it passes between threads. */
type PackedAnswer = Omit<Answer, 'block'> & { readonly block?: PackedBlock<ChainBlock> | null };

function packed(answer: Answer): PackedAnswer {
  if (!('block' in answer) || answer.block === undefined) return answer as PackedAnswer;
  return { ...answer, block: answer.block && packBlock(answer.block) };
}

function unpacked({ block, ...others }: PackedAnswer): Answer {
  if (block === undefined) return others as Answer;
  return { ...others, block: block && unpackBlock(block) } as Answer;
}

/** The answers of nodes in a request are handed over, not copied: nobody reads them again in this thread. */
function bytesIn({ request }: Work): ArrayBuffer[] {
  return Object.values(request).flatMap((value) => {
    const { bytes } = Object(value) as { bytes?: unknown };
    const isWhole = bytes instanceof Uint8Array && bytes.byteLength === bytes.buffer.byteLength;
    return isWhole && bytes.buffer instanceof ArrayBuffer ? bytes.buffer : [];
  });
}

/** Answers in the order of the requests. */
function openWork(): (work: Work) => Promise<Answer> {
  const opened = loadKeccak().then(workWith);
  return async (work) => (await opened)(work);
}

function workWith(keccak: Keccak): (work: Work) => Answer {
  const evm = createBlockWork(keccak);
  return ({ family, request }) =>
    family === 'evm' ? evm.answer(request) : answerBlockWork(request);
}

type Thread = ReturnType<typeof watchThread>;

function watchThread(worker: Worker, ended: () => void) {
  worker.unref();
  /** In the order of the requests, which is that of the answers. */
  const waiting: { resolve(answer: Answer): void; reject(error: unknown): void }[] = [];
  let fault: unknown = new Error('The thread that proves blocks has ended.');
  worker.on('message', (answer: PackedAnswer) => {
    waiting.shift()?.resolve(unpacked(answer));
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
    ask(work: Work): Promise<Answer> {
      return new Promise((resolve, reject) => {
        try {
          worker.postMessage(work, bytesIn(work));
        } catch {
          // Anything that was parsed can be copied to a thread, unless it is nested so deeply that the stack overflows.
          throw new InvalidBlock("The node's answer is nested too deeply.");
        }
        // Only what was sent is answered.
        waiting.push({ resolve, reject });
        worker.ref();
      });
    },
  };
}

/** In a thread. An exception ends it, and with it what it was asked. */
function serve(port: NonNullable<typeof parentPort>): void {
  const answer = openWork();
  port.on('message', (work: Work) => {
    void answer(work).then((answered) => port.postMessage(packed(answered)));
  });
}

if (workerData === THREAD && parentPort !== null) serve(parentPort);
