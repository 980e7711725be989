import type { ChainsAndAssets } from '@daybook/chains';
import type { Family } from '@daybook/domain';

/** The configured chains, which say what is watched and how it becomes final. */
export class ChainRegistry {
  constructor(readonly registry: ChainsAndAssets) {}

  /** The address family of a chain by its CAIP-2 id, or null for a chain that is not registered. */
  familyOf(chain: string): Family | null {
    return this.registry.chains.find(({ id }) => id === chain)?.family ?? null;
  }
}
