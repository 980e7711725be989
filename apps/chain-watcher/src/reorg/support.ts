import { type ProviderPool, witnessesOf } from '@daybook/chains';
import type { Branch, Support } from './better-chain';

/** How often the others are asked about a branch while it is shown. Each time is one header from each. */
const ASK_MS = 1_000;

/**
 * Asks the other providers whether they show a branch, by the header at the height of its first block. While they
 * do not agree on it, the watch follows the others: they show our chain.
 */
export function createSupport(client: ProviderPool, now: () => number) {
  let last = { first: '', at: Number.NEGATIVE_INFINITY, support: 'unanswered' as Support };
  return async ({ first, ancestor }: Branch): Promise<Support> => {
    if (client.size === 1) return 'one-provider';
    if (last.first === first && now() - last.at < ASK_MS) return last.support;
    const { showing, denying } = witnessesOf(await client.askHeaders(ancestor + 1), first);
    const support = showing.length > 1 ? 'agreed' : denying.length > 0 ? 'contested' : 'unanswered';
    last = { first, at: now(), support };
    if (support === 'contested') {
      const reason = `It shows a branch from block ${ancestor + 1} on that ${denying.join(' and ')} does not show.`;
      for (const name of showing) client.doubt(name, reason);
    }
    return support;
  };
}
