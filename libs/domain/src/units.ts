import type { AssetScale } from './asset-record';

/** The coins and currencies that the listed networks share. */
const UNITS: ReadonlySet<string> = new Set([
  ...['ETH', 'BNB', 'POL', 'AVAX', 'XDAI', 'CELO', 'TRX'],
  ...['USDT', 'USDC', 'USDCE', 'USDT0'],
]);

/** The ends of currency codes that name a network. */
const NETWORKS: ReadonlySet<string> = new Set([
  ...['ETH', 'BSC', 'POLYGON', 'ARB', 'OP', 'BASE', 'AVAX', 'GNOSIS', 'LINEA', 'SCROLL'],
  ...['ZKSYNC', 'CELO', 'TRON'],
]);

/** Coins of test networks are worth nothing, so they are never added to others. */
const TEST_NETWORKS: ReadonlySet<string> = new Set([
  ...['SEPOLIA', 'HOLESKY', 'HOODI', 'AMOY', 'FUJI', 'CHIADO', 'ALFAJORES', 'SHASTA', 'NILE'],
]);

/**
 * The unit that amounts of a currency are added up in over all networks: `USDT` of `USDT_TRON`, `ETH` of `ETH` and
 * `ETH_ARB`. It follows from the code alone, `<unit>_<network>`, so it is known of assets that left the registry too.
 * A code that names neither a known network nor a known unit is a unit of its own: two tokens of a game are not one.
 */
export function unitOf(currency: string): string {
  const end = currency.indexOf('_');
  if (end <= 0) return currency;
  const [unit, network] = [currency.slice(0, end), currency.slice(end + 1)];
  if (TEST_NETWORKS.has(network)) return currency;
  return NETWORKS.has(network) || UNITS.has(unit) ? unit : currency;
}

/** Amounts of one asset by name, in base units, and what they are counted in. */
export interface ScaledAmounts<Name extends string> {
  readonly scale: AssetScale;
  readonly amounts: Readonly<Record<Name, bigint>>;
}

/** Sums by name, in base units of `decimals`. */
export interface UnitTotals<Name extends string> {
  readonly unit: string;
  /** The largest scale among the assets: no digit of any is lost. */
  readonly decimals: number;
  readonly amounts: Readonly<Record<Name, bigint>>;
}

/** The sums over all assets of each unit, exact whatever their decimals; ordered by unit. */
export function totalsByUnit<Name extends string>(
  entries: readonly ScaledAmounts<Name>[],
): readonly UnitTotals<Name>[] {
  const byUnit = new Map<string, ScaledAmounts<Name>[]>();
  for (const entry of entries) {
    const unit = unitOf(entry.scale.currency);
    byUnit.set(unit, [...(byUnit.get(unit) ?? []), entry]);
  }
  const sorted = [...byUnit].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([unit, of]) => {
    const decimals = Math.max(...of.map(({ scale }) => scale.decimals));
    const sums = {} as Record<Name, bigint>;
    for (const { scale, amounts } of of) {
      const factor = 10n ** BigInt(decimals - scale.decimals);
      for (const name of Object.keys(amounts) as Name[]) {
        sums[name] = (sums[name] ?? 0n) + amounts[name] * factor;
      }
    }
    return { unit, decimals, amounts: sums };
  });
}
