import { type ChainsAndAssets, findChain, InvalidChainsFile } from '@daybook/chains';
import { type Asset, formatUnits } from '@daybook/domain';
import type { Client } from 'pg';

/** An asset as it was listed at an earlier start. */
interface ListedAsset extends Pick<Asset, 'id' | 'currency' | 'decimals'> {
  /** What the purses hold of it by the books, in base units; null if the books do not have it. */
  readonly custody: bigint | null;
}

/**
 * Amounts in the books are base units: their meaning is in the decimals of the registry. So an asset that the books
 * have must stay listed, with the decimals that it had at the start before. Throws `InvalidChainsFile` if that is not
 * so, and else remembers what is listed now. Answers with what an operator should know.
 */
export async function keepListedAssets(
  database: Client,
  registry: ChainsAndAssets,
): Promise<readonly string[]> {
  const watched = new Set(registry.connections.map(({ chain }) => chain));
  const assets = registry.assets.filter(({ chain }) => watched.has(chain));
  const changed = await changedSince(database, registry, watched);
  const faults = changed.flatMap((each) => faultOf(each, registry) ?? []);
  if (faults.length > 0) throw new InvalidChainsFile(faults);
  await database.query(
    `INSERT INTO ledger.listed_asset (id, currency, decimals)
     SELECT * FROM unnest($1::text[], $2::text[], $3::smallint[])
     ON CONFLICT (id) DO UPDATE SET currency = excluded.currency, decimals = excluded.decimals
      WHERE (listed_asset.currency, listed_asset.decimals) <> (excluded.currency, excluded.decimals)`,
    [
      assets.map(({ id }) => id),
      assets.map(({ currency }) => currency),
      assets.map(({ decimals }) => decimals),
    ],
  );
  return changed.flatMap((each) => warningOf(each, registry, watched) ?? []);
}

/** Those that are listed otherwise now, or not at all, or on a chain that is not watched any more. */
async function changedSince(
  database: Client,
  { assets }: ChainsAndAssets,
  watched: ReadonlySet<string>,
): Promise<readonly ListedAsset[]> {
  const { rows: listed } = await database.query<Omit<ListedAsset, 'custody'>>(
    'SELECT id, currency, decimals FROM ledger.listed_asset ORDER BY id',
  );
  const changed = listed.filter(({ id, currency, decimals }) => {
    const now = assets.find((asset) => asset.id === id);
    const isSame = now?.currency === currency && now.decimals === decimals;
    return !isSame || !watched.has(now.chain);
  });
  if (changed.length === 0) return [];
  // Reads the whole table, but only while something has changed.
  const { rows: booked } = await database.query<{ asset: string; custody: string }>(
    'SELECT asset, sum(custody)::text AS custody FROM ledger.figures WHERE asset = ANY($1) GROUP BY asset',
    [changed.map(({ id }) => id)],
  );
  const custody = new Map(booked.map((row) => [row.asset, BigInt(row.custody)]));
  return changed.map((asset) => ({ ...asset, custody: custody.get(asset.id) ?? null }));
}

function faultOf(
  { id, currency, decimals, custody }: ListedAsset,
  { assets }: ChainsAndAssets,
): string | null {
  if (custody === null) return null;
  const now = assets.find((asset) => asset.id === id);
  const held = `the books have it, ${formatUnits(custody, decimals)} ${currency} in purses`;
  if (now === undefined) {
    return `${id} is not listed any more, but ${held}. List it again, with ${decimals} decimals.`;
  }
  if (now.decimals === decimals) return null;
  return `${id} has ${now.decimals} decimals now and had ${decimals} before, but ${held}. Set decimals to ${decimals} again: another number would change every amount.`;
}

function warningOf(
  { id, currency, custody }: ListedAsset,
  registry: ChainsAndAssets,
  watched: ReadonlySet<string>,
): string | null {
  const now = registry.assets.find((asset) => asset.id === id);
  if (custody === null || now === undefined) return null;
  if (now.currency !== currency) {
    return `${id} was called ${currency} and is called ${now.currency} now, in all answers and messages.`;
  }
  if (watched.has(now.chain)) return null;
  const name = findChain(registry, now.chain)?.name ?? now.chain;
  return `${name} (${now.chain}) is not watched any more, but the books have ${currency} of it: what moves there is not seen.`;
}
