import { createHmac } from 'node:crypto';
import { FAMILIES, type Family } from '@daybook/domain';
import { HDKey } from '@scure/bip32';
import { LRUCache } from 'lru-cache';
import { pointAddScalar } from 'tiny-secp256k1';
import { FAMILY_RULES, familyOfChain } from './family';

/** BIP-44: purpose, coin type and account are hardened, so an account-level key has depth 3. */
const ACCOUNT_DEPTH = 3;
/** BIP-32: indexes from here on are hardened. A public key cannot derive them. */
const HARDENED = 2 ** 31;
/** A process takes its addresses from one branch, and a check meets some at a time. */
const BRANCHES_REMEMBERED = 1_000;

/** What children are derived from: a compressed public key and its chain code. */
interface ParentKey {
  readonly publicKey: Uint8Array;
  readonly chainCode: Uint8Array;
}

/** A validated xpub. Addresses are derived from it; it cannot sign. */
export interface Xpub {
  readonly family: Family;
  /** BIP-32 fingerprint of the account key, such as `0x3bf95407`: identifies the key without revealing it. */
  readonly fingerprint: string;
  readonly isDevelopment: boolean;
  readonly account: ParentKey;
  /** The parents of addresses that were derived lately, by their branch. */
  readonly branches: LRUCache<number, ParentKey>;
}

/** Where an address is below the account key: `<branch>/<index>`, each at most 2^31 - 1. */
export interface AddressPath {
  readonly branch: number;
  readonly index: number;
}

/** The text is not an account-level xpub. The message never repeats it. */
export class InvalidXpub extends Error {
  override readonly name = 'InvalidXpub';

  constructor(
    /** Whose xpub it is, or is missing. */
    readonly family: Family,
    message: string,
  ) {
    super(message);
  }
}

/** Throws `InvalidXpub` for anything but an account-level xpub. No message repeats it: it may be a secret. */
export function parseXpub(family: Family, text: string): Xpub {
  const given = text.trim();
  refuseSecrets(family, given);
  if (!given.startsWith('xpub')) {
    const { accountPath } = FAMILY_RULES[family].wallet;
    throw new InvalidXpub(
      family,
      `An account-level xpub is needed: export ${accountPath} of the wallet as extended public key; it starts with xpub.`,
    );
  }
  return toXpub(family, given);
}

/**
 * The configured xpub of each family; of all families the development xpub if none is configured. So a service
 * with an own wallet never gives out an address of the public development keys for a family that was forgotten.
 * Throws `InvalidXpub`, also if a family with the development xpub has one of `chains` (CAIP-2) with real money:
 * anyone could take it.
 */
export function purseXpubs(
  configured: Readonly<Record<Family, string | undefined>>,
  chains: readonly string[],
): ReadonlyMap<Family, Xpub> {
  const isDevelopment = FAMILIES.every((family) => configured[family] === undefined);
  const xpubs = new Map<Family, Xpub>();
  for (const family of FAMILIES) {
    const { developmentXpub } = FAMILY_RULES[family].wallet;
    const given = configured[family] ?? (isDevelopment ? developmentXpub : undefined);
    if (given === undefined) {
      refuseWithoutXpub(family, chains);
      continue;
    }
    const xpub = parseXpub(family, given);
    refuseDevelopmentXpub(xpub, chains);
    xpubs.set(family, xpub);
  }
  return xpubs;
}

/** The canonical address at a path. The derivation is checked before the first one; see `checkDerivation`. */
export function deriveAddress(xpub: Xpub, path: AddressPath): string {
  checkDerivation(xpub.family);
  return addressAt(xpub, path);
}

function addressAt(xpub: Xpub, { branch, index }: AddressPath): string {
  const { publicKey } = childKey(branchOf(xpub, branch), index, false);
  return FAMILY_RULES[xpub.family].wallet.addressOf(publicKey);
}

function branchOf({ account, branches }: Xpub, branch: number): ParentKey {
  const known = branches.get(branch);
  if (known !== undefined) return known;
  const parent = childKey(account, branch, true);
  branches.set(branch, parent);
  return parent;
}

