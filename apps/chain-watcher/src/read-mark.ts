import { highest, isAbove, type Position } from './positions';

/**
 * Tells up to which position every address has been read, while they are being read.
 *
 * The highest position that was read does not say so. The ledger may publish again what it published
 * before, and a compacted topic keeps only the later copy: until the reader comes to those copies,
 * addresses are missing below positions that it has seen. So what was read counts only when
 * everything that the topic held at that moment has been handled. Then no address can be missing
 * below it: each was published before it, and the last copy of each lay before the end of the topic.
 */
export interface ReadMark {
  /** The highest position among all that was handled. */
  readonly read: Position;
  /** Every address minted up to here has been read. */
  readonly complete: Position;
  /** So many messages were handled, up to the highest position among them. */
  handled(messages: number, through: Position): void;
  /** A batch is to come again, perhaps one that was counted: the count is worth nothing. */
  repeat(): void;
  /**
   * The log said how many messages were left and how many keys were parked when `read` was as given:
   * look at it first, then ask. While a key is parked nothing counts, as nobody knows which address
   * its messages name.
   */
  look(read: Position, lag: bigint, parkedKeys: number): void;
}

/** A mark that goes on from what was stored: the highest position taken in, and what was complete. */
export function createReadMark(read: Position, complete: Position): ReadMark {
  /** What will be complete when `left` more messages are handled. */
  let pending: { readonly through: Position; left: bigint } | null = null;
  return {
    get read() {
      return read;
    },
    get complete() {
      return complete;
    },
    handled(messages, through) {
      read = highest(read, through);
      if (pending) pending.left -= BigInt(messages);
    },
    repeat() {
      pending = null;
    },
    look(readBefore, lag, parkedKeys) {
      if (parkedKeys > 0) {
        pending = null;
        return;
      }
      // Below zero when something was handled between the two questions that it is made of.
      if (lag <= 0n) {
        complete = highest(complete, readBefore);
        pending = null;
      } else if (pending && pending.left <= 0n) {
        // Under a steady stream of addresses the topic is never seen to be read to its end.
        complete = highest(complete, pending.through);
        pending = null;
      }
      if (pending === null && isAbove(readBefore, complete)) {
        pending = { through: readBefore, left: lag };
      }
    },
  };
}
