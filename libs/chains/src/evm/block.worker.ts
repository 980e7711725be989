import { parentPort } from 'node:worker_threads';
import { createBlockWork, type WorkRequest } from './block-work';
import { loadKeccak } from './keccak';

/** A thread of `block-threads.ts`. An exception ends it, and with it what it was asked. */
const work = loadKeccak().then(createBlockWork);

parentPort?.on('message', async (request: WorkRequest) => {
  const { id } = request;
  parentPort?.postMessage({ id, answer: (await work).answer(request) });
});
