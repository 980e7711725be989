import { type ChainsAndAssets, findChain, InvalidChainsFile } from '@daybook/chains';
import {
  type Asset,
  type AssetRecordState,
  type AssetScale,
  assetRecord,
  streamName,
} from '@daybook/domain';
import { type EventStore, loadStates } from '@daybook/event-store';
import type { DataSource } from 'typeorm';

const RECORDED = 'SELECT id, currency, decimals FROM ledger.asset ORDER BY id';

/**
 * Amounts in the books are base units: their meaning is in the decimals of their asset, which the event log has since
 * its first use. Rejects with `InvalidChainsFile` if the registry has others, and with an `EventStoreError`. Answers with
 * what an operator should know.
 */
export async function checkAssets(
  store: EventStore,
  database: Pick<DataSource, 'query'>,
  registry: ChainsAndAssets,
): Promise<readonly string[]> {
  const { assets } = registry;
  const streamOf = ({ id }: Asset) => streamName('asset', id);
  const states = await loadStates(store, assetRecord, assets.map(streamOf));
  const known = assets.map((asset) => [asset, states.get(streamOf(asset)) ?? ABSENT] as const);
  const faults = known.flatMap(([asset, state]) => contradictionOf(asset, state) ?? []);
  if (faults.length > 0) throw new InvalidChainsFile(faults);
  const renamed = known.flatMap(([asset, state]) => renamingOf(asset, state) ?? []);
  const rows = await database.query<(AssetScale & { readonly id: string })[]>(RECORDED);
  return [...renamed, ...rows.flatMap((row) => absenceOf(row, registry) ?? [])];
}

const ABSENT: AssetRecordState = { status: 'absent' };

/** How the registry contradicts the event log; null if it does not. */
export function contradictionOf({ id, decimals }: Asset, state: AssetRecordState): string | null {
  if (state.status === 'absent' || state.decimals === decimals) return null;
  return (
    `${id} has ${decimals} decimals here, but ${state.decimals} in the event log, which recorded it as ${state.currency} ` +
    `with its first use. Set its decimals to ${state.decimals}: another number would change every amount of it.`
  );
}

function renamingOf({ id, currency }: Asset, state: AssetRecordState): string | null {
  if (state.status === 'absent' || state.currency === currency) return null;
  return `${id} was called ${state.currency} and is called ${currency} now, in all answers and messages.`;
}

function absenceOf(
  { id, currency, decimals }: AssetScale & { readonly id: string },
  registry: ChainsAndAssets,
): string | null {
  const now = registry.assets.find((asset) => asset.id === id);
  if (now === undefined) {
    return `${id} is not listed any more. It stays ${currency} with ${decimals} decimals in all answers and messages, but what moves of it is not credited.`;
  }
  if (registry.connections.some(({ chain }) => chain === now.chain)) return null;
  const name = findChain(registry, now.chain)?.name ?? now.chain;
  return `${name} (${now.chain}) is not watched any more, but ${currency} of it was recorded: what moves there is not seen.`;
}
