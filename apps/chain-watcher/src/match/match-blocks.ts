import { type ChainBlock, coinOf } from '@daybook/chains';
import type { WatchContext } from '../state/watch-state';
import type { MovementVersion, TrackedTransfer } from '../state/watcher-store';
import type { Claimed } from './arrivals';
import { countByBalance } from './count-by-balance';
import { isTraced, type Movement, movementsIn } from './movements';
import { addressKey, claimKey, unprovenTraces } from './trace-proof';
import {
  changeVersions,
  contentOf,
  INCLUDED,
  isAsMatched,
  isOtherMovement,
} from './transfer-versions';

/**
 * Matches blocks against the address table. `lost` are transfers of blocks that these replace, `ended` the
 * sightings that these end. `found` counts transfers to our addresses; `versions` are in order of publishing.
 */
export async function matchBlocks(
  context: WatchContext,
  blocks: readonly ChainBlock[],
  lost: readonly TrackedTransfer[] = [],
  ended: readonly string[] = [],
) {
  const { store, table } = context;
  context.events.matching(blocks);
  const isOurs = (address: string) => table.has(address);
  const shown = blocks.flatMap((block) => claimsOf(block, movementsIn(context, block, isOurs)));
  const ids = shown.map(({ movement }) => movement.id);
  const known = await store.transfers([...new Set([...ids, ...ended])]);
  const knownOf = knownIn(known);
  const settled = await settledIn(context, shown);
  const unproven = await unprovenIn(context, shown, knownOf, settled);
  const claims = shown.some(({ movement }) => isTraced(movement.id))
    ? blocks.flatMap((block) =>
        claimsOf(block, nettedIn(context, block, isOurs, knownOf, unproven)),
      )
    : shown;
  const found = await countByBalance(context, claims, (claim) => {
    const version = knownOf(claim);
    return version !== null && isAsMatched(version, claim.movement) ? version : null;
  });
  const versions = changeVersions(context, [...known, ...lost]);
  for (const { transfer } of lost) versions.revert(transfer.transferId);
  const proven = provenGroups(found, unproven);
  const isLost = new Set(lost.map(({ transfer }) => transfer.transferId));
  const coin = coinOf(context.registry, context.chain);
  for (const claim of found) {
    const { block, movement } = claim;
    const before = movement.asset === coin && !isLost.has(movement.id) ? knownOf(claim) : null;
    if (before !== null && stays(before, claim, proven)) continue;
    const isUnproven = isTraced(movement.id) && unproven.has(claimKey(claim));
    const isOfSame = (each: Movement) => each.txHash === movement.txHash;
    // Another description of what was proven already.
    if (isUnproven && settled.get(claimKey(claim))?.some(isOfSame)) continue;
    const waiting = claim.isUnread ? 'unread-balance' : null;
    versions.include(block, movement, isUnproven ? 'unproven-trace' : waiting);
  }
  // Those that the blocks contain are no sightings any more, so this drops only the others.
  for (const id of ended) versions.drop(id);
  const transfers = found.filter(({ movement }) => movement.direction === 'in');
  return { found: transfers.length, versions: versions.changes };
}

/**
 * The versions of what a block moves to an address and from it, in a transaction or in all, now that it is known that
 * its traces are true.
 */
export async function matchProven(
  context: WatchContext,
  block: ChainBlock,
  owner: string,
  txHash: string | null,
): Promise<readonly TrackedTransfer[]> {
  const isOwner = (address: string) => address === owner;
  const coin = coinOf(context.registry, context.chain);
  const all = movementsIn(context, block, isOwner);
  const known = await context.store.transfers(all.map(({ id }) => id));
  const knownOf = knownIn(known);
  const claims = claimsOf(block, all);
  const settled = await settledIn(context, claims);
  if (claims.some((claim) => isOtherThan(settled, claim, claims))) return [];
  const versions = changeVersions(context, known);
  for (const movement of nettedIn(context, block, isOwner, knownOf, new Set())) {
    const isOther = txHash !== null && movement.txHash !== txHash;
    if (isOther || movement.asset !== coin) continue;
    versions.include(block, movement);
    if (knownOf({ block, movement })?.waiting === 'unproven-trace') versions.resume(movement.id);
  }
  return versions.changes;
}

type KnownOf = (claim: Claimed) => MovementVersion | null;

/** What is known of a movement in the same block. */
function knownIn(known: readonly TrackedTransfer[]): KnownOf {
  const byId = new Map(known.map(({ transfer }) => [transfer.transferId, transfer]));
  return ({ block, movement }) => {
    const found = byId.get(movement.id);
    const isIncluded = found !== undefined && INCLUDED.includes(found.status);
    return isIncluded && found.block?.hash === block.hash ? found : null;
  };
}

/** The movements of a block, each netted by what is proven, and by what is final. */
function nettedIn(
  context: WatchContext,
  block: ChainBlock,
  isOurs: (address: string) => boolean,
  knownOf: KnownOf,
  unproven: ReadonlySet<string>,
): readonly Movement[] {
  const isUnproven = (address: string) => unproven.has(addressKey(block, address));
  return movementsIn(context, block, isOurs, {
    isUnproven,
    finalOf(id) {
      const known = knownOf({ block, movement: { id } as Movement });
      return known?.status === 'final' ? BigInt(known.netted ?? 0) : null;
    },
  });
}

