import {
  type ChainBlock,
  confirmedBy,
  contentAgreedOn,
  type ProviderAnswer,
} from '@daybook/chains';
import { isTraced, movementsIn } from '../match/movements';
import { ownerOf } from '../match/netting';
import { isAsMatched } from '../match/transfer-versions';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { agreedUnbackedOf } from './read-balances';

/** Blocks that all providers are asked for in one step: whole blocks, so each may be some megabytes. */
const BLOCKS_AT_ONCE = 16;

/** Which transfers need a second provider, and whether one confirms them. */
export function createBand(context: Pick<WatchContext, 'chain' | 'client' | 'registry' | 'state'>) {
  const { chain, client, registry } = context;
  const connection = registry.connections.find((each) => each.chain === chain.id);
  const isOneEnough = client.size === 1 && connection?.singleProvider === 'accept';

  /** A transfer that is final was confirmed, if it had to be, and is still in the same block. */
  function isAbove({ transfer: { asset, amount, status } }: TrackedTransfer): boolean {
    const band = registry.assetBands.get(asset);
    return band !== undefined && status === 'detected' && BigInt(amount) > band && !isOneEnough;
  }

  /** Less was proven of its block than one answer is believed for, or it is not known what was: any amount waits. */
  function isDoubted({ transfer: { status }, needsConfirmation }: TrackedTransfer): boolean {
    return status === 'detected' && needsConfirmation !== false && !isOneEnough;
  }

  /** What each provider shows of a block. If all refuse it, it was accepted by the other rule, and is compared by that. */
  async function answersAbout(number: number, hash: string): Promise<readonly ProviderAnswer[]> {
    const answers = await client.askEvery(number);
    const isRefused = answers.every(({ failure }) => failure !== null);
    return isRefused ? client.askEveryByOtherRule(hash) : answers;
  }

  /**
   * Above the band the balances that a transfer was counted by must be those of a second provider, too. Undefined if
   * they are, or if it was counted by none; null while no two agree; else how much of it did not arrive.
   */
  async function secondUnbackedOf(tracked: TrackedTransfer, answers: readonly ProviderAnswer[]) {
    const { block, unbacked } = tracked.transfer;
    if (unbacked === undefined || !isAbove(tracked)) return undefined;
    const shown = answers.find((answer) => answer.block?.hash === block?.hash)?.block;
    const agreed = shown ? await agreedUnbackedOf(context, shown, tracked) : null;
    return agreed === BigInt(unbacked) ? undefined : agreed;
  }

  return {
    /** Whether a second provider must confirm its block. */
    needsSecond: (tracked: TrackedTransfer): boolean => isAbove(tracked) || isDoubted(tracked),
    /**
     * The ids of those that may become final, and of those that are to be asked about another time. The
     * others wait for a second provider. `contradicted` are those that two providers show otherwise or not at
     * all, by the block with the content that they agree on, and `recounted` how much of others did not arrive, as the
     * balances show that two providers agree on.
     */
    async ask(transfers: readonly TrackedTransfer[]) {
      const confirmed = new Set<string>();
      const unknown = new Set<string>();
      const contradicted = new Map<ChainBlock, TrackedTransfer[]>();
      const recounted = new Map<string, bigint>();
      const byBlock = new Map<number, TrackedTransfer[]>();
      for (const tracked of transfers) {
        const { transferId, block } = tracked.transfer;
        if (block === null || !(isAbove(tracked) || isDoubted(tracked))) confirmed.add(transferId);
        else if (client.size > 1 || !isAbove(tracked)) {
          byBlock.set(block.number, [...(byBlock.get(block.number) ?? []), tracked]);
        }
      }
      const numbers = [...byBlock.keys()];
      for (const number of numbers.slice(BLOCKS_AT_ONCE)) {
        for (const { transfer } of byBlock.get(number) ?? []) unknown.add(transfer.transferId);
      }
      for (const number of numbers.slice(0, BLOCKS_AT_ONCE)) {
        const waiting = byBlock.get(number) ?? [];
        // All are in the block that was matched at this height.
        const answers = await answersAbout(number, waiting[0]?.transfer.block?.hash ?? '');
        for (const tracked of waiting) {
          const { transferId, block } = tracked.transfer;
          const isShown = (shown: ChainBlock) => isShownIn(context, shown, tracked);
          if (block === null) continue;
          const isProven =
            !isAbove(tracked) &&
            answers.some(({ block: it }) => {
              const isEnough = it?.hash === block.hash && it.needsConfirmation !== true;
              return isEnough && isShown(it);
            });
          if (isProven || confirmedBy(answers, block.hash, isShown)) {
            const unbacked = await secondUnbackedOf(tracked, answers);
            if (unbacked === undefined) confirmed.add(transferId);
            else if (unbacked !== null) recounted.set(transferId, unbacked);
            continue;
          }
          // Two that show the same content may still show other traces, to which no hash commits.
          if (isTraced(transferId)) continue;
          const agreed = contentAgreedOn(answers, block.hash);
          // Two may agree on a block and differ in the price of its gas: then the fee waits, and shows.
          if (agreed && !isShown(agreed))
            contradicted.set(agreed, [...(contradicted.get(agreed) ?? []), tracked]);
        }
      }
      return { confirmed, unknown, contradicted, recounted };
    },
  };
}

/**
 * Whether a block shows what was matched: what one provider answered must be what both show now. Only what moves to
 * or from the same address matters. Its traces may have counted for nothing when it was matched.
 */
export function isShownIn(
  context: Pick<WatchContext, 'chain' | 'registry'>,
  block: ChainBlock,
  tracked: TrackedTransfer,
): boolean {
  const owner = ownerOf({ ...tracked.transfer, direction: tracked.direction });
  const isOwner = (address: string) => address === owner;
  return [false, true].some((isUnproven) =>
    movementsIn(context, block, isOwner, { isUnproven: () => isUnproven }).some(
      (shown) => !shown.failed && isAsMatched(tracked.transfer, shown),
    ),
  );
}
