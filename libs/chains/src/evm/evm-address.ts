import { getAddress } from 'ethers';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * The address in lower case; null if it is invalid. A mixed-case address must have a valid checksum
 * (EIP-55), because a wrong checksum means a typing error.
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
