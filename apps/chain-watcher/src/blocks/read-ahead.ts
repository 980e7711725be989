import type { ChainBlock, ChainClient } from '@daybook/chains';
import { BLOCKS_AT_ONCE, createFetches, fetchBlock } from './blocks';

/** Blocks that are fetched or in memory before they are matched. Parsed, each has some hundred KB. */
export const BLOCKS_AHEAD = 128;

type Answer = { readonly block: ChainBlock | null } | { readonly error: unknown };

export type ReadAhead = ReturnType<typeof createReadAhead>;

/**
 * Fetches the blocks of a back-fill in parallel and ahead of the matching, in any order, and hands them out in
 * order. While blocks are stored, the next ones are on their way. Nothing is stored here, so after a crash
 * the back-fill continues at the cursor.
 */
export function createReadAhead(client: Pick<ChainClient, 'block'>) {
  const fetches = createFetches(BLOCKS_AHEAD);
  let begun = new Map<number, Promise<Answer>>();
  /** How many blocks are fetched at once. A node may claim any head: one that lacks the next block is asked for little. */
  let width = BLOCKS_AHEAD;

  function begin(number: number): Promise<Answer> {
    const answer: Promise<Answer> = fetches
      .run(() => fetchBlock(client, number))
      .then(
        (block) => {
          // It may have the block the next time.
          if (block === null && begun.get(number) === answer) begun.delete(number);
          return { block };
        },
        (error: unknown) => ({ error }),
      );
    return answer;
  }

  return {
    /**
     * The blocks from `from` on, at most `BLOCKS_AT_ONCE`, up to the first one that the node lacks or answers
     * wrongly. When there are none before it, its error is thrown; it is fetched again at the next call.
     */
    async next(from: number, to: number): Promise<readonly ChainBlock[]> {
      const last = Math.min(to, from + BLOCKS_AHEAD - 1);
      const wanted = Array.from({ length: last - from + 1 }, (_, n) => from + n);
      const known = begun;
      begun = new Map();
      for (const number of wanted) {
        const answer = known.get(number) ?? (number < from + width ? begin(number) : undefined);
        if (answer !== undefined) begun.set(number, answer);
      }
      const blocks: ChainBlock[] = [];
      for (const number of wanted.slice(0, BLOCKS_AT_ONCE)) {
        // Meanwhile the blocks of the next call are fetched.
        const answer = await (begun.get(number) ?? { block: null });
        const block = 'block' in answer ? answer.block : null;
        begun.delete(number);
        if (block !== null) blocks.push(block);
        else if ('error' in answer && blocks.length === 0) throw answer.error;
        else break;
      }
      width = blocks.length === 0 ? 1 : Math.min(2 * width, BLOCKS_AHEAD);
      return blocks;
    },
    /** Forgets what was fetched: it belongs to a branch that was replaced, or is not needed now. */
    clear(): void {
      begun = new Map();
    },
  };
}
