import {
  type BlockTransfer,
  type ChainBlock,
  InvalidBlock,
  isOfTrace,
  movementsOf,
  RpcFailure,
} from '@daybook/chains';
import { limiter } from '@daybook/platform/plain';
import type { WatchContext } from '../state/watch-state';

/** Each asks for two headers and two proofs. */
const PROOFS_AT_ONCE = 8;

/** A transfer of a block, and the purse whose balance shows whether it happened. */
export interface Claimed {
  readonly block: ChainBlock;
  readonly transfer: BlockTransfer;
  readonly purse: string;
}

/**
 * Those transfers that only a trace shows and no balance proves. No root commits to traces, so a node can
 * invent them. A purse whose balances before and after the block are proven, and differ by exactly what the block moves
 * to it and from it, has got what the trace shows; all its movements in the block are proven together.
 */
export async function unprovenTraces(
  context: Pick<WatchContext, 'client'>,
  claims: readonly Claimed[],
): Promise<ReadonlySet<BlockTransfer>> {
  const proofs = limiter({
    runningMax: PROOFS_AT_ONCE,
    waitingMax: claims.length,
    tooMany: (waiting) => new RangeError(`${waiting} proofs wait already.`),
  });
  /** By block and purse. */
  const asked = new Map<string, Promise<boolean>>();
  const unproven = new Set<BlockTransfer>();
  await Promise.all(
    claims.map(async ({ block, transfer, purse }) => {
      if (!isOfTrace(transfer)) return;
      const key = `${block.hash} ${purse}`;
      const proof =
        asked.get(key) ?? proofs.run(() => isProven(context, block, purse, transfer.asset));
      asked.set(key, proof);
      if (!(await proof)) unproven.add(transfer);
    }),
  );
  return unproven;
}

/** Whether the balances of a purse prove what a block says that its traces moved. False while a node does not say. */
export async function isProven(
  { client }: Pick<WatchContext, 'client'>,
  block: ChainBlock,
  purse: string,
  coin: string,
): Promise<boolean> {
  const expected = changeOf(block, purse, coin);
  if (expected === null || client.provenBalance === undefined) return false;
  try {
    const [before, after] = await Promise.all(
      [block.parentHash, block.hash].map((hash) => client.provenBalance?.(purse, hash) ?? null),
    );
    if (typeof before !== 'bigint' || typeof after !== 'bigint') return false;
    return after - before === expected;
  } catch (error) {
    // A node that is away, or whose proof is false, proves nothing. It is asked again.
    if (error instanceof InvalidBlock || error instanceof RpcFailure) return false;
    throw error;
  }
}

/**
 * By how much a block changes the balance of a purse: what comes in, minus what goes out and what its own transactions
 * cost. Null if its traces both pay in and take out, in different transactions: invented payments of both kinds would
 * cancel each other, and the balance would prove them.
 */
export function changeOf(block: ChainBlock, purse: string, coin: string): bigint | null {
  const { transfers, sent } = movementsOf(block, (address) => address === purse);
  /** What the traces of each transaction move, in minus out. */
  const traced = new Map<string | null, bigint>();
  let change = 0n;
  for (const transfer of transfers) {
    const { asset, amount, from, to, txHash, failed } = transfer;
    if (asset !== coin || failed || from === to) continue;
    const moved = to === purse ? amount : -amount;
    change += moved;
    if (isOfTrace(transfer)) traced.set(txHash, (traced.get(txHash) ?? 0n) + moved);
  }
  for (const { sender, fee } of sent) if (sender === purse) change -= fee;
  const moves = [...traced.values()];
  const isMixed = moves.some((each) => each > 0n) && moves.some((each) => each < 0n);
  return isMixed ? null : change;
}

/** Whether only a trace shows a transfer. */
export function isTraced({ transferId }: { readonly transferId: string }): boolean {
  return isOfTrace({ ordinal: transferId.slice(transferId.lastIndexOf('/') + 1) });
}
