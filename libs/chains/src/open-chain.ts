import type { Family } from '@daybook/domain';
import type { ChainClient } from './chain-client';
import { openEvmChain } from './evm/evm-client';
import type { Chain, ChainConnection, Registry } from './registry';

type OpenChain = (chain: Chain, connection: ChainConnection, registry: Registry) => ChainClient;

/** How each family is watched. A family joins by its entry here and its namespace in the chains file. */
const FAMILIES: Readonly<Partial<Record<Family, OpenChain>>> = { evm: openEvmChain };

/** A client for one configured chain. Nothing is asked of the node yet. */
export function openChain(
  chain: Chain,
  connection: ChainConnection,
  registry: Registry,
): ChainClient {
  const open = FAMILIES[chain.family];
  if (open === undefined) throw new Error(`Chains of the family ${chain.family} are not watched.`);
  return open(chain, connection, registry);
}
