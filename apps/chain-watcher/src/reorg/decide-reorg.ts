import type { BlockHeader } from '@daybook/chains';
import { headerAt, type Ring } from '../state/ring';

/** What the newest headers of a node mean for the ring. */
export type ReorgDecision =
  /** Nothing: the head is the cursor or an older block, or the node lags behind the whole ring. */
  | { readonly kind: 'none' }
  /** The blocks from `from` on are missing in between. */
  | { readonly kind: 'gap'; readonly from: number }
  /** The branch does not reach the ring yet: prepend its parent and decide again. */
  | { readonly kind: 'ask'; readonly parentHash: string }
  | {
      readonly kind: 'advance';
      /** The last common block. */
      readonly ancestor: BlockHeader;
      /** The blocks of the ring that a reorg replaced. */
      readonly removed: Ring;
      readonly added: Ring;
    }
  /** The reorg goes deeper than the ring, so it is unknown which blocks were replaced. */
  | { readonly kind: 'stalled'; readonly reason: string };

/**
 * Decides how `branch` (linked, oldest first, ending at the node's head) continues the ring. The cases,
 * in the order of the code:
 *
 * - the ring contains the head: the same head, or an older one of the same chain;
 * - the branch begins beyond the next block: a gap;
 * - it begins at or below the oldest block of the ring: a node that is far behind when only its head is
 *   known, else a reorg deeper than the ring;
 * - its parent is in the ring: the ring advances from the cursor, or (a reorg) from a block below;
 * - its parent is not in the ring: the branch left the ring further down.
 */
export function decideReorg(ring: Ring, branch: Ring): ReorgDecision {
  const [first, head] = [branch[0], branch.at(-1)];
  const [oldest, tip] = [ring[0], ring.at(-1)];
  if (!first || !head || !oldest || !tip) throw new RangeError('A ring and a branch have blocks.');

  if (headerAt(ring, head.number)?.hash === head.hash) return { kind: 'none' };
  if (first.number > tip.number + 1) return { kind: 'gap', from: tip.number + 1 };
  if (first.number <= oldest.number) {
    if (branch.length === 1 && head.number < oldest.number) return { kind: 'none' };
    const remembered = tip.number - oldest.number + 1;
    const reason =
      `The node's chain differs from block ${oldest.number} on, deeper than the ${remembered} blocks that are remembered. ` +
      'If the node is right, "daybook watch rescan --reset-ring" reverts what was found in those blocks and continues with the node\'s chain.';
    return { kind: 'stalled', reason };
  }
  const ancestor = headerAt(ring, first.number - 1);
  if (ancestor?.hash !== first.parentHash) return { kind: 'ask', parentHash: first.parentHash };
  const removed = ring.slice(ancestor.number + 1 - oldest.number);
  return { kind: 'advance', ancestor, removed, added: branch };
}
