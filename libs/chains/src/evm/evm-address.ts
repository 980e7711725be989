import { getAddress } from 'ethers';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * Lower case. Null for what is no address: a mixed-case one must carry its right checksum (EIP-55),
 * as a wrong one is a typing error.
 */
export function canonicalEvmAddress(text: string): string | null {
  if (!ADDRESS.test(text)) return null;
  const digits = text.slice(2);
  const hasNoChecksum = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  const lower = text.toLowerCase();
  return hasNoChecksum || getAddress(lower) === text ? lower : null;
}

/** With the checksum of EIP-55 in the case of its letters. */
export function displayEvmAddress(address: string): string {
  return getAddress(address);
}
