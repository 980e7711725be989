import { type ChainBlock, confirmedBy, type ProviderAnswer } from '@daybook/chains';
import { isProven } from '../match/trace-proof';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { isShownIn } from './band';

/** A transfer that was not proven is looked at again after this, and later less often. */
const AGAIN_MS_MIN = 2_000;
const AGAIN_MS_MAX = 10 * 60_000;
/** Far more than ever wait; it only bounds the memory. */
const REMEMBERED_MAX = 10_000;
/**
 * Blocks that all providers are asked for at once. Anybody can send one base unit to a thousand purses in many blocks,
 * which wait for ever where nothing proves them, and the chain must not wait for them.
 */
const BLOCKS_AT_ONCE = 2;

/** Looks again at transfers that only a trace shows, and that no balance has proven yet. */
export function createWaitingProofs(
  context: Pick<WatchContext, 'chain' | 'registry' | 'client' | 'now' | 'table'>,
) {
  const { client, now, table } = context;
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
    /** The ids of those that are proven now. The others are looked at another time. */
    async among(waiting: readonly TrackedTransfer[]): Promise<readonly string[]> {
      const byBlock = new Map<number, TrackedTransfer[]>();
      for (const tracked of waiting.filter(isDue)) {
        const { block } = tracked.transfer;
        if (block === null) continue;
        byBlock.set(block.number, [...(byBlock.get(block.number) ?? []), tracked]);
      }
      const proven: string[] = [];
      for (const [number, some] of [...byBlock].slice(0, BLOCKS_AT_ONCE)) {
        for (const tracked of some) note(tracked);
        proven.push(...(await provenIn(number, some)));
      }
      for (const id of proven) looked.delete(id);
      return proven;
    },
  };
}

/** Whether a transfer waits because nothing but one trace shows it. */
export function isUnproven({ transfer: { waiting } }: TrackedTransfer): boolean {
  return waiting === 'unproven-trace';
}
