import { INCLUDED } from '../match/transfer-versions';
import type { QuarantinedBlock } from '../state/quarantine';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';

/** Transfers as `QuarantinedBlock.stranded` keeps them. */
export function strand(transfers: readonly TrackedTransfer[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    transfers.flatMap(({ transfer: { transferId, block } }) =>
      block === null ? [] : [[transferId, block.hash]],
    ),
  );
}

/** Everything that waits for gaps, by id with the hash of the replaced block. */
export function strandedIn(
  quarantine: readonly QuarantinedBlock[],
): Readonly<Record<string, string>> {
  return Object.assign({}, ...quarantine.map(({ stranded }) => stranded));
}

/** The transfers that wait for these gaps and have not been found in another block meanwhile. */
export async function strandedTransfers(
  { store }: Pick<WatchContext, 'store'>,
  gaps: readonly QuarantinedBlock[],
): Promise<readonly TrackedTransfer[]> {
  const stranded = strandedIn(gaps);
  const known = await store.transfers(Object.keys(stranded));
  return known.filter(
    ({ transfer: { transferId, status, block } }) =>
      INCLUDED.includes(status) && block?.hash === stranded[transferId],
  );
}
