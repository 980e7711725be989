import type { ClientNote } from '../chain-client';

/**
 * Successful calls without any internal transaction after which a node is taken not to keep them. On the main
 * network more than one call in a hundred has some, so a node that keeps them passes for one that does not with a
 * probability below 0.99^5000, which is 10^-21. A private network that only moves tokens may pass for it.
 */
const CALLS_MIN = 5_000;

/** Judges from the blocks that were read whether the node keeps internal transactions. */
export function createInternalsJudge() {
  let calls = 0;
  let areKept = false;
  return {
    /** The successful calls of a block, and how many of them have internal transactions. */
    note(counts: { readonly calls: number; readonly withInternals: number }): void {
      calls += counts.calls;
      areKept ||= counts.withInternals > 0;
    },
    result(): ClientNote {
      const topic = 'internal-transactions';
      if (areKept) {
        return { topic, state: 'fine', sentence: 'The node keeps internal transactions.' };
      }
      const seen = `None of the ${calls} successful contract calls that were read has an internal transaction`;
      return calls < CALLS_MIN
        ? {
            topic,
            state: 'unknown',
            sentence: `${seen}; after ${CALLS_MIN} the node is taken not to keep them.`,
          }
        : {
            topic,
            state: 'wrong',
            sentence: `${seen}, so the node does not seem to keep them: TRX and TRC-10 that contracts pay are not seen. Start it with vm.saveInternalTx = true.`,
          };
    },
  };
}
