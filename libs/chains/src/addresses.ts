import { createHmac } from 'node:crypto';
import type { Family } from '@daybook/domain';
import {
  dataSlice,
  decodeBase58,
  getAddress,
  HDNodeWallet,
  keccak256,
  sha256,
  toBeHex,
} from 'ethers';
import { pointAddScalar } from 'tiny-secp256k1';

/**
 * The account-level xpub (m/44'/60'/0') of the mnemonic that every development chain funds: "test"
 * eleven times, then "junk". Everybody knows its private keys, so `refuseDevelopmentXpub` keeps it
 * off every chain with real money.
 */
export const DEVELOPMENT_XPUB =
  'xpub6Ce9NcJvTk36xtLSrJLZqE7wtgA5deCeYs7rSQtreh4cj6ByPtrg9sD7V2FNFLPnf8heNP3FGkeV9qwfzvZNSd54JoNXVsXFYSYwHsnJxqP';

/** The first receive address of that mnemonic in every wallet; the self-test derives it. */
const DEVELOPMENT_ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';

/** Chains whose coins are worth nothing: anvil and Hardhat, and geth in development mode. */
const DEVELOPMENT_CHAINS: ReadonlySet<string> = new Set(['eip155:31337', 'eip155:1337']);

/** BIP-44: purpose, coin type and account are hardened, so an account-level key has depth 3. */
const ACCOUNT_DEPTH = 3;
/** BIP-44: 0 is the external chain, whose addresses are given to others. */
const EXTERNAL_CHAIN = 0;
/** BIP-32: a serialized key, before the four bytes of its base58 checksum. */
const EXTENDED_KEY_BYTES = 78;
/** BIP-32: from here on indexes are hardened, which a public key cannot derive. */
const HARDENED = 2 ** 31;

/** An xpub that was accepted: what addresses are derived from, and nothing that could sign. */
export interface EvmXpub {
  /** BIP-32 fingerprint of the account key, such as `0x3bf95407`: names it without showing it. */
  readonly fingerprint: string;
  readonly isDevelopment: boolean;
  /** `m/44'/60'/<account>'/0`, the parent of all addresses. */
  readonly receive: PublicNode;
}

/** A public key of BIP-32, with what its children are derived from. */
interface PublicNode {
  /** Compressed: 33 bytes. */
  readonly publicKey: Buffer;
  readonly chainCode: Buffer;
}

/** What was given is not an account-level xpub. The message never contains what was given. */
export class InvalidXpub extends Error {
  override readonly name = 'InvalidXpub';
}

/**
 * Reads an account-level extended public key (exported at m/44'/60'/<account>'). Throws `InvalidXpub`
 * for anything else, above all for secrets given by mistake; no message repeats what was given.
 */
export function parseEvmXpub(text: string): EvmXpub {
  const given = text.trim();
  refuseSecrets(given);
  if (!given.startsWith('xpub')) {
    throw new InvalidXpub(
      "An account-level xpub is needed: export m/44'/60'/0' of the wallet as extended public key; it starts with xpub.",
    );
  }
  selfTest();
  return toEvmXpub(given);
}

/** The canonical (lower-case) address of the child `0/index`. `index` is at most 2^31 - 1. */
export function deriveEvmAddress(xpub: EvmXpub, index: number): string {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED) {
    throw new RangeError('An address index is an integer from 0 to 2^31 - 1.');
  }
  return addressOf(childKey(xpub.receive, index));
}

/**
 * BIP-32, public parent key to public child key, uncompressed. By libsecp256k1, compiled to
 * WebAssembly: a third of the time that the JavaScript inside ethers takes, and this is most of a mint.
 */
function childKey({ publicKey, chainCode }: PublicNode, index: number): Uint8Array {
  const data = Buffer.alloc(publicKey.length + 4);
  publicKey.copy(data);
  data.writeUInt32BE(index, publicKey.length);
  const tweak = createHmac('sha512', chainCode).update(data).digest().subarray(0, 32);
  const child = pointAddScalar(publicKey, tweak, false);
  // BIP-32: one index in 2^127 has no key. Nobody will see it; a wrong address must still not happen.
  if (child === null) throw new Error(`Index ${index} has no key; use the next one.`);
  return child;
}

