import type { ChainBlock } from '@daybook/chains';
import type { TrackedTransfer } from '../state/tracked-transfer';
import { versionTime, type WatchContext } from '../state/watch-state';
import { openVersions, transferIdOf } from './transfer-versions';

export interface Matched {
  /** How many transfers to our addresses the blocks contain. */
  readonly found: number;
  /** The new versions of transfers that follow, in the order in which they must be published. */
  readonly versions: readonly TrackedTransfer[];
}

/**
 * Matches blocks against the address table. `lost` are transfers of blocks that these replace, `ended` the
 * sightings that these end.
 */
export async function matchBlocks(
  context: WatchContext,
  blocks: readonly ChainBlock[],
  lost: readonly TrackedTransfer[] = [],
  ended: readonly string[] = [],
): Promise<Matched> {
  const { chain, store, table } = context;
  const found = blocks.flatMap((block) => {
    return block.transfers.filter(({ to }) => table.has(to)).map((it) => ({ block, transfer: it }));
  });
  const ids = found.map(({ transfer }) => transferIdOf(chain.id, transfer));
  const known = await store.transfers([...new Set([...ids, ...ended])]);
  const versions = openVersions(chain.id, [...known, ...lost], versionTime(context));
  for (const { transfer } of lost) versions.revert(transfer.transferId);
  for (const { block, transfer } of found) versions.include(block, transfer);
  // Those that the blocks contain are no sightings any more, so this drops only the others.
  for (const id of ended) versions.drop(id);
  return { found: found.length, versions: versions.changes };
}
