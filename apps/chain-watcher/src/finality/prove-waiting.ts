import { type ChainBlock, confirmedBy } from '@daybook/chains';
import { movementsIn } from '../match/movements';
import { ownerOf } from '../match/netting';
import { isProven } from '../match/trace-proof';
import { contentOf, isOtherMovement } from '../match/transfer-versions';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';

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
  /** When each was looked at last in its block, and how long to wait from then on. */
  const looked = new Map<string, { readonly at: number; readonly pauseMs: number }>();

  function isDue(tracked: TrackedTransfer): boolean {
    const last = looked.get(keyOf(tracked));
    return last === undefined || now() - last.at >= last.pauseMs;
  }

  function note(tracked: TrackedTransfer): void {
    const key = keyOf(tracked);
    const pauseMs = (looked.get(key)?.pauseMs ?? AGAIN_MS_MIN / 2) * 2;
    if (looked.size >= REMEMBERED_MAX) looked.clear();
    looked.set(key, { at: now(), pauseMs: Math.min(pauseMs, AGAIN_MS_MAX) });
  }

  /** The traces that prove it: of two providers that show alike what moves beside it, or those that a balance proves. */
  async function proofOf(tracked: TrackedTransfer): Promise<ProvenTraces | null> {
    const { block, asset, txHash } = tracked.transfer;
    const owner = ownerOf({ ...tracked.transfer, direction: tracked.direction });
    if (block === null || owner === null) return null;
    const answers = await client.askEvery(block.number);
    const showing = answers.flatMap(({ block: shown }) => {
      const beside = shown?.hash === block.hash ? besideIn(shown, owner, tracked) : null;
      return shown === null || beside === null ? [] : [{ shown, beside }];
    });
    for (const [i, { shown, beside }] of showing.entries()) {
      const isSame = (other: ChainBlock) =>
        showing.slice(i).some((each) => each.shown === other && each.beside === beside);
      if (confirmedBy(answers, block.hash, isSame)) return { block: shown, owner, txHash };
    }
    for (const { shown } of showing) {
      if (await isProven(context, shown, owner, asset))
        return { block: shown, owner, txHash: null };
    }
    return null;
  }

  /** What a block moves of the coin beside a transfer of it, if it shows that; what is netted follows from it. */
  function besideIn(
    block: ChainBlock,
    owner: string,
    { transfer }: TrackedTransfer,
  ): string | null {
    const moved = movementsIn(context, block, (address) => address === owner).filter(
      ({ asset, txHash }) => asset === transfer.asset && txHash === transfer.txHash,
    );
    const isShown = moved.some(
      (each) =>
        each.id === transfer.transferId &&
        !each.failed &&
        !isOtherMovement(transfer, contentOf(context.chain.id, each)),
    );
    const words = moved.map(({ id, amount, from, to }) => `${id} ${amount} ${from} ${to}`);
    return isShown ? words.join('\n') : null;
  }

  return {
    /** The traces that prove some of them now. */
    async among(waiting: readonly TrackedTransfer[]): Promise<readonly ProvenTraces[]> {
      const proven: ProvenTraces[] = [];
      for (const tracked of waiting.filter(isDue)) {
        note(tracked);
        const proof = await proofOf(tracked);
        if (proof !== null) proven.push(proof);
      }
      return proven;
    },
  };
}

/** A block with true traces of an address. */
export interface ProvenTraces {
  readonly block: ChainBlock;
  readonly owner: string;
  /** Of this transaction only; null: of the whole block. */
  readonly txHash: string | null;
}

function keyOf({ transfer: { transferId, block } }: TrackedTransfer): string {
  return `${transferId} ${block?.hash}`;
}

/** Whether a transfer waits because nothing but one trace shows it. */
export function isUnproven({ transfer: { waiting } }: TrackedTransfer): boolean {
  return waiting === 'unproven-trace';
}
