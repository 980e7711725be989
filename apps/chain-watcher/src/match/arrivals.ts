import { type ChainBlock, InvalidBlock, RpcFailure } from '@daybook/chains';
import { limiter } from '@daybook/platform/plain';
import type { Holding } from '../state/balances';
import { headerAt } from '../state/ring';
import type { WatchContext } from '../state/watch-state';
import type { Movement } from './movements';
import { lesser, ownerOf } from './netting';

/** Of each, the balances before it and after it are asked for. */
const BLOCKS_AT_ONCE = 16;

/** What one address moves of one asset in a block, in its order. */
export interface Arrival extends Holding {
  readonly block: ChainBlock;
  readonly movements: readonly Movement[];
}

/** A movement of a block. */
export interface Claimed {
  readonly block: ChainBlock;
  readonly movement: Movement;
}

/** What addresses move in blocks, by block, address and asset. */
export function arrivalsIn(claims: readonly Claimed[]): readonly Arrival[] {
  const arrivals = new Map<string, Arrival & { readonly movements: Movement[] }>();
  for (const { block, movement } of claims) {
    const { asset } = movement;
    const address = ownerOf(movement) ?? '';
    const key = `${block.hash} ${address} ${asset}`;
    const arrival = arrivals.get(key) ?? { block, address, asset, movements: [] };
    arrival.movements.push(movement);
    arrivals.set(key, arrival);
  }
  return [...arrivals.values()];
}

/**
 * How much of each inbound movement did not arrive, by its id. What arrived is by how much the balance has grown in the
 * block, and what left the address in it. It is shared in the order of the logs, each at most what its log says less
 * what is netted. Those in `settled` keep their share, by what of them did not arrive. What is left over is nobody's.
 */
export function unbackedOf(
  movements: readonly Movement[],
  grownBy: bigint,
  settled: ReadonlyMap<string, bigint> = new Map(),
): ReadonlyMap<string, bigint> {
  let left = grownBy;
  const outflows = new Set<string>();
  for (const movement of movements) {
    const { id, direction, failed } = movement;
    if (failed) continue;
    if (direction === 'out') {
      // A token that logs each movement twice would else make as much again arrive.
      const { txHash, from, to, amount } = movement;
      const content = `${txHash} ${from} ${to} ${amount}`;
      if (!outflows.has(content)) left += netOf(movement);
      outflows.add(content);
    } else if (settled.has(id)) left -= netOf(movement) - (settled.get(id) ?? 0n);
  }
  const unbacked = new Map<string, bigint>();
  for (const movement of movements) {
    const { id, direction, failed, unreadable } = movement;
    if (direction === 'out' || failed || unreadable || settled.has(id)) continue;
    const claimed = netOf(movement);
    const share = left < 0n ? 0n : lesser(left, claimed);
    left -= share;
    unbacked.set(id, claimed - share);
  }
  return unbacked;
}

/** A movement of which so much did not arrive. It counts less by that, too. */
export function withUnbacked(movement: Movement, unbacked: bigint): Movement {
  return { ...movement, netted: movement.netted + unbacked, unbacked };
}

/** By how much the balance of each address has grown in its block; null while a node does not say. */
export async function growthsOf(
  { client, state }: Pick<WatchContext, 'client' | 'state'>,
  arrivals: readonly Arrival[],
): Promise<readonly (bigint | null)[]> {
  const byBlock = new Map<string, Arrival[]>();
  for (const arrival of arrivals) {
    if (!isParentKnown(state, arrival.block)) continue;
    const beside = byBlock.get(arrival.block.hash);
    if (beside) beside.push(arrival);
    else byBlock.set(arrival.block.hash, [arrival]);
  }
  const reads = limiter({
    runningMax: BLOCKS_AT_ONCE,
    waitingMax: byBlock.size,
    tooMany: (waiting) => new RangeError(`${waiting} reads of balances wait already.`),
  });
  const known = new Map<Arrival, bigint | null>();
  const readIn = async (some: readonly Arrival[]): Promise<void> => {
    const [first] = some as readonly [Arrival];
    const { before, after } = blocksAround(first);
    try {
      const [had, has] = (await Promise.all(
        [before, after].map((block) => client.balances(some, block)),
      )) as [readonly (bigint | null)[], readonly (bigint | null)[]];
      for (const [i, arrival] of some.entries()) known.set(arrival, grownBetween(had[i], has[i]));
    } catch (error) {
      // A node that is away says nothing. It is asked again.
      if (!(error instanceof InvalidBlock || error instanceof RpcFailure)) throw error;
    }
  };
  await Promise.all(Array.from(byBlock.values(), (some) => reads.run(() => readIn(some))));
  return arrivals.map((arrival) => known.get(arrival) ?? null);
}

function grownBetween(had: bigint | null | undefined, has: bigint | null | undefined) {
  return typeof had === 'bigint' && typeof has === 'bigint' ? has - had : null;
}

/** By how much it has grown as two providers say alike; null while they do not. */
export async function agreedGrowthOf(
  { client, state }: Pick<WatchContext, 'client' | 'state'>,
  arrival: Arrival,
): Promise<bigint | null> {
  if (!isParentKnown(state, arrival.block)) return null;
  const { before, after } = blocksAround(arrival);
  const [had, has] = await Promise.all(
    [before, after].map((block) => client.balancesOfEvery([arrival], block)),
  );
  const said = (had ?? []).flatMap(([first], provider) => {
    return grownBetween(first, has?.[provider]?.[0]) ?? [];
  });
  const shared = said.filter((growth, n) => said.indexOf(growth) !== n);
  const [first] = shared;
  return first !== undefined && shared.every((growth) => growth === first) ? first : null;
}

/**
 * Whether the parent that a block names is its own. Where its hash does not commit to that, a node can name any older block,
 * after which more has arrived; only the chain that is followed tells. New blocks are linked to that before.
 */
function isParentKnown(
  { chain }: WatchContext['state'],
  { number, parentHash, proven }: ChainBlock,
): boolean {
  if (proven !== 'none') return true;
  if (chain.phase === 'new') return false;
  const isNew = number > (chain.ring.at(-1)?.number ?? -1);
  return isNew || headerAt(chain.ring, number - 1)?.hash === parentHash;
}

/** Both are named by their hash, so what is read belongs to this block, whatever a reorg does meanwhile. */
function blocksAround({ block: { number, hash, parentHash } }: Arrival) {
  return { before: { number: number - 1, hash: parentHash }, after: { number, hash } };
}

function netOf({ amount, netted }: Movement): bigint {
  return amount - netted;
}
