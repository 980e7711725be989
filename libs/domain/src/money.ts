/** What an amount is counted in. Fixed by the registry, never read from a chain. */
export interface Asset {
  /** CAIP-19, lower case, such as `eip155:1/erc20:0xdac1...` or `eip155:1/slip44:60`. */
  readonly id: string;
  /** CAIP-2, such as `eip155:1`. */
  readonly chain: string;
  /** The short code that clients use, such as `USDT_ETH`. */
  readonly currency: string;
  readonly decimals: number;
  /** The smallest transfer that is credited, in base units. */
  readonly minimum: bigint;
}

/** The largest amount that an EVM or TRON token can move at once (uint256). */
export const AMOUNT_MAX = 2n ** 256n - 1n;

/** `1500000` at 6 decimals is `1.5`: exact, without exponent, without trailing zeros. */
export function formatUnits(baseUnits: bigint, decimals: number): string {
  const sign = baseUnits < 0n ? '-' : '';
  const digits = (baseUnits < 0n ? -baseUnits : baseUnits).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return fraction === '' ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
