/** The first byte of every address on TRON's networks, in hexadecimal. It makes base58 begin with T. */
const PREFIX = '41';
const BASE58 = /^T[1-9A-HJ-NP-Za-km-z]{33}$/;
const HEX = /^41[0-9a-fA-F]{40}$/;

/**
 * Base58 with its checksum, as wallets show it. Null for what is no address. The form in which nodes
 * answer, 41 and 40 hexadecimal digits, is accepted too; `0x` is not, as that is an EVM address.
 */
export function canonicalTronAddress(text: string): string | null {
  if (HEX.test(text)) return codecs().fromHex(text);
  return decode(text) === null ? null : text;
}

/** Throws `RangeError` for what is no canonical address. */
export function tronAddressKey(address: string): string {
  const key = decode(address);
  if (key !== null) return key;
  throw new RangeError('This is no TRON address in base58 with a right checksum.');
}

export function tronAddressOfKey(key: string): string {
  return codecs().fromHex(`${PREFIX}${key.slice(2)}`);
}

/** The 20 bytes behind the prefix as `0x` and hexadecimal digits, or null. */
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
 * Loaded with the first TRON address: the codecs alone take 0.2 s and 17 MB, which a process that
 * sees EVM addresses only must not pay.
 */
function codecs(): typeof import('tronweb/utils') {
  return require('tronweb/utils');
}
