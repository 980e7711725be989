import { type ChainBlock, confirmedBy, type ProviderAnswer } from '@daybook/chains';
import { matchProven } from '../match/match-blocks';
import { isTraced, movementsIn } from '../match/movements';
import { ownerOf } from '../match/netting';
import { isProven } from '../match/trace-proof';
import { changeVersions, contentOf, isOtherMovement } from '../match/transfer-versions';
import type { WatchContext } from '../state/watch-state';
import type { TrackedTransfer } from '../state/watcher-store';
import { readUnbacked } from './read-balances';

/** A transfer that still waits is looked at again after this, and later less often. */
const AGAIN_MS_MIN = 2_000;
const AGAIN_MS_MAX = 10 * 60_000;
/** Far more than ever wait; it only bounds the memory. */
const REMEMBERED_MAX = 10_000;
/**
 * Blocks that providers are asked for at once. Anybody can send one base unit to a thousand purses in many blocks,
 * which wait for ever where nothing proves them, and the chain must not wait for them.
 */
const BLOCKS_AT_ONCE = 2;

/** A block with true traces of an address. */
interface ProvenTraces {
  readonly block: ChainBlock;
  readonly owner: string;
  /** Of this transaction only; null: of the whole block. */
  readonly txHash: string | null;
}

/** Whether the balances of an address prove what an answer shows of a block. */
type IsRight = (block: ChainBlock, address: string) => Promise<boolean>;

/**
 * Looks again at transfers of which it is not known whether or how much they move: only a trace shows them and no balance
 * has proven them yet, or the balances that they are credited by are not read.
 */
export function createWaitingProofs(context: WatchContext) {
  const { client, now, table } = context;
  /** When each was looked at last in its block, and how long to wait from then on. */
  const looked = new Map<string, { readonly at: number; readonly pauseMs: number }>();

  function isDue(tracked: TrackedTransfer): boolean {
    const last = looked.get(keyOf(tracked));
    return last === undefined || now() - last.at >= last.pauseMs;
  }

  function lookedAt(tracked: TrackedTransfer): number {
    return looked.get(keyOf(tracked))?.at ?? Number.NEGATIVE_INFINITY;
  }

  function note(tracked: TrackedTransfer): void {
    const key = keyOf(tracked);
    const pauseMs = (looked.get(key)?.pauseMs ?? AGAIN_MS_MIN / 2) * 2;
    if (looked.size >= REMEMBERED_MAX) looked.clear();
    looked.set(key, { at: now(), pauseMs: Math.min(pauseMs, AGAIN_MS_MAX) });
  }

  /** The traces that prove it: of two providers that show alike what moves beside it, or those that balances prove. */
  async function proofOf(
    tracked: TrackedTransfer,
    answers: readonly ProviderAnswer[],
    isRight: IsRight,
  ): Promise<ProvenTraces | null> {
    const { block, txHash } = tracked.transfer;
    const owner = ownerOf({ ...tracked.transfer, direction: tracked.direction });
    if (block === null || owner === null) return null;
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
      const right = await Promise.all(partiesOf(shown, owner).map((each) => isRight(shown, each)));
      if (right.every((each) => each)) return { block: shown, owner, txHash: null };
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

  /** An address, and those of ours with which its traces in a block show it to exchange the coin: see `unprovenIn`. */
  function partiesOf(block: ChainBlock, owner: string): readonly string[] {
    const traced = movementsIn(context, block, (address) => address === owner).filter(({ id }) =>
      isTraced(id),
    );
    const others = traced.flatMap(({ from, to }) => [from, to ?? from]);
    return [...new Set([owner, ...others.filter((address) => table.has(address))])];
  }

  /** What proves some transfers of one block, which is asked for once. */
  async function proofsIn(
    number: number,
    waiting: readonly TrackedTransfer[],
  ): Promise<readonly ProvenTraces[]> {
    const answers = await client.askEvery(number);
    const known = new Map<string, Promise<boolean>>();
    /** All movements of an address in a block are proven together. */
    const isRightOf =
      (coin: string): IsRight =>
      (block, address) => {
        const key = `${answers.findIndex((it) => it.block === block)} ${address}`;
        const right = known.get(key) ?? isProven(context, block, address, coin);
        known.set(key, right);
        return right;
      };
    const proofs = new Map<string, ProvenTraces>();
    for (const tracked of waiting) {
      const proof = await proofOf(tracked, answers, isRightOf(tracked.transfer.asset));
      if (proof !== null) proofs.set(`${proof.block.hash} ${proof.owner} ${proof.txHash}`, proof);
    }
    return [...proofs.values()];
  }

  /** Records what traces have proven of some transfers by now. Returns whether there is any. */
  async function resumeTraced(unproven: readonly TrackedTransfer[]): Promise<boolean> {
    let isResumed = false;
    for (const [number, some] of firstBlocks(unproven)) {
      for (const tracked of some) note(tracked);
      for (const { block, owner, txHash } of await proofsIn(number, some)) {
        const transfers = await matchProven(context, block, owner, txHash);
        if (transfers.length === 0) continue;
        await context.commit({ transfers });
        isResumed = true;
      }
    }
    return isResumed;
  }

  /** Records what balances say by now of how much of some transfers has arrived. Returns whether there is any. */
  async function resumeUnread(unread: readonly TrackedTransfer[]): Promise<boolean> {
    const known = new Map<string, bigint>();
    for (const tracked of firstBlocks(unread).flatMap(([, some]) => some)) {
      // It may have been read beside another one.
      if (known.has(tracked.transfer.transferId)) continue;
      note(tracked);
      for (const [id, each] of await readUnbacked(context, tracked)) known.set(id, each);
    }
    if (known.size === 0) return false;
    const versions = changeVersions(context, await context.store.transfers([...known.keys()]));
    for (const [id, unbacked] of known) versions.count(id, unbacked);
    await context.commit({ transfers: versions.changes });
    return true;
  }

  return {
    /** Those that are known by now become final as others do. Returns whether there are any. */
    async resume(waiting: readonly TrackedTransfer[]): Promise<boolean> {
      // Those that were never looked at first, as few are looked at of each page.
      const due = waiting.filter(isDue).sort((a, b) => lookedAt(a) - lookedAt(b));
      const isUnread = ({ transfer }: TrackedTransfer) => transfer.waiting === 'unread-balance';
      const areRead = await resumeUnread(due.filter(isUnread));
      const areProven = await resumeTraced(due.filter((tracked) => !isUnread(tracked)));
      return areRead || areProven;
    },
  };
}

/** The first few blocks of some transfers, each with those in it. */
function firstBlocks(
  all: readonly TrackedTransfer[],
): readonly (readonly [number, readonly TrackedTransfer[]])[] {
  const byBlock = new Map<number, TrackedTransfer[]>();
  for (const tracked of all) {
    const { block } = tracked.transfer;
    if (block === null) continue;
    byBlock.set(block.number, [...(byBlock.get(block.number) ?? []), tracked]);
  }
  return [...byBlock].slice(0, BLOCKS_AT_ONCE);
}

function keyOf({ transfer: { transferId, block } }: TrackedTransfer): string {
  return `${transferId} ${block?.hash}`;
}

/** Whether it is not known whether or how much a transfer moves. */
export function isUncounted({ transfer: { waiting } }: TrackedTransfer): boolean {
  return waiting === 'unproven-trace' || waiting === 'unread-balance';
}
