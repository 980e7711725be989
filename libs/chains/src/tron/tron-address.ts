/** The first byte of every TRON address, in hexadecimal. It makes base58 begin with T. */
const PREFIX = '41';
const BASE58 = /^T[1-9A-HJ-NP-Za-km-z]{33}$/;
const HEX = /^41[0-9a-fA-F]{40}$/;

/**
 * Base58 with its checksum, as wallets show it; null if the text is not an address. Also accepts the form of
 * nodes, 41 and 40 hexadecimal digits, but not `0x`, which is an EVM address.
 */
export function canonicalTronAddress(text: string): string | null {
  if (HEX.test(text)) return codecs().fromHex(text);
  return decode(text) === null ? null : text;
}

/** Throws `RangeError` if the address is not canonical. */
export function tronAddressKey(address: string): string {
  const key = decode(address);
  if (key !== null) return key;
  throw new RangeError('This is not a TRON address in base58 with a valid checksum.');
}

export function tronAddressOfKey(key: string): string {
  return codecs().fromHex(`${PREFIX}${key.slice(2)}`);
}

/** The 20 bytes after the prefix as `0x` and hexadecimal digits, or null. */
function decode(address: string): string | null {
  if (!BASE58.test(address)) return null;
  try {
    const hex = codecs().toHex(address);
    return HEX.test(hex) ? `0x${hex.slice(PREFIX.length)}` : null;
  } catch {
    // tronweb throws for a wrong checksum.
    return null;
  }
}

/**
 * Loaded with the first TRON address. The codecs take 0.2 s and 17 MB, which a process with only EVM
 * addresses should not pay.
 */
function codecs(): typeof import('tronweb/utils') {
  return require('tronweb/utils');
}
