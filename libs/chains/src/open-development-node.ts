import type { ChainsAndAssets } from './chains-and-assets';
import type { DevelopmentNode } from './development-node';
import { FAMILY_RULES, familyOfChain } from './family';

/** The watched chains that are no development chains: on them, coins may have a value. */
export function realChainsOf({ connections }: Pick<ChainsAndAssets, 'connections'>) {
  return connections.map(({ chain }) => chain).filter((chain) => !isDevelopmentChain(chain));
}

function isDevelopmentChain(chain: string): boolean {
  const family = familyOfChain(chain);
  return family !== null && FAMILY_RULES[family].wallet.developmentChains.includes(chain);
}

/** The development node of a chain. Null if its provider is not the only one: of which would the answer be? */
export function openDevelopmentNode(
  { connections }: Pick<ChainsAndAssets, 'connections'>,
  chain: string,
): DevelopmentNode | null {
  const family = familyOfChain(chain);
  const connection = connections.find((each) => each.chain === chain);
  const [provider, ...others] = connection?.providers ?? [];
  if (family === null || provider === undefined || others.length > 0) return null;
  return FAMILY_RULES[family].openDevelopment(chain, provider);
}
