import { type ChainBlock, InvalidBlock, isOfTrace, movementsOf, RpcFailure } from '@daybook/chains';
import { limiter } from '@daybook/platform/plain';
import type { WatchContext } from '../state/watch-state';
import type { Claimed } from './arrivals';
import { isTraced } from './movements';
import { ownerOf } from './netting';

/** Each asks for two headers and two proofs. */
const PROOFS_AT_ONCE = 8;
/**
 * Addresses that are proven before blocks are recorded. One call can pay a base unit to each of a thousand purses, and
 * the chain must not wait for them: the others are proven later, as those are that no node could prove.
 */
const PROOFS_MAX = 128;

/**
 * Those addresses of blocks (`claimKey`) of which a trace shows what no balance proves. No root commits to traces, so a
 * node can invent them. An address whose balances before and after the block are proven, and differ by exactly what the
 * block moves to it and from it, has got what the trace shows; all its movements in the block are proven together.
 */
export async function unprovenTraces(
  context: Pick<WatchContext, 'client'>,
  claims: readonly Claimed[],
): Promise<ReadonlySet<string>> {
  const traced = claims.filter(({ movement }) => isTraced(movement.id)).sort(byAmount);
  const all = [...new Map(traced.map((claim) => [claimKey(claim), claim]))];
  const asked = all.slice(0, PROOFS_MAX);
  const proofs = limiter({
    runningMax: PROOFS_AT_ONCE,
    waitingMax: asked.length,
    tooMany: (waiting) => new RangeError(`${waiting} proofs wait already.`),
  });
  const unproven = new Set(all.slice(PROOFS_MAX).map(([key]) => key));
  await Promise.all(
    asked.map(async ([key, { block, movement }]) => {
      const purse = ownerOf(movement) ?? '';
      const isRight = await proofs.run(() => isProven(context, block, purse, movement.asset));
      if (!isRight) unproven.add(key);
    }),
  );
  return unproven;
}

/** The largest first, so that nobody can make them wait cheaply. */
function byAmount({ movement: a }: Claimed, { movement: b }: Claimed): number {
  if (a.amount === b.amount) return 0;
  return a.amount < b.amount ? 1 : -1;
}

/** The address of a claim, in its block. */
export function claimKey({ block, movement }: Claimed): string {
  return addressKey(block, ownerOf(movement) ?? '');
}

export function addressKey({ hash }: Pick<ChainBlock, 'hash'>, address: string): string {
  return `${hash} ${address}`;
}

/**
 * Whether the balances of a purse prove what a block says that its traces moved. False while a node does not say, and for
 * a block whose hash does not commit to its parent and to all else that it moves: with another parent, an old movement
 * would prove an invented one, and without a payment that is true, its trace would count once more.
 */
export async function isProven(
  { client }: Pick<WatchContext, 'client'>,
  block: ChainBlock,
  purse: string,
  coin: string,
): Promise<boolean> {
  const expected = changeOf(block, purse, coin);
  if (block.proven !== 'content' || expected === null) return false;
  if (client.provenBalance === undefined) return false;
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
 * cost. Null if the balance would prove invented payments, because something else that may be invented cancels them:
 * traces that both pay in and take out, in different transactions, or a fee by the word of the node alone.
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
  for (const { sender, fee, isFeeProven = false } of sent) {
    if (sender !== purse || fee === 0n) continue;
    if (!isFeeProven) return null;
    change -= fee;
  }
  const moves = [...traced.values()];
  const isMixed = moves.some((each) => each > 0n) && moves.some((each) => each < 0n);
  return isMixed ? null : change;
}
