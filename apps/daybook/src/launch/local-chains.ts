import { existsSync } from 'node:fs';
import { findChain, loadChainsFile } from '@daybook/chains';
import { FAMILIES, type Family } from '@daybook/domain';
import { type DataFolder, writePrivately } from '../cli/data-folder';
import type { DemoChain, DemoChainPlace } from '../demo/chain';

/**
 * The names by which the launcher speaks of the local chains, and how they start. Their libraries take a while to load,
 * and only a demo needs them.
 */
export const LOCAL_CHAINS: Readonly<
  Record<Family, { readonly name: string; start(place: DemoChainPlace): Promise<DemoChain> }>
> = {
  evm: {
    name: 'The local chain',
    start: (place) =>
      (require('../demo/evm-chain') as typeof import('../demo/evm-chain')).startEvmChain(place),
  },
  tron: {
    name: 'The stand-in for a TRON node',
    start: (place) =>
      (require('../demo/tron-chain') as typeof import('../demo/tron-chain')).startTronChain(place),
  },
};

interface Asked {
  readonly folder: DataFolder;
  readonly chains?: string | undefined;
  readonly withChain?: Family | undefined;
}

/** The one that is asked for, and those that the folder has, since its books have their money. */
export function localFamilies({ folder, chains, withChain }: Asked): readonly Family[] {
  if (withChain === undefined && chains !== undefined) return [];
  return FAMILIES.filter(
    (family) => family === withChain || existsSync(folder.localChains[family]),
  );
}

export function declareChains(
  { localChainsFile }: DataFolder,
  chains: readonly (() => DemoChain)[],
): void {
  const file = { chains: chains.map((chain) => chain().entry) };
  writePrivately(localChainsFile, `${JSON.stringify(file, null, 2)}\n`);
}

/** The chains of a file, each with its name and how many providers it has. */
export function watchedIn(chainsFile: string | undefined): readonly string[] {
  const registry = loadChainsFile(chainsFile ?? null);
  return registry.connections.map(({ chain, providers }) => {
    const name = findChain(registry, chain)?.name ?? chain;
    const count = providers.length === 1 ? '1 provider' : `${providers.length} providers`;
    return name === chain ? `${chain}, ${count}` : `${name} (${chain}), ${count}`;
  });
}
