import type { Asset } from './money';

/** What a chain shows of one movement of one asset to one address; the same in every block. */
export interface TransferContent {
  /** CAIP-2. */
  readonly chain: string;
  /** CAIP-19; may be an asset that the registry does not know. */
  readonly asset: string;
  /** Base units, a decimal string. */
  readonly amount: string;
  /**
   * How much of it does not count: what left the same address again in the same transaction, and `unbacked`. Absent when
   * all of it counts.
   */
  readonly netted?: string;
  /**
   * How much of `netted` did not arrive: the token is credited by balance, and that shows less than the log says. Absent
   * when nothing is missing.
   */
  readonly unbacked?: string;
  /** Present when the token's log cannot be read as a transfer; the amount is 0 then. */
  readonly unreadable?: true;
  readonly from: string;
  readonly to: string;
  /** Null for what no transaction moved, such as a withdrawal of a validator. */
  readonly txHash: string | null;
  /** `<kind>:<ordinal in the transaction>`, such as `log:0` or `value:0`. */
  readonly ordinal: string;
}

/** The block that includes a transfer. */
export interface Inclusion {
  readonly number: number;
  readonly hash: string;
  /** RFC 3339, UTC. */
  readonly time: string;
}

/** When a transfer is safe enough to credit: after so many blocks, or at a tag of the chain. */
export type Finality =
  | { readonly kind: 'depth'; readonly confirmations: number }
  | { readonly kind: 'tag'; readonly tag: 'finalized' | 'safe' };

/** A policy as clients and operators see it: `depth:<confirmations>` or `tag:<tag>`. */
export function finalityText(finality: Finality): string {
  return finality.kind === 'depth' ? `depth:${finality.confirmations}` : `tag:${finality.tag}`;
}

/** The policy that `finalityText` wrote; null for a kind that this version does not know. */
export function finalityOfText(text: string): Finality | null {
  const [kind, value = '', ...rest] = text.split(':');
  if (rest.length > 0) return null;
  if (kind === 'depth' && /^[1-9][0-9]{0,6}$/.test(value)) {
    return { kind, confirmations: Number(value) };
  }
  return kind === 'tag' && (value === 'safe' || value === 'finalized')
    ? { kind, tag: value }
    : null;
}

/**
 * Whether a block that passed `reached` has also passed `required`. Depths compare by their confirmations, and
 * `finalized` is the chain's own statement that nothing will change, so it is above every other policy. A depth says
 * nothing about a tag, and `safe`, which chains define differently, nothing about a depth: those are not met.
 */
export function meetsFinality(reached: Finality, required: Finality): boolean {
  if (reached.kind === 'tag' && reached.tag === 'finalized') return true;
  if (reached.kind === 'depth') {
    return required.kind === 'depth' && reached.confirmations >= required.confirmations;
  }
  return required.kind === 'tag' && required.tag === reached.tag;
}

/** One version of a transfer's life, as a chain-watcher reports it. */
export interface TransferReport {
  /** Grows with every change of this transfer. */
  readonly version: number;
  readonly status: 'seen' | 'detected' | 'final' | 'reverted' | 'dropped' | 'failed';
  readonly content: TransferContent;
  readonly block: Inclusion | null;
  /** On `final`: the policy that the transfer has passed. It is reported for each of the chain's thresholds. */
  readonly finality: Finality | null;
  /**
   * On `final`: all policies that it has passed so far, as `finalityText`. Absent in reports of older watchers, which
   * called a transfer final once, by the policy of its asset.
   */
  readonly passed?: readonly string[];
  /** On `detected`: why it does not become final although its block is. Absent in reports of older watchers. */
  readonly waiting?: WaitingReason | null;
}

/** The policy by which a final transfer may be credited where `required` must be met; null if none does yet. */
export function creditingFinality(
  { finality, passed }: Pick<TransferReport, 'finality' | 'passed'>,
  required: Finality | null,
): Finality | null {
  if (finality === null || required === null || passed === undefined) return finality;
  const all = [finality, ...passed.map(finalityOfText)];
  return all.find((policy) => policy !== null && meetsFinality(policy, required)) ?? null;
}

