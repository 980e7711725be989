import { RpcFailure } from '../node-http';
import type { JsonRpc } from './json-rpc';

/** Common limits of batches are 100 and 1,000 requests. */
const BATCH_MAX = 100;
const BATCHES_AT_ONCE = 4;

/** The answers to one request for each of `params`, in their order; null for each that the node refuses. */
export type AskAll = (
  method: string,
  params: readonly (readonly unknown[])[],
) => Promise<readonly unknown[]>;

/** Asks a node many questions of one kind: in batches, or one by one where it knows none. */
export function createBatches(rpc: JsonRpc): AskAll {
  let isInBatches = rpc.sendBatch !== undefined;

  async function one(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await rpc.send(method, params);
    } catch (error) {
      // The state is not there, the token refuses to say, or the node names no blocks by their hash.
      if (error instanceof RpcFailure && error.kind === 'refused') return null;
      throw error;
    }
  }

  async function batch(method: string, params: readonly (readonly unknown[])[]) {
    const alone = () => Promise.all(params.map((each) => one(method, each)));
    if (!isInBatches || rpc.sendBatch === undefined || params.length < 2) return alone();
    try {
      return await rpc.sendBatch(method, params);
    } catch (error) {
      if (!(error instanceof RpcFailure) || error.kind !== 'refused') throw error;
      // One refusal is that of its whole batch. If none is left, it was the batch that was refused.
      const answers = await alone();
      if (!answers.includes(null)) isInBatches = false;
      return answers;
    }
  }

  return async function askAll(method, params) {
    const answers: unknown[] = [];
    for (let from = 0; from < params.length; from += BATCH_MAX * BATCHES_AT_ONCE) {
      const batches = Array.from({ length: BATCHES_AT_ONCE }, (_, n) =>
        params.slice(from + n * BATCH_MAX, from + (n + 1) * BATCH_MAX),
      );
      const found = await Promise.all(batches.map((each) => batch(method, each)));
      answers.push(...found.flat());
    }
    return answers;
  };
}
