import type { ChainBlock, ChainClient } from '@daybook/chains';

/** One step is stored as a whole, so more blocks would make a crash repeat more work. */
export const BLOCKS_AT_ONCE = 64;
/** Hides the node's latency, and bounds the raw answers in memory (a few MB each). */
const FETCHES_AT_ONCE = 16;

/** Blocks `from` to `to` of the chain that the node follows, at most `BLOCKS_AT_ONCE`. */
export function fetchRange(
  client: ChainClient,
  from: number,
  to: number,
): Promise<readonly ChainBlock[]> {
  const count = Math.min(to - from + 1, BLOCKS_AT_ONCE);
  return fetchInOrder(
    client,
    Array.from({ length: count }, (_, n) => from + n),
  );
}

/**
 * Blocks by number or hash, in this order, up to the first one that the node lacks or answers wrongly.
 * The blocks before it are kept; when there are none, its error is thrown. `ChainClient.block` returns
 * whole blocks only: it has checked header, transactions and receipts against each other.
 */
export async function fetchInOrder(
  client: ChainClient,
  wanted: readonly (number | string)[],
): Promise<readonly ChainBlock[]> {
  const answers: (Answer | undefined)[] = new Array(wanted.length);
  let next = 0;
  let isCut = false;
  async function fetch(): Promise<void> {
    while (next < wanted.length && !isCut) {
      const at = next++;
      try {
        const block = await client.block(wanted[at] as number | string);
        answers[at] = { block };
        if (block === null) isCut = true;
      } catch (error) {
        answers[at] = { error };
        isCut = true;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(FETCHES_AT_ONCE, wanted.length) }, fetch));
  const blocks: ChainBlock[] = [];
  for (const answer of answers) {
    if (!answer?.block) {
      if (answer?.error && blocks.length === 0) throw answer.error;
      break;
    }
    blocks.push(answer.block);
  }
  return blocks;
}

interface Answer {
  readonly block?: ChainBlock | null;
  readonly error?: unknown;
}
