import type { WatchContext } from '../state/watch-state';
import type { MovementVersion } from '../state/watcher-store';
import { arrivalsIn, type Claimed, growthsOf, unbackedOf, withUnbacked } from './arrivals';

/** A movement as it counts. */
export interface Counted extends Claimed {
  /** Whether that is not known yet: its token is credited by balance, and no node has said the balances. */
  readonly isUnread: boolean;
}

/**
 * Cuts what arrives of tokens that are credited by balance to what the balances show. What is known in its block
 * (`knownOf`) stays as it was counted there, whatever the chains file says of its token since.
 */
export async function countByBalance(
  context: Pick<WatchContext, 'client' | 'registry' | 'state'>,
  claims: readonly Claimed[],
  knownOf: (claim: Claimed) => MovementVersion | null,
): Promise<readonly Counted[]> {
  const byBalance = context.registry.creditedByBalance ?? new Set();
  const settled = new Map<string, bigint>();
  const [unread, fresh] = [new Set<string>(), new Set<string>()];
  for (const claim of claims) {
    const { id, direction, asset, failed } = claim.movement;
    if (direction === 'out' || failed) continue;
    const known = knownOf(claim);
    if (known === null) {
      if (byBalance.has(asset)) fresh.add(id);
    } else if (known.waiting === 'unread-balance') unread.add(id);
    else settled.set(id, BigInt(known.unbacked ?? 0));
  }
  const due = fresh.size === 0 ? [] : arrivalsIn(claims.filter(isByBalance)).filter(isDue);
  const growths = await growthsOf(context, due);
  const counted = new Map<string, bigint>();
  for (const [i, { movements }] of due.entries()) {
    const growth = growths[i] ?? null;
    if (growth !== null) {
      for (const [id, each] of unbackedOf(movements, growth, settled)) counted.set(id, each);
    }
  }

  function isByBalance({ movement: { asset } }: Claimed): boolean {
    return byBalance.has(asset);
  }

  /** What waits already is read again together with what is new beside it. */
  function isDue({ movements }: { readonly movements: readonly { readonly id: string }[] }) {
    return movements.some(({ id }) => fresh.has(id)) && !movements.some(({ id }) => unread.has(id));
  }

  return claims.map((claim): Counted => {
    const { block, movement } = claim;
    const { id } = movement;
    if (movement.direction === 'out') return { ...claim, isUnread: false };
    const unbacked = counted.get(id) ?? knownOf(claim)?.unbacked;
    if (unbacked !== undefined) {
      return { block, movement: withUnbacked(movement, BigInt(unbacked)), isUnread: false };
    }
    // A log that cannot be read as a transfer counts for nothing, whatever the balance is.
    const isCounted = movement.unreadable === true || movement.amount === movement.netted;
    return { ...claim, isUnread: (fresh.has(id) || unread.has(id)) && !isCounted };
  });
}
