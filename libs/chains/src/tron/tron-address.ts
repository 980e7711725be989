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
 * Both forms of addresses, base58 and hexadecimal digits with the prefix, each by the other. A block names several
 * hundred addresses, most of them more than once and again in later blocks, and a checksum and its base58 take
 * about 8 us.
 */
const known = new Map<string, string>();

/** In base58, or null. Also reads the form of nodes: 41 and 40 hexadecimal digits, without `0x`. */
export function canonicalTronAddress(text: string): string | null {
  const found = known.get(text);
  if (found !== undefined) return text.startsWith(PREFIX) ? found : text;
  if (HEX.test(text)) return addressOfDigits(text.toLowerCase());
  return keyOf(text) === null ? null : text;
}

/** Throws `RangeError` if the address is not canonical. */
export function tronAddressKey(address: string): string {
  const key = keyOf(address);
  if (key !== null) return key;
  throw new RangeError('This is not a TRON address in base58 with a valid checksum.');
}

/** `key` is the 20 bytes after the prefix as `0x` and 40 lower-case digits. */
export function tronAddressOfKey(key: string): string {
  return addressOfDigits(PREFIX + key.slice(2));
}

/**
 * The address of an uncompressed public key, by tronweb. Payers are given these addresses, so they rest on the
 * library that wallets are made with; they are read back by the functions above, with which the watcher reads
 * blocks. Loading tronweb takes a fifth of a second, and only what derives addresses needs it.
 */
export function tronAddressOfPublicKey(publicKey: Uint8Array): string {
  const tronweb = require('tronweb/utils') as typeof import('tronweb/utils');
  const address = tronweb.getBase58CheckAddress(tronweb.computeAddress(publicKey));
  tronAddressKey(address);
  return address;
}

function addressOfDigits(digits: string): string {
  const found = known.get(digits);
  if (found !== undefined) return found;
  const address = encodeBase58(digits + checksumOf(digits));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(digits, address).set(address, digits);
  return address;
}

/**
 * The 20 bytes after the prefix; null if prefix or checksum is wrong. Addresses of blocks are known from their
 * encoding. Others are not kept: a watcher reads a million of them at its start.
 */
function keyOf(address: string): string | null {
  if (!BASE58.test(address)) return null;
  const found = known.get(address);
  if (found !== undefined) return `0x${found.slice(PREFIX.length)}`;
  const digits = decodeBase58(address);
  const key = digits.slice(PREFIX.length, -CHECKSUM_DIGITS);
  const isRight = digits === PREFIX + key + checksumOf(PREFIX + key);
  return isRight ? `0x${key}` : null;
}

function checksumOf(digits: string): string {
  const once = sha256Digits(Buffer.from(digits, 'hex'));
  return sha256Digits(Buffer.from(once, 'hex')).slice(0, CHECKSUM_DIGITS);
}

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
/** By UTF-16 code. */
const VALUES = new Uint8Array(128);
for (const [value, character] of [...ALPHABET].entries()) VALUES[character.charCodeAt(0)] = value;

const CHARACTERS = 34;
/** Five characters at once: their value and a limb fit into the 53 bits of a number. */
const CHUNK = 5;
const CHUNK_VALUES = 58 ** CHUNK;
const LIMB_VALUES = 2 ** 16;
const bytes = Buffer.alloc(26);
const limbs = new Float64Array(bytes.length / 2);

const chunks = new Float64Array(Math.ceil(CHARACTERS / CHUNK));

/**
 * The 34 characters of 25 bytes in hexadecimal digits. Blocks are read without tronweb, which takes a fifth of a
 * second to load in each thread that proves blocks, and several times as long for an address; the tests compare both.
 */
function encodeBase58(digits: string): string {
  chunks.fill(0);
  bytes.fill(0, 0, bytes.length - ADDRESS_BYTES);
  bytes.write(digits, bytes.length - ADDRESS_BYTES, 'hex');
  for (let at = 0; at < bytes.length; at += 2) {
    let carry = bytes.readUInt16BE(at);
    for (let i = chunks.length - 1; i >= 0; i--) {
      const value = (chunks[i] as number) * LIMB_VALUES + carry;
      carry = Math.floor(value / CHUNK_VALUES);
      chunks[i] = value - carry * CHUNK_VALUES;
    }
  }
  let address = '';
  for (let i = chunks.length - 1; i >= 0; i--) {
    let rest = chunks[i] as number;
    for (let n = 0; n < CHUNK; n++, rest = Math.floor(rest / 58)) {
      address = ALPHABET.charAt(rest % 58) + address;
    }
  }
  // The prefix is so small that the first character of the first chunk is a zero.
  return address.slice(-CHARACTERS);
}

/** The 25 bytes of an address in hexadecimal digits: 0.7 us, where tronweb takes 3.4. Its form was checked. */
function decodeBase58(address: string): string {
  limbs.fill(0);
  // The first chunk is one character shorter.
  for (let at = CHARACTERS % CHUNK, from = 0; at <= CHARACTERS; from = at, at += CHUNK) {
    let carry = 0;
    for (let i = from; i < at; i++) carry = carry * 58 + (VALUES[address.charCodeAt(i)] as number);
    for (let i = limbs.length - 1; i >= 0; i--) {
      const value = (limbs[i] as number) * CHUNK_VALUES + carry;
      carry = Math.floor(value / LIMB_VALUES);
      limbs[i] = value - carry * LIMB_VALUES;
    }
  }
  for (const [i, limb] of limbs.entries()) bytes.writeUInt16BE(limb, 2 * i);
  return bytes.toString('hex', bytes.length - ADDRESS_BYTES);
}
