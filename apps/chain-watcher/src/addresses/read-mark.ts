import { highest, isAbove, type Position } from '../state/position';

export type ReadMark = ReturnType<typeof createReadMark>;

/**
 * The position up to which every address has been read. The highest position that was read is not enough:
 * the ledger may publish again what it published before, and compaction keeps only the later copy. Until the
 * reader reaches those copies, addresses are missing below positions that it has seen. So a position counts
 * only when everything that the topic held when it was reached has been handled.
 */
export function createReadMark(read: Position, complete: Position) {
  /** What is complete once `left` more messages are handled. */
  let pending: { readonly through: Position; left: bigint } | null = null;
  return {
    get read() {
      return read;
    },
    /** Every address minted up to here has been read. */
    get complete() {
      return complete;
    },
    /** `messages` more were handled, up to the position `through`. */
    handled(messages: number, through: Position): void {
      read = highest(read, through);
      if (pending) pending.left -= BigInt(messages);
    },
    /** A batch is delivered again, so messages may be counted twice: starts the count again. */
    repeat(): void {
      pending = null;
    },
    /**
     * Called with the lag, which was read from the durable log after `readBefore`. A parked key may hold any
     * address, so then nothing counts.
     */
    look(readBefore: Position, lag: bigint, parkedKeys: number): void {
      if (parkedKeys > 0) {
        pending = null;
        return;
      }
      // Below zero when messages were handled between the two reads that the lag is computed from.
      if (lag <= 0n) {
        complete = highest(complete, readBefore);
        pending = null;
      } else if (pending && pending.left <= 0n) {
        // Under a steady stream of addresses the lag is never zero.
        complete = highest(complete, pending.through);
        pending = null;
      }
      if (pending === null && isAbove(readBefore, complete)) {
        pending = { through: readBefore, left: lag };
      }
    },
  };
}
