import { DomainError } from '@daybook/domain';
import type { ChainClient } from './chain-client';
import type { Chain, ChainConnection, ChainsAndAssets } from './chains-and-assets';
import { FAMILY_RULES } from './family';

/**
 * A client for one configured chain. It sends no request yet. Refuses with `family-not-available` if chains
 * of the family cannot be watched.
 */
export function openChain(
  chain: Chain,
  connection: ChainConnection,
  registry: ChainsAndAssets,
): ChainClient {
  const { opening } = FAMILY_RULES[chain.family];
  if ('open' in opening) return opening.open(chain, connection, registry);
  throw new DomainError('family-not-available', `${chain.id}: ${opening.notAvailable}`);
}