/** BIP-32. In WebAssembly, as this is most of the cost of a mint: JavaScript takes three times as long. */
function childKey(
  { publicKey, chainCode }: ParentKey,
  index: number,
  isCompressed: boolean,
): ParentKey {
  if (!Number.isInteger(index) || index < 0 || index >= HARDENED) {
    throw new RangeError('A branch and an index are integers from 0 to 2^31 - 1.');
  }
  const data = Buffer.alloc(publicKey.length + 4);
  data.set(publicKey);
  data.writeUInt32BE(index, publicKey.length);
  const digest = createHmac('sha512', chainCode).update(data).digest();
  const child = pointAddScalar(publicKey, digest.subarray(0, 32), isCompressed);
  // BIP-32: one index in 2^127 has no key. It must not give a wrong address.
  if (child === null) throw new Error(`Index ${index} has no key; use the next one.`);
  return { publicKey: child, chainCode: digest.subarray(32) };
}

/** Refuses a development xpub if one of `chains` is of its family and its coins have value. */
function refuseDevelopmentXpub({ family, isDevelopment }: Xpub, chains: readonly string[]) {
  if (!isDevelopment) return;
  const { developmentChains } = FAMILY_RULES[family].wallet;
  const real = chains.filter(
    (chain) => familyOfChain(chain) === family && !developmentChains.includes(chain),
  );
  if (real.length === 0) return;
  throw new InvalidXpub(
    family,
    `The development xpub must not be used on ${real.join(', ')}: its private keys are public. Configure the xpub of your own wallet.`,
  );
}

/** Refuses if one of `chains` is of the family: nobody could be given an address there. */
function refuseWithoutXpub(family: Family, chains: readonly string[]) {
  const watched = chains.filter((chain) => familyOfChain(chain) === family);
  if (watched.length === 0) return;
  const { accountPath } = FAMILY_RULES[family].wallet;
  throw new InvalidXpub(
    family,
    `${watched.join(', ')} is watched, but no xpub of the family ${family} is configured: configure the account-level xpub (${accountPath}) of your wallet.`,
  );
}

function refuseSecrets(family: Family, given: string): void {
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
    family,
    `This is ${secret}, which must never be given to a server. Move the funds of that wallet to a new one, as this secret may have been logged, and configure the new one's account-level xpub.`,
  );
}

function toXpub(family: Family, given: string): Xpub {
  const account = readExtendedKey(family, given);
  if (account.depth !== ACCOUNT_DEPTH || account.index < HARDENED) {
    const { accountPath } = FAMILY_RULES[family].wallet;
    throw new InvalidXpub(
      family,
      `The xpub has depth ${account.depth}; the account level ${accountPath} (depth 3, hardened) is needed.`,
    );
  }
  return {
    family,
    fingerprint: `0x${account.fingerprint.toString(16).padStart(8, '0')}`,
    isDevelopment: FAMILIES.some((each) => FAMILY_RULES[each].wallet.developmentXpub === given),
    // Null only in a key that was emptied.
    account: account as ParentKey,
    branches: new LRUCache({ max: BRANCHES_REMEMBERED }),
  };
}

function readExtendedKey(family: Family, given: string): HDKey {
  try {
    return HDKey.fromExtendedKey(given);
  } catch {
    // The library's own message may quote the secret.
    throw new InvalidXpub(family, 'The xpub is damaged: its checksum or its length is wrong.');
  }
}

/** The families whose derivation is right in this process. */
const checked = new Set<Family>();

/**
 * Checks the derivation with a test vector, once in a process: what derives addresses for customers does so at its start.
 * Throws if the address is another.
 */
export function checkDerivation(family: Family): void {
  if (checked.has(family)) return;
  const { developmentXpub, developmentAddress } = FAMILY_RULES[family].wallet;
  const derived = addressAt(toXpub(family, developmentXpub), { branch: 0, index: 0 });
  if (derived !== developmentAddress) {
    throw new Error(`Address derivation is broken: the test vector gives ${derived}.`);
  }
  checked.add(family);
}
