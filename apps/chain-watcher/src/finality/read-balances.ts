import { type ChainBlock, InvalidBlock, RpcFailure } from '@daybook/chains';
import { type Arrival, agreedGrowthOf, growthsOf, unbackedOf } from '../match/arrivals';
import { movementsIn } from '../match/movements';
import { INCLUDED, isAsMatched } from '../match/transfer-versions';
import type { WatchContext } from '../state/watch-state';
import type { MovementVersion, TrackedTransfer } from '../state/watcher-store';

type Reader = Pick<WatchContext, 'chain' | 'registry' | 'client' | 'state'>;

/** How much of a transfer did not arrive, as the balances show that two providers agree on; null while none do. */
export async function agreedUnbackedOf(
  context: Reader,
  block: ChainBlock,
  { transfer }: TrackedTransfer,
): Promise<bigint | null> {
  const arrival = arrivalOf(context, block, transfer);
  const growth = await agreedGrowthOf(context, arrival);
  if (growth === null) return null;
  return unbackedOf(arrival.movements, growth).get(transfer.transferId) ?? null;
}

/**
 * How much of a transfer that waits for its balance, and of those that wait beside it, did not arrive, by their ids.
 * Empty while no node says it, or shows the block.
 */
export async function readUnbacked(
  context: Reader & Pick<WatchContext, 'store'>,
  { transfer }: TrackedTransfer,
): Promise<ReadonlyMap<string, bigint>> {
  const { block } = transfer;
  const shown = block && (await blockOf(context, block.hash));
  if (!shown) return new Map();
  const arrival = arrivalOf(context, shown, transfer);
  const [growth = null] = await growthsOf(context, [arrival]);
  if (growth === null) return new Map();
  const known = await context.store.transfers(arrival.movements.map(({ id }) => id));
  const there = known
    .map((each) => each.transfer)
    .filter((each) => each.block?.hash === shown.hash && INCLUDED.includes(each.status));
  const settled = new Map(
    there
      .filter(({ waiting }) => waiting !== 'unread-balance')
      .map(({ transferId, unbacked }) => [transferId, BigInt(unbacked ?? 0)]),
  );
  const counted = unbackedOf(arrival.movements, growth, settled);
  const isShown = (version: MovementVersion) =>
    arrival.movements.some((movement) => isAsMatched(version, movement));
  const waiting = there.filter((each) => each.waiting === 'unread-balance' && isShown(each));
  return new Map(
    waiting.flatMap(({ transferId }) => {
      const unbacked = counted.get(transferId);
      return unbacked === undefined ? [] : [[transferId, unbacked] as const];
    }),
  );
}

function arrivalOf(context: Reader, block: ChainBlock, { to, asset }: MovementVersion): Arrival {
  const address = to ?? '';
  const movements = movementsIn(context, block, (each) => each === address);
  const same = movements.filter((movement) => movement.asset === asset);
  return { block, address, asset, movements: same };
}

async function blockOf({ client }: Reader, hash: string): Promise<ChainBlock | null> {
  try {
    return await client.block(hash);
  } catch (error) {
    // A node that is away shows nothing. It is asked again.
    if (error instanceof InvalidBlock || error instanceof RpcFailure) return null;
    throw error;
  }
}