function claimsOf(block: ChainBlock, movements: readonly Movement[]): readonly Claimed[] {
  return movements.map((movement) => ({ block, movement }));
}

/** What traces have shown to move, and was proven, of the addresses of claims in their blocks, by `claimKey`. */
type Settled = ReadonlyMap<string, readonly Movement[]>;

async function settledIn(context: WatchContext, claims: readonly Claimed[]): Promise<Settled> {
  const blocks = claims.filter(({ movement }) => isTraced(movement.id)).map(({ block }) => block);
  const settled = new Map<string, Movement[]>();
  if (blocks.length === 0) return settled;
  const numbers = blocks.map(({ number }) => number);
  const range = { from: Math.min(...numbers), to: Math.max(...numbers) };
  const byHash = new Map(blocks.map((block) => [block.hash, block]));
  for (const { transfer, direction } of await context.store.inBlocks(context.chain.id, range)) {
    const block = byHash.get(transfer.block?.hash ?? '');
    const isProven = INCLUDED.includes(transfer.status) && transfer.waiting !== 'unproven-trace';
    if (block === undefined || !isProven || !isTraced(transfer.transferId)) continue;
    const { transferId: id, asset, from, to, txHash } = transfer;
    const movement = { id, direction, asset, from, to, txHash, failed: false } as const;
    const amounts = { amount: BigInt(transfer.amount), netted: BigInt(transfer.netted ?? 0) };
    const claim = { block, movement: { ...movement, ...amounts } };
    settled.set(claimKey(claim), [...(settled.get(claimKey(claim)) ?? []), claim.movement]);
  }
  return settled;
}

/**
 * Whether what was proven of the address of a claim is not among these claims. An answer that names the same movements
 * otherwise, as one that leaves out calls does, would else be recorded besides.
 */
function isOtherThan(settled: Settled, claim: Claimed, claims: readonly Claimed[]): boolean {
  const proven = settled.get(claimKey(claim)) ?? [];
  return proven.some((movement) => {
    const shown = claims.find(
      (each) => each.movement.id === movement.id && claimKey(each) === claimKey(claim),
    );
    return (
      shown === undefined || isOtherMovement(contentOf('', movement), contentOf('', shown.movement))
    );
  });
}

/**
 * The addresses whose traces are not proven in a block. What was proven of them there stays, and what waits goes on
 * waiting. A trace may be right about one side alone, and who paid a purse decides what the payment is: so neither of
 * two purses is proven before the other one.
 */
async function unprovenIn(
  context: WatchContext,
  shown: readonly Claimed[],
  knownOf: KnownOf,
  settled: Settled,
): Promise<ReadonlySet<string>> {
  const isAsKnown = (claim: Claimed) => {
    const known = knownOf(claim);
    return known !== null && !isOtherMovement(known, contentOf(context.chain.id, claim.movement));
  };
  const others = shown.filter((claim) => isOtherThan(settled, claim, shown)).map(claimKey);
  const refused = new Set(others);
  const waiting = shown.filter(
    (claim) => isAsKnown(claim) && knownOf(claim)?.waiting === 'unproven-trace',
  );
  const fresh = await unprovenTraces(
    context,
    shown.filter((claim) => !isAsKnown(claim) && !refused.has(claimKey(claim))),
  );
  const unproven = new Set([...fresh, ...waiting.map(claimKey), ...refused]);
  const traced = shown.filter(({ movement }) => isTraced(movement.id));
  // Each round adds an address at least.
  for (let size = -1; size !== unproven.size; ) {
    size = unproven.size;
    for (const { block, movement } of traced) {
      const sides = [movement.from, movement.to].map((it) => addressKey(block, it ?? ''));
      if (sides.some((side) => unproven.has(side))) for (const side of sides) unproven.add(side);
    }
  }
  return unproven;
}

/** What an address moves of the coin in one transaction, if traces that are proven show a part of it. */
function provenGroups(
  found: readonly Claimed[],
  unproven: ReadonlySet<string>,
): ReadonlySet<string> {
  const proven = found.filter(
    (claim) => isTraced(claim.movement.id) && !unproven.has(claimKey(claim)),
  );
  return new Set(proven.map(groupKey));
}

function groupKey(claim: Claimed): string {
  return `${claim.movement.txHash} ${claimKey(claim)}`;
}

/**
 * Whether what is known of the coin in a block stays as it is, as no proven trace shows otherwise. Another answer may
 * lack traces, or invent some: then what was proven by an earlier one, and what it has netted, is still right.
 */
function stays(known: MovementVersion, claim: Claimed, proven: ReadonlySet<string>): boolean {
  if (known.waiting === 'unproven-trace' || proven.has(groupKey(claim))) return false;
  if (isTraced(claim.movement.id)) return true;
  return BigInt(known.netted ?? 0) > claim.movement.netted;
}
