import { keccak256 } from 'ethers/crypto';
import { recover } from 'tiny-secp256k1';
import type { BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { bytesOf, digitsOf, type Fields, fieldsOf, integerOf } from './answer';
import { encodeMessage, type MessagePlan } from './protobuf';
import { sha256 } from './sha256';
import { canonicalTronAddress, tronAddressOfKey } from './tron-address';

/**
 * Whether `signer` may sign blocks of `witness`; both are addresses. A witness signs with its own key or with
 * the key of its witness permission. The answer must come from what is known of the chain's witnesses: a
 * header names its witness itself, so a rule that only compares the two would accept anybody.
 */
export type MaySign = (
  signer: string,
  witness: string,
  block: Pick<BlockHeader, 'number' | 'hash'>,
) => boolean;

/** A header whose hash was recomputed and whose signer may produce blocks. */
export interface ProvenHeader extends BlockHeader {
  /** The root of the block's transactions, in hexadecimal digits. */
  readonly transactionsRoot: string;
  /** Unix milliseconds, as the infos of its transactions repeat it. */
  readonly timestamp: bigint;
  /** The address whose key signed the header. Null for the genesis block, which nobody signed. */
  readonly signer: string | null;
  /** The address of the witness that the header names, for whom the signer may sign or not. */
  readonly witness: string | null;
}

/** `BlockHeader.raw` of java-tron's Tron.proto. */
const HEADER: MessagePlan = [
  [1, 'timestamp', 'integer'],
  [2, 'txTrieRoot', 'bytes'],
  [3, 'parentHash', 'bytes'],
  [7, 'number', 'integer'],
  [8, 'witness_id', 'integer'],
  [9, 'witness_address', 'bytes'],
  [10, 'version', 'integer'],
  [11, 'accountStateRoot', 'bytes'],
];
const HASH_BYTES = 32;

/**
 * Throws `InvalidBlock` unless the header has the hash that the node claims and is signed by one who may, or
 * is the first of the chain (CAIP-2). The parent's hash is part of what is hashed, so headers that link are
 * one chain.
 */
export function proveHeader(block: Fields, chain: string, maySign: MaySign): ProvenHeader {
  const outer = fieldsOf(block.block_header, 'block header');
  const raw = fieldsOf(outer.raw_data, 'block header');
  const number = heightOf(raw);
  const digest = sha256(Buffer.from(encodeMessage(raw, HEADER, 'block header'), 'hex'));
  const hash = blockId(number, digest);
  if (digitsOf(block.blockID, 'block id') !== hash) {
    throw invalid(number, `its header has the hash ${hash}`);
  }
  if (number === 0) checkGenesis(hash, chain);
  const timestamp = integerOf(raw.timestamp, 'block time');
  const header = {
    ...{ number, hash, timestamp },
    signer: number === 0 ? null : signerOf(outer, digest, number),
    witness: number === 0 ? null : witnessOf(raw, number),
    parentHash: hashOf(raw.parentHash, 'parent hash'),
    time: Number(timestamp / 1000n),
    transactionsRoot: hashOf(raw.txTrieRoot, 'root of its transactions'),
  };
  checkSigner(header, maySign);
  return header;
}

/** Throws `InvalidBlock` unless one who may has signed the header, which is not proven without that. */
export function checkSigner(header: ProvenHeader, maySign: MaySign): void {
  const { number, hash, signer, witness } = header;
  if (signer === null || witness === null || maySign(signer, witness, { number, hash })) return;
  const reason = `it is signed by ${signer}, which is no known key of witness ${witness}`;
  throw invalid(number, reason, { header: toHeader(header) });
}

/** What every chain's headers have. */
export function toHeader({ number, hash, parentHash, time }: ProvenHeader): BlockHeader {
  return { number, hash, parentHash, time };
}

/**
 * Nobody signed the genesis block, but the last four bytes of its id are the number of the chain, as
 * `eth_chainId` of java-tron says.
 */
function checkGenesis(hash: string, chain: string): void {
  const reference = Number.parseInt(hash.slice(-8), 16);
  if (chain === `tron:${reference}`) return;
  throw invalid(0, `it is of tron:${reference}, not of ${chain}`);
}

/** `BlockCapsule.BlockId` of java-tron: the hash, whose first bytes are replaced by the height. */
function blockId(number: number, digest: Buffer): string {
  const id = Buffer.from(digest);
  id.writeBigUInt64BE(BigInt(number));
  return id.toString('hex');
}

/** A number so that it can be compared with others. Throws `InvalidBlock`. */
function heightOf(raw: Fields): number {
  const height = Number(integerOf(raw.number, 'block number'));
  if (Number.isSafeInteger(height) && height >= 0) return height;
  throw new InvalidBlock("The node's answer has no valid block number.");
}

function hashOf(value: unknown, what: string): string {
  const digits = digitsOf(value, what);
  if (digits.length === 2 * HASH_BYTES) return digits;
  throw new InvalidBlock(`The node's answer has no valid ${what}.`);
}

function witnessOf(raw: Fields, number: number): string {
  const witness = canonicalTronAddress(digitsOf(raw.witness_address, 'witness address'));
  if (witness === null) throw invalid(number, 'its witness has no address');
  return witness;
}

const SIGNATURE_BYTES = 65;

/**
 * The address whose key signed the digest: r, s and the recovery id, which may be counted from 27. In
 * WebAssembly, because it is done for every header: ethers takes seven times as long.
 */
function signerOf(outer: Fields, digest: Buffer, number: number): string {
  const bytes = bytesOf(outer.witness_signature, 'signature');
  // java-tron ignores what follows.
  if (bytes.length < SIGNATURE_BYTES) throw invalid(number, 'it is not signed');
  const id = bytes[64] as number;
  const recovery = id < 27 ? id : id - 27;
  const key = recovery > 1 ? null : keyThatSigned(digest, bytes.subarray(0, 64), recovery as 0 | 1);
  if (key === null) throw invalid(number, 'its signature is malformed');
  return tronAddressOfKey(`0x${keccak256(key.subarray(1)).slice(-40)}`);
}

/** Null if the numbers are out of range, or no point of the curve has them. */
function keyThatSigned(digest: Buffer, signature: Buffer, recovery: 0 | 1): Uint8Array | null {
  try {
    return recover(digest, signature, recovery, false);
  } catch {
    return null;
  }
}

export function invalid(
  number: number,
  reason: string,
  about?: ConstructorParameters<typeof InvalidBlock>[1],
): InvalidBlock {
  const message = `The node's answer for block ${number} is not the block: ${reason}.`;
  return new InvalidBlock(message, about);
}
