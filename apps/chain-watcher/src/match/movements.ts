import {
  type BlockTransfer,
  type Chain,
  type ChainBlock,
  type ChainsAndAssets,
  coinOf,
  type IncludedTransaction,
  movementsOf,
} from '@daybook/chains';
import type { Direction } from '../state/watcher-store';
import { ownerOf, type Side, withNetted } from './netting';

/** One side of a transfer, or a fee, as a block shows it. */
export interface Movement extends Side {
  /** The stored one: that of an outflow is not that of the transfer, which may be ours, too. */
  readonly id: string;
  /** How much of the amount does not count: it went the other way in the same transaction, or did not arrive. */
  readonly netted: bigint;
  /** How much of `netted` did not arrive, as balances show; absent unless they were read. */
  readonly unbacked?: bigint;
  readonly unreadable?: boolean;
}

/** Marks the stored ids of outflows. */
const OUT = '/out';

/** `<caip2>/<transaction hash>/<ordinal>`, without the hash for what no transaction moved. */
export function transferIdOf(
  chain: string,
  { txHash, ordinal }: Pick<BlockTransfer, 'txHash' | 'ordinal'>,
): string {
  return txHash === null ? `${chain}/${ordinal}` : `${chain}/${txHash}/${ordinal}`;
}

/** The id of an outflow on the topic, by its stored one. */
export function outflowIdOf(stored: string): string {
  return stored.slice(0, -OUT.length);
}

/** The transfer as a movement to its recipient. */
export function inboundOf(chain: string, transfer: BlockTransfer): Movement {
  return sideOf(chain, 'in', transfer);
}

/** Whether only a trace shows a movement, by its stored id. */
export function isTraced(id: string): boolean {
  return id.includes('/call:');
}

/** What is known of the movements of a block. */
export interface KnownOfBlock {
  /** Traces of an address that are not proven may be invented, so they net nothing of what is. */
  isUnproven?(address: string): boolean;
  /** How much of a movement is netted where that is final, by its stored id. */
  finalOf?(id: string): bigint | null;
}

/** What moves in a block to such addresses and from them, with their fees, in the order of the block. */
export function movementsIn(
  { chain, registry }: { readonly chain: Chain; readonly registry: ChainsAndAssets },
  block: ChainBlock,
  isOurs: (address: string) => boolean,
  { isUnproven = () => false, finalOf = () => null }: KnownOfBlock = {},
): readonly Movement[] {
  const { transfers, sent } = movementsOf(block, isOurs);
  if (transfers.length + sent.length === 0) return [];
  const moved = transfers.flatMap((transfer) => [
    ...(isOurs(transfer.to) ? [sideOf(chain.id, 'in', transfer)] : []),
    // Nothing leaves where the amount is zero, as in what an address sends to itself, or where it is not known.
    ...(isOurs(transfer.from) && transfer.amount > 0n ? [sideOf(chain.id, 'out', transfer)] : []),
  ]);
  const charged = sent.filter(({ fee }) => fee > 0n);
  const coin = coinOf(registry, chain);
  return [
    ...withNetted(
      moved,
      (side) => isTraced(side.id) && isUnproven(ownerOf(side) ?? ''),
      ({ id }) => finalOf(id),
    ),
    ...charged.map((transaction) => feeOf(chain.id, coin, transaction)),
  ];
}

function sideOf(chain: string, direction: Direction, transfer: BlockTransfer): Movement {
  const { ordinal: _, ...content } = transfer;
  const id = transferIdOf(chain, transfer);
  return { ...content, id: direction === 'in' ? id : id + OUT, direction, netted: 0n };
}

/** The fee left even if the transaction failed. */
function feeOf(chain: string, coin: string, { hash, sender, fee }: IncludedTransaction): Movement {
  const txHash = hash;
  return {
    ...{ id: transferIdOf(chain, { txHash, ordinal: 'fee:0' }) + OUT, direction: 'out', txHash },
    ...{ asset: coin, amount: fee, netted: 0n, from: sender, to: null, failed: false },
  };
}
