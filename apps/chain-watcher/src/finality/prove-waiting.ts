import { type ChainBlock, confirmedBy, type ProviderAnswer } from '@daybook/chains';
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
 * Blocks that all providers are asked for at once. Anybody can send one base unit to a thousand purses in many blocks,
 * which wait for ever where nothing proves them, and the chain must not wait for them.
 */
const BLOCKS_AT_ONCE = 2;

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
  async function isShown(
    tracked: TrackedTransfer,
    answers: readonly ProviderAnswer[],
    isRight: (block: ChainBlock, owner: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { block } = tracked.transfer;
    if (block === null) return false;
    const isIt = (shown: ChainBlock) => isShownIn(context, shown, tracked);
    if (confirmedBy(answers, block.hash, isIt)) return true;
    // Both sides, if both are ours: see `matchBlocks`.
    const { from, to } = tracked.transfer;
    const owners = [from, to].filter((it) => it !== null && table.has(it)) as readonly string[];
    for (const { block: shown } of answers) {
      if (owners.length === 0 || shown?.hash !== block.hash || !isIt(shown)) continue;
      const right = await Promise.all(owners.map((owner) => isRight(shown, owner)));
      if (right.every((each) => each)) return true;
    }
    return false;
  }

  /** Those that are proven now among some of one block, which is asked for once. */
  async function provenIn(number: number, waiting: readonly TrackedTransfer[]): Promise<string[]> {
    const answers = await client.askEvery(number);
    const known = new Map<string, Promise<boolean>>();
    /** All movements of an address in a block are proven together. */
    const isRightOf = (asset: string) => (block: ChainBlock, owner: string) => {
      const key = `${answers.findIndex((it) => it.block === block)} ${owner}`;
      const right = known.get(key) ?? isProven(context, block, owner, asset);
      known.set(key, right);
      return right;
    };
    const proven: string[] = [];
    for (const tracked of waiting) {
      const { transferId, asset } = tracked.transfer;
      if (await isShown(tracked, answers, isRightOf(asset))) proven.push(transferId);
    }
    return proven;
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
