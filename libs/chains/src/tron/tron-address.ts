import { decode58, encode58 } from 'tronweb/utils';
import { sha256Digits } from './sha256';

/** The first byte of every TRON address. It makes base58 begin with T. */
const PREFIX = '41';
const BASE58 = /^T[1-9A-HJ-NP-Za-km-z]{33}$/;
const HEX = /^41[0-9a-fA-F]{40}$/;
/** The prefix, the key and the checksum. */
const ADDRESS_BYTES = 25;
const CHECKSUM_DIGITS = 8;
/** More addresses than a step of the watcher meets. About 10 MB. */
const KNOWN_MAX = 65_536;

/**
 * Both forms of addresses, each by the other. A block names several hundred addresses, most of them more than
 * once and again in later blocks, and a checksum and its base58 take about 8 us.
 */
const known = new Map<string, string>();

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

export function tronAddressOfKey(key: string): string {
  const found = known.get(key);
  if (found !== undefined) return found;
  const digits = PREFIX + key.slice(2);
  const once = sha256Digits(Buffer.from(digits, 'hex'));
  const checksum = sha256Digits(Buffer.from(once, 'hex')).slice(0, CHECKSUM_DIGITS);
  const address = encode58(Buffer.from(digits + checksum, 'hex'));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, address).set(address, key.toLowerCase());
  return address;
}

/** The 20 bytes after the prefix; null if prefix or checksum is wrong. */
function keyOf(address: string): string | null {
  if (!BASE58.test(address)) return null;
  const found = known.get(address);
  if (found !== undefined) return found;
  const bytes = Buffer.from(decode58(address));
  if (bytes.length !== ADDRESS_BYTES) return null;
  const key = `0x${bytes.toString('hex', 1, 21)}`;
  return tronAddressOfKey(key) === address ? key : null;
}