/** The last 20 bytes of the Keccak-256 of the key's coordinates (Yellow Paper, appendix F). */
function addressOf(uncompressedKey: Uint8Array): string {
  return `0x${keccak256(uncompressedKey.subarray(1)).slice(-40)}`;
}

/**
 * Refuses the development xpub when one of `chains` (CAIP-2) is not a local development chain:
 * whatever is paid to its addresses there can be taken by anybody. Throws `InvalidXpub`.
 */
export function refuseDevelopmentXpub(xpub: EvmXpub, chains: Iterable<string>): void {
  if (!xpub.isDevelopment) return;
  const real = [...chains].filter((chain) => !DEVELOPMENT_CHAINS.has(chain));
  if (real.length === 0) return;
  throw new InvalidXpub(
    `The development xpub must not be used on ${real.join(', ')}: everybody knows its private keys. Configure the xpub of a wallet of your own.`,
  );
}

/** An address as people write it: EIP-55 checksummed on EVM chains, as it is on others. */
export function displayAddress(family: Family, address: string): string {
  return family === 'evm' ? getAddress(address) : address;
}

const EVM_ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/**
 * The form in which addresses are stored and compared: lower case on EVM chains. Null for what is no
 * address of the family; a mixed-case EVM address must carry its right checksum, as a wrong one is a typing error.
 */
export function canonicalAddress(family: Family, text: string): string | null {
  if (family !== 'evm' || !EVM_ADDRESS.test(text)) return null;
  const digits = text.slice(2);
  const isPlain = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  const lower = text.toLowerCase();
  return isPlain || getAddress(lower) === text ? lower : null;
}

function refuseSecrets(given: string): void {
  const words = given.split(/\s+/);
  const secret = /^[a-z]prv/i.test(given)
    ? 'an extended private key'
    : /^(0x)?[0-9a-f]{64}$/i.test(given)
      ? 'a private key'
      : words.length >= 12 && words.every((word) => /^\p{Letter}+$/u.test(word))
        ? 'a recovery phrase'
        : null;
  if (secret === null) return;
  throw new InvalidXpub(
    `This is ${secret}, which must never be given to a server. Move the funds of that wallet to a new one, as this secret may have been logged, and configure the new one's account-level xpub.`,
  );
}

function toEvmXpub(given: string): EvmXpub {
  const account = readExtendedKey(given);
  if (account.depth !== ACCOUNT_DEPTH || account.index < HARDENED) {
    throw new InvalidXpub(
      `The xpub has depth ${account.depth}; the account level m/44'/60'/0' (depth 3, hardened) is needed.`,
    );
  }
  return {
    fingerprint: account.fingerprint,
    isDevelopment: given === DEVELOPMENT_XPUB,
    receive: publicNode(account.deriveChild(EXTERNAL_CHAIN)),
  };
}

function publicNode(node: { readonly publicKey: string; readonly chainCode: string }): PublicNode {
  const bytes = (hex: string) => Buffer.from(hex.slice(2), 'hex');
  return { publicKey: bytes(node.publicKey), chainCode: bytes(node.chainCode) };
}

function readExtendedKey(given: string) {
  try {
    // ethers accepts an extended key of the right length without looking at its checksum.
    const bytes = toBeHex(decodeBase58(given), EXTENDED_KEY_BYTES + 4);
    const key = dataSlice(bytes, 0, EXTENDED_KEY_BYTES);
    const isIntact = dataSlice(sha256(sha256(key)), 0, 4) === dataSlice(bytes, EXTENDED_KEY_BYTES);
    const node = isIntact ? HDNodeWallet.fromExtendedKey(given) : null;
    if (node !== null && !('privateKey' in node)) return node;
  } catch {
    // The library's own message may quote what it was given.
  }
  throw new InvalidXpub('The xpub is damaged: its checksum or its length is wrong.');
}

/** Derivation must give what every wallet gives before a customer is sent to an address of ours. */
function selfTest(): void {
  const derived = deriveEvmAddress(toEvmXpub(DEVELOPMENT_XPUB), 0);
  if (derived !== DEVELOPMENT_ADDRESS) {
    throw new Error(`Address derivation is broken: the test vector gives ${derived}.`);
  }
}
