import type { Asset } from './money';

/** What a chain shows of one movement of one asset to one address; the same in every block. */
export interface TransferContent {
  /** CAIP-2. */
  readonly chain: string;
  /** CAIP-19; may be an asset that the registry does not know. */
  readonly asset: string;
  /** Base units, a decimal string. */
  readonly amount: string;
  /** How much of it left the same address again in the same transaction. Absent when nothing did. */
  readonly netted?: string;
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

/**
 * Why a transfer waits.
 * - `awaiting-second-provider`: its amount is above the band of its asset, and one provider alone shows its block.
 * - `unproven-trace`: only a trace shows it, and no proven balance and no trace of a second provider agrees with it.
 */
export type WaitingReason = 'awaiting-second-provider' | 'unproven-trace';

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

/** Why a transfer is recorded but never credited. */
export type RejectionReason = NonNullable<ReturnType<typeof rejectionOf>>;

/** The first reason that forbids a credit, or null. */
export function rejectionOf(report: TransferReport, { asset, isFungible }: AssetFacts) {
  if (report.status === 'failed') return 'transaction-failed';
  if (!isFungible) return 'not-fungible';
  if (asset === null) return 'unknown-token';
  const amount = BigInt(report.content.amount);
  if (amount === 0n) return 'zero-value';
  return amount < asset.minimum ? 'below-minimum' : null;
}

/** Whether two reports are about the same movement. A reorg may change what a transaction moves. */
export function sameContent(a: TransferContent, b: TransferContent): boolean {
  return a.amount === b.amount && a.to === b.to && a.asset === b.asset && a.from === b.from;
}
