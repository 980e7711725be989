import type { ChainBlock, ProviderAnswer } from '../chain-client';

/**
 * Whether two providers show a block, and in it a movement, alike. The hash is enough where it commits to the
 * content; otherwise both must have read the same. Receipts and logs of one provider confirm
 * nothing, however often they are asked for.
 */
export function confirmedBy(
  answers: readonly ProviderAnswer[],
  hash: string,
  isShown: (block: ChainBlock) => boolean,
): boolean {
  const showing = answers.flatMap(({ block }) =>
    block !== null && block.hash === hash && isShown(block) ? [block] : [],
  );
  return showing.some((block, index) =>
    showing.slice(index + 1).some((other) => isSameContent(block, other)),
  );
}

/**
 * The content of a block that two providers show alike, if no two others show another one alike. What was read
 * of the block from another answer is then wrong. Null if nobody can say.
 */
export function contentAgreedOn(
  answers: readonly ProviderAnswer[],
  hash: string,
): ChainBlock | null {
  const shown = answers.flatMap(({ block }) => (block?.hash === hash ? [block] : []));
  const shared = shown.filter((block) =>
    shown.some((other) => other !== block && isReadAlike(block, other)),
  );
  const [first] = shared;
  return first && shared.every((block) => isReadAlike(first, block)) ? first : null;
}

/**
 * Whether two answers show the same in all that is read of them. No hash commits to the senders of transactions, so
 * two answers whose content is proven may still differ.
 */
function isReadAlike(a: ChainBlock, b: ChainBlock): boolean {
  if (a.contentDigest === null || b.contentDigest === null) return isSameContent(a, b);
  return a.contentDigest === b.contentDigest;
}

/** Whether two answers about a block have the same content, as far as they were read to be compared. */
export function isSameContent(a: ChainBlock, b: ChainBlock): boolean {
  const isCommitted = a.proven === 'content' && b.proven === 'content';
  return isCommitted || (a.contentDigest !== null && a.contentDigest === b.contentDigest);
}
