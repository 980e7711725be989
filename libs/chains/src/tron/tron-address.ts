import { dataSlice, decodeBase58, encodeBase58, toBeHex } from 'ethers';
import { sha256 } from './sha256';

/** The first byte of every TRON address. It makes base58 begin with T. */
const PREFIX = '41';
const BASE58 = /^T[1-9A-HJ-NP-Za-km-z]{33}$/;
const HEX = /^41[0-9a-fA-F]{40}$/;
/** The prefix, the key and the checksum. */
const ADDRESS_BYTES = 25;
const CHECKSUM_BYTES = 4;

/** In base58, or null. Also reads the form of nodes: 41 and 40 hexadecimal digits, without `0x`. */
export function canonicalTronAddress(text: string): string | null {
  if (HEX.test(text)) return tronAddressOfKey(`0x${text.slice(2).toLowerCase()}`);
  return keyOf(text) === null ? null : text;
}

/** Throws `RangeError` if the address is not canonical. */
export function tronAddressKey(address: string): string {
  const key = keyOf(address);
  if (key !== null) return key;
  throw new RangeError('This is not a TRON address in base58 with a valid checksum.');
}

/** A block has a thousand addresses. With bytes this takes 16 us, with the strings of ethers 50. */
export function tronAddressOfKey(key: string): string {
  const bytes = Buffer.from(PREFIX + key.slice(2), 'hex');
  const checksum = sha256(sha256(bytes)).subarray(0, CHECKSUM_BYTES);
  return encodeBase58(Buffer.concat([bytes, checksum]));
}

/** The 20 bytes after the prefix; null if prefix or checksum is wrong. */
function keyOf(address: string): string | null {
  if (!BASE58.test(address)) return null;
  const key = dataSlice(toBeHex(decodeBase58(address), ADDRESS_BYTES), 1, 21);
  return tronAddressOfKey(key) === address ? key : null;
}
