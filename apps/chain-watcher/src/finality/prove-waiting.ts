import { type ChainBlock, confirmedBy } from '@daybook/chains';
import { ownerOf } from '../match/netting';
import { isProven } from '../match/trace-proof';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { isShownIn } from './band';

/** A transfer that was not proven is looked at again after this, and later less often. */
const AGAIN_MS_MIN = 2_000;
const AGAIN_MS_MAX = 10 * 60_000;
/** Far more than ever wait; it only bounds the memory. */
const REMEMBERED_MAX = 10_000;

/** Looks again at transfers that only a trace shows, and that no balance has proven yet. */
export function createWaitingProofs(
  context: Pick<WatchContext, 'chain' | 'registry' | 'client' | 'now'>,
) {
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
    /** The ids of those that are proven now. */
    async among(waiting: readonly TrackedTransfer[]): Promise<readonly string[]> {
      const proven: string[] = [];
      for (const tracked of waiting.filter(isDue)) {
        note(tracked);
        if (!(await isShown(tracked))) continue;
        proven.push(tracked.transfer.transferId);
        looked.delete(tracked.transfer.transferId);
      }
      return proven;
    },
  };
}

/** Whether a transfer waits because nothing but one trace shows it. */
export function isUnproven({ transfer: { waiting } }: TrackedTransfer): boolean {
  return waiting === 'unproven-trace';
}
