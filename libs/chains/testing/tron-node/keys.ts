import { keccak256, SigningKey } from 'ethers';
import { pointFromScalar, recover, signRecoverable } from 'tiny-secp256k1';
import { sha256 } from '../../src/tron/sha256';

/** A key pair of the stand-in. Anybody can compute it from its name: never for real money. */
export interface Key {
  /** 41 and 40 hexadecimal digits. */
  readonly address: string;
  /** 64 hexadecimal digits, as wallets import it. */
  readonly privateKey: string;
  /** For blocks. */
  readonly signingKey: SigningKey;
  /** The 65 bytes r, s and recovery id of a digest in hexadecimal digits. */
  sign(digest: Uint8Array): string;
}

/** Wallets count the recovery id of a transaction's signature from 27. */
const RECOVERY_BASE = 27;

/** The key of a name under a seed. The same names always have the same keys. */
export function keyOf(seed: string, name: string): Key {
  const secret = sha256(Buffer.from(`${seed}/${name}`));
  const point = pointFromScalar(secret, false);
  // One number in 2^127 is no private key.
  if (point === null) throw new Error(`The name ${name} has no key; choose another one.`);
  return {
    address: addressOfPoint(point),
    privateKey: secret.toString('hex'),
    signingKey: new SigningKey(secret),
    sign: (digest) => {
      const { signature, recoveryId } = signRecoverable(digest, secret);
      return Buffer.from([...signature, RECOVERY_BASE + recoveryId]).toString('hex');
    },
  };
}

/** The address whose key signed the digest; null if the signature is malformed. */
export function signerOf(digest: Uint8Array, signature: string): string | null {
  const bytes = Buffer.from(signature, 'hex');
  const last = bytes[64];
  if (bytes.length !== 65 || last === undefined) return null;
  const recoveryId = last >= RECOVERY_BASE ? last - RECOVERY_BASE : last;
  if (recoveryId !== 0 && recoveryId !== 1) return null;
  try {
    const point = recover(digest, bytes.subarray(0, 64), recoveryId, false);
    return point && addressOfPoint(point);
  } catch {
    // The library throws on numbers that are outside the curve's order.
    return null;
  }
}

function addressOfPoint(point: Uint8Array): string {
  return `41${keccak256(point.subarray(1)).slice(-40)}`;
}