/** What a movement counts as: its amount without what went the other way in its transaction or did not arrive. */
export function netAmount({ amount, netted }: Pick<TransferContent, 'amount' | 'netted'>): bigint {
  return BigInt(amount) - BigInt(netted ?? 0);
}

/** Whether an asset is the coin of its chain, by its CAIP-19 id. */
export function isCoin(asset: string): boolean {
  return asset.startsWith('/slip44:', asset.indexOf('/'));
}

/**
 * Why a transfer waits.
 * - `awaiting-second-provider`: its amount is above the band of its asset, and one provider alone shows its block.
 * - `unproven-trace`: only a trace shows it, and no proven balance and no trace of a second provider agrees with it.
 * - `unread-balance`: its token is credited by balance, and the balances before and after its block are not read.
 */
export type WaitingReason = 'awaiting-second-provider' | 'unproven-trace' | 'unread-balance';

/** What is known of a transfer's asset. */
export interface AssetFacts {
  /**
   * The registry's entry. Null for a token that it does not list, whatever its name is: anyone can
   * deploy a token called USDT.
   */
  readonly asset: Asset | null;
  /** False for a token whose units differ from each other: an amount of it means nothing. */
  readonly isFungible: boolean;
  /** What a transfer must have passed to be credited; null if anything that its watcher calls final will do. */
  readonly requiredFinality: Finality | null;
}

/** Who sent a transfer, as far as it makes a difference to the account of the purse. */
export type Sender = 'gas-address' | 'purse-of-account' | 'elsewhere';

/** Coins of the account itself: they are booked, but are no deposit. */
export type OwnCoins = 'top-up' | 'internal';

/**
 * Why a transfer is recorded but never booked. Events of before what is below the minimum was held say
 * `below-minimum`; new ones never do.
 */
export type RejectionReason =
  | Exclude<NonNullable<ReturnType<typeof rejectionOf>>, OwnCoins>
  | 'below-minimum';

/** What a report says of a movement that may move nothing. */
interface Movement {
  readonly status: TransferReport['status'];
  readonly content: Pick<TransferContent, 'amount' | 'netted' | 'unbacked' | 'unreadable'>;
}

/** The first reason for which a movement moves nothing of a listed asset, or null. */
export function movesNothing(
  { status, content }: Movement,
  { asset, isFungible }: Pick<AssetFacts, 'asset' | 'isFungible'>,
) {
  if (status === 'failed') return 'transaction-failed';
  if (!isFungible) return 'not-fungible';
  if (asset === null) return 'unknown-token';
  if (content.unreadable === true) return 'unreadable';
  if (content.amount === '0') return 'zero-value';
  if (netAmount(content) > 0n) return null;
  return content.unbacked === undefined ? 'netted' : 'unbacked';
}

/** The first reason for which a transfer is no deposit, or null. */
export function rejectionOf(
  report: Movement & { readonly content: Pick<TransferContent, 'asset'> },
  facts: AssetFacts & { readonly sender: Sender },
) {
  const nothing = movesNothing(report, facts);
  if (nothing !== null || facts.asset === null) return nothing;
  if (facts.sender === 'purse-of-account') return 'internal';
  return facts.sender === 'gas-address' && isCoin(report.content.asset) ? 'top-up' : null;
}

/** Whether a movement is below the minimum of its asset: it is held until others make up the rest. */
export function isBelowMinimum(
  content: Pick<TransferContent, 'amount' | 'netted'>,
  { asset }: Pick<AssetFacts, 'asset'>,
): boolean {
  return asset !== null && netAmount(content) < asset.minimum;
}

/** Whether a transfer is no deposit because the account itself sent it. */
export function isOwnCoins(
  reason: RejectionReason | OwnCoins | null | undefined,
): reason is OwnCoins {
  return reason === 'top-up' || reason === 'internal';
}

/** Whether two reports are about the same movement. A reorg may change what a transaction moves. */
export function sameContent(a: Moved, b: Moved): boolean {
  const isSame = a.amount === b.amount && a.to === b.to && a.asset === b.asset && a.from === b.from;
  return isSame && (a.netted ?? '0') === (b.netted ?? '0') && a.unreadable === b.unreadable;
}

type Moved = Omit<TransferContent, 'to' | 'txHash'> & { readonly to: string | null };
