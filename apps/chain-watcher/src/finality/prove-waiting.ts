import { type ChainBlock, confirmedBy } from '@daybook/chains';
import { ownerOf } from '../match/netting';
import { isProven } from '../match/trace-proof';
import { changeVersions } from '../match/transfer-versions';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { isShownIn } from './band';
import { readUnbacked } from './read-balances';

/** A transfer that still waits is looked at again after this, and later less often. */
const AGAIN_MS_MIN = 2_000;
const AGAIN_MS_MAX = 10 * 60_000;
/** Far more than ever wait; it only bounds the memory. */
const REMEMBERED_MAX = 10_000;

/**
 * Looks again at transfers of which it is not known whether or how much they move: only a trace shows them and no balance
 * has proven them yet, or the balances that they are credited by are not read.
 */
export function createWaitingProofs(context: WatchContext) {
  const { client, now } = context;
  /** When each was looked at last, and how long to wait from then on. */
  const looked = new Map<string, { readonly at: number; readonly pauseMs: number }>();

  function isDue({ transfer: { transferId } }: TrackedTransfer): boolean {
    const last = looked.get(transferId);
    return last === undefined || now() - last.at >= last.pauseMs;
  }

  function note({ transfer: { transferId } }: TrackedTransfer): void {
    const pauseMs = (looked.get(transferId)?.pauseMs ?? AGAIN_MS_MIN / 2) * 2;
    if (looked.size >= REMEMBERED_MAX) looked.clear();
    looked.set(transferId, { at: now(), pauseMs: Math.min(pauseMs, AGAIN_MS_MAX) });
  }

  /** Whether the traces of two providers show it alike, or one shows it in a block whose balances prove it. */
  async function isShown(tracked: TrackedTransfer): Promise<boolean> {
    const { block, asset } = tracked.transfer;
    if (block === null) return false;
    const answers = await client.askEvery(block.number);
    const isIt = (shown: ChainBlock) => isShownIn(context, shown, tracked);
    if (confirmedBy(answers, block.hash, isIt)) return true;
    for (const { block: shown } of answers) {
      if (shown?.hash !== block.hash || !isIt(shown)) continue;
      const owner = ownerOf({ ...tracked.transfer, direction: tracked.direction });
      if (owner !== null && (await isProven(context, shown, owner, asset))) return true;
    }
    return false;
  }

  return {
    /** Those that are known by now become final as others do. Returns whether there are any. */
    async resume(waiting: readonly TrackedTransfer[]): Promise<boolean> {
      /** By the id of each that is known now. What a trace shows counts whole. */
      const known = new Map<string, bigint | null>();
      for (const tracked of waiting.filter(isDue)) {
        const { transferId } = tracked.transfer;
        // It may have been read beside another one.
        if (known.has(transferId)) continue;
        note(tracked);
        if (tracked.transfer.waiting === 'unread-balance') {
          for (const [id, each] of await readUnbacked(context, tracked)) known.set(id, each);
        } else if (await isShown(tracked)) known.set(transferId, null);
      }
      if (known.size === 0) return false;
      const versions = changeVersions(context, await context.store.transfers([...known.keys()]));
      for (const [id, unbacked] of known) {
        looked.delete(id);
        if (unbacked === null) versions.resume(id);
        else versions.count(id, unbacked);
      }
      await context.commit({ transfers: versions.changes });
      return true;
    },
  };
}

/** Whether it is not known whether or how much a transfer moves. */
export function isUncounted({ transfer: { waiting } }: TrackedTransfer): boolean {
  return waiting === 'unproven-trace' || waiting === 'unread-balance';
}
