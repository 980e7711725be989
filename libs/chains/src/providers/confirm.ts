import type { BlockTransfer, ChainBlock, ProviderAnswer } from '../chain-client';

/**
 * Whether two providers show a block, and in it a transfer, alike. The hash is enough where it commits to the
 * content; otherwise both must have read the same. Receipts and logs of one provider confirm
 * nothing, however often they are asked for.
 */
export function confirmedBy(
  answers: readonly ProviderAnswer[],
  hash: string,
  isShown: (transfer: BlockTransfer) => boolean,
): boolean {
  const showing = answers.flatMap(({ block }) =>
    block !== null && block.hash === hash && block.transfers.some(isShown) ? [block] : [],
  );
  return showing.some((block, index) =>
    showing.slice(index + 1).some((other) => isSameContent(block, other)),
  );
}

function isSameContent(a: ChainBlock, b: ChainBlock): boolean {
  const isCommitted = a.proven === 'content' && b.proven === 'content';
  return isCommitted || (a.contentDigest !== null && a.contentDigest === b.contentDigest);
}
