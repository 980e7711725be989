import { DomainError } from './errors';

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

/** An amount in whole units, as a request has it: as many digits before and after the point as any asset needs. */
export const DECIMAL_AMOUNT = /^(0|[1-9][0-9]{0,77})(\.[0-9]{1,77})?$/;

/**
 * `1.5` at 6 decimals is `1500000`: exact. Refuses with `invalid-amount` a text that is no decimal number, has more
 * digits after the point than the asset, or is not from one base unit to the largest amount of a token.
 */
export function parseUnits(text: string, decimals: number): bigint {
  const fault = (sentence: string) => new DomainError('invalid-amount', sentence);
  if (!DECIMAL_AMOUNT.test(text)) throw fault('An amount is a decimal number such as 1.5.');
  const [whole = '', fraction = ''] = text.split('.');
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > decimals) {
    throw fault(`The asset has ${decimals} digits after the point, and the amount has more.`);
  }
  const units = BigInt(whole + digits.padEnd(decimals, '0'));
  requireAmount(String(units));
  return units;
}

/** Refuses with `invalid-amount` base units that are not from 1 to the largest amount of a token. */
export function requireAmount(baseUnits: string): void {
  const units = BigInt(baseUnits);
  if (units > 0n && units <= AMOUNT_MAX) return;
  throw new DomainError(
    'invalid-amount',
    `An amount is greater than zero and at most ${AMOUNT_MAX} base units.`,
  );
}
