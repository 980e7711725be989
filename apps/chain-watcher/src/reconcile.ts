import type { BlockHeader } from '@daybook/chains';

/**
 * The part of a chain that may still be replaced, as far as it was matched: linked by parent hashes,
 * oldest first. The last header is the cursor. Never empty.
 */
export type Ring = readonly BlockHeader[];

/** What a chain's newest headers mean for the ring. */
export type Step =
  /** The head is the cursor. */
  | { readonly kind: 'same' }
  /** The node shows an older part of the same chain, or lags behind all that is remembered. */
  | { readonly kind: 'behind' }
  /** The blocks from `from` on come first. */
  | { readonly kind: 'gap'; readonly from: number }
  /** Where the branch leaves the ring is not known yet: put its parent in front and ask again. */
  | { readonly kind: 'ask'; readonly parentHash: string }
  | { readonly kind: 'extend'; readonly added: Ring }
  | {
      readonly kind: 'reorg';
      /** The last block that both have. */
      readonly ancestor: BlockHeader;
      readonly removed: Ring;
      readonly added: Ring;
    }
  /** Blocks were replaced that are no longer remembered; no rule says what to take back. */
  | { readonly kind: 'stalled'; readonly reason: string };

/**
 * Decides how `branch` (linked, oldest first, ending at what the node calls its head) continues the
 * ring. The cases, in the order of the code:
 *
 * - the head is in the ring already: the same head, or an older one of the same chain;
 * - the branch begins beyond the next block: a gap;
 * - it begins at or below the oldest block remembered: a node far behind when it was only asked for
 *   its head, else a reorg deeper than the ring;
 * - its parent is in the ring: the ring is extended, from the cursor or (a reorg) from below it;
 * - its parent is not: the branch left the ring further down.
 */
export function reconcile(ring: Ring, branch: Ring): Step {
  const [first, head] = [branch[0], branch.at(-1)];
  const [oldest, tip] = [ring[0], ring.at(-1)];
  if (!first || !head || !oldest || !tip) throw new RangeError('A ring and a branch have blocks.');

  if (headerAt(ring, head.number)?.hash === head.hash) {
    return { kind: head.number === tip.number ? 'same' : 'behind' };
  }
  if (first.number > tip.number + 1) return { kind: 'gap', from: tip.number + 1 };
  if (first.number <= oldest.number) {
    if (branch.length === 1 && head.number < oldest.number) return { kind: 'behind' };
    return { kind: 'stalled', reason: tooDeep(oldest, tip) };
  }
  const ancestor = headerAt(ring, first.number - 1);
  if (ancestor?.hash !== first.parentHash) return { kind: 'ask', parentHash: first.parentHash };
  if (ancestor === tip) return { kind: 'extend', added: branch };
  const removed = ring.slice(ancestor.number + 1 - oldest.number);
  return { kind: 'reorg', ancestor, removed, added: branch };
}

/** The ring after `added` follows `ancestor`, no longer than `window`. */
export function extendRing(ring: Ring, ancestor: BlockHeader, added: Ring, window: number): Ring {
  const [oldest] = ring;
  const kept = oldest ? ring.slice(0, ancestor.number + 1 - oldest.number) : [];
  return [...kept, ...added].slice(-window);
}

/** The header that the ring has for a number, if it remembers it. */
export function headerAt(ring: Ring, number: number): BlockHeader | undefined {
  const [oldest] = ring;
  return oldest && number >= oldest.number ? ring[number - oldest.number] : undefined;
}

function tooDeep(oldest: BlockHeader, tip: BlockHeader): string {
  const remembered = tip.number - oldest.number + 1;
  return (
    `The node's chain differs from block ${oldest.number} on, deeper than the ${remembered} blocks that are remembered. ` +
    'If the node is right, "daybook watch rescan --reset-ring" takes back what was found in those blocks and goes on with the other ones.'
  );
}
