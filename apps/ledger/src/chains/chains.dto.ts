import type { Chain } from '@daybook/chains';
import { parseAssetId } from '@daybook/chains';
import type { ChainHeadV1, json } from '@daybook/contracts';
import { type Asset, type Finality, finalityText } from '@daybook/domain';
import { toMoney } from '../edge/money';
import type { AssetRegistry } from './asset-registry';
import { watchStateOf } from './chain-heads';

const STALLED = 'The chain is not followed at the moment; the operators of Daybook can see why.';

/** Accounts never see which providers a chain has, what is in quarantine, or who paused it and why. */
function detailOf(head: ChainHeadV1, now: number): string | null {
  const { state, detail, paused, observedAt } = head;
  if (watchStateOf(head, now) === 'silent') {
    return `Its watcher has not reported since ${observedAt}; the operators of Daybook can see why.`;
  }
  if (paused) return `Paused since ${paused.since}.`;
  return state === 'stalled' ? STALLED : detail;
}

export function toChain(
  { id, name, family, finality, thresholds, minimumFinality }: Chain,
  head: ChainHeadV1 | undefined,
  now: number,
): json.Chain {
  return {
    chain: id,
    name,
    family,
    finality: finalityText(finality),
    state: head === undefined ? 'unwatched' : watchStateOf(head, now),
    detail: head === undefined ? null : detailOf(head, now),
    latest: head?.latest ?? null,
    matched: head?.matched ?? null,
    finalized: head?.finalized ?? null,
    lag: head === undefined ? null : Math.max(0, head.latest - head.matched),
    observedAt: head?.observedAt ?? null,
    addressesThrough: head?.addressesThrough ?? null,
    thresholds: thresholds.map(finalityText),
    minimumFinality: minimumFinality && finalityText(minimumFinality),
  };
}

export function toAsset(
  asset: Asset,
  { finality, band }: { readonly finality: Finality; readonly band: bigint | null },
  assets: AssetRegistry,
): json.Asset {
  const { id, chain, currency, decimals, minimum } = asset;
  return {
    asset: id,
    chain,
    currency,
    decimals,
    contract: parseAssetId(id)?.contract ?? null,
    minimum: toMoney({ asset: id, baseUnits: minimum }, assets),
    finality: finalityText(finality),
    band: band === null ? null : toMoney({ asset: id, baseUnits: band }, assets),
  };
}
