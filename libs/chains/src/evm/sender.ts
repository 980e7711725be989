import { recover } from 'tiny-secp256k1';
import { InvalidBlock } from '../invalid-block';
import { fail } from './block-answer';
import { encodeTransaction, typedParity, typeOf } from './encode-transaction';
import type { Keccak } from './keccak';
import { isNobody, lowerCase, type RawBlock, type RawTransaction } from './raw';
import { EMPTY, itemOf, listOf, quantityItem, wholeBytes } from './rlp';

/** Types that are signed: the common ones, and Celo's (CIP-64). */
const SIGNED_TYPES: readonly number[] = [0, 1, 2, 3, 4, 0x7b];
/** EIP-155: from here on, `v` of a legacy transaction has the chain id. Below, it is 27 or 28. */
const V_WITH_CHAIN_MIN = 35n;
const V_MIN = 27n;

/**
 * No root covers who sent a transaction: that follows from its signature. Of most it decides nothing, and recovering
 * it takes as long as all other proofs. But what an address sends to itself moves nothing, so a node that shows the
 * recipient as the sender would hide a payment. Throws `InvalidBlock` if that is not who signed. The transactions
 * must be proven; what has no signature of a known form is passed over.
 */
export function refuseFalseSenders(block: RawBlock, keccak: Keccak): void {
  for (const transaction of block.transactions) {
    const { from, to, value, hash } = transaction;
    if (value === '0x0' || !isSame(from, to)) continue;
    const signer = signerOf(transaction, keccak);
    if (signer === null || signer === lowerCase(from)) continue;
    fail(block, `transaction ${hash} was not sent by ${from}, but by ${signer}, who signed it`);
  }
}

/**
 * The block with the senders of transactions that a node shows without one, as far as their signatures say: they might be
 * purses, and what an address sends to itself moves nothing.
 */
export function withSenders(block: RawBlock, keccak: Keccak): RawBlock {
  const { transactions } = block;
  if (!transactions.some(({ from }) => isNobody(from))) return block;
  const signed = transactions.map((transaction) =>
    isNobody(transaction.from)
      ? { ...transaction, from: knownSigner(transaction, keccak) }
      : transaction,
  );
  return { ...block, transactions: signed };
}

/** Null for a transaction that is not signed, or not whole. */
function knownSigner(transaction: RawTransaction, keccak: Keccak): string | null {
  try {
    return signerOf(transaction, keccak);
  } catch (error) {
    if (error instanceof InvalidBlock) return null;
    throw error;
  }
}

function isSame(from: unknown, to: unknown): boolean {
  if (typeof from !== 'string' || typeof to !== 'string') return false;
  return from === to || from.toLowerCase() === to.toLowerCase();
}

/** The address that signed a transaction; null if it is of a type that is not signed. */
function signerOf(transaction: RawTransaction, keccak: Keccak): string | null {
  const type = typeOf(transaction);
  const bytes = SIGNED_TYPES.includes(type) ? encodeTransaction(transaction) : null;
  if (bytes === null || `0x${keccak(bytes)}` !== transaction.hash) return null;
  const { r, s } = transaction;
  const v = type === 0 ? transaction.v : typedParity(transaction);
  const last = quantityItem(v, 'v of a transaction');
  const signature = last + quantityItem(r, 'r') + quantityItem(s, 's');
  // The signature is the end of what it signs.
  const signed = itemsIn(type === 0 ? bytes : bytes.slice(2)).slice(0, -signature.length);
  const digest = type === 0 ? listOf(signed + chainIn(v)) : bytes.slice(0, 2) + listOf(signed);
  const parity = parityOf(v, type === 0);
  const key = keyThatSigned(keccak(digest), word(r) + word(s), parity);
  return key && `0x${keccak(key.subarray(1).toString('hex')).slice(-40)}`;
}

/** What a legacy transaction signs besides its fields (EIP-155). */
function chainIn(v: unknown): string {
  const number = BigInt(v as string | number);
  if (number < V_WITH_CHAIN_MIN) return '';
  const chain = wholeBytes(((number - V_WITH_CHAIN_MIN) / 2n).toString(16));
  return itemOf(chain) + EMPTY + EMPTY;
}

function parityOf(v: unknown, isLegacy: boolean): 0 | 1 {
  const number = BigInt(v as string | number);
  const first = number < V_WITH_CHAIN_MIN ? V_MIN : V_WITH_CHAIN_MIN;
  return (isLegacy ? number - first : number) % 2n === 0n ? 0 : 1;
}

function word(quantity: unknown): string {
  return BigInt(quantity as string | number)
    .toString(16)
    .padStart(64, '0');
}

/** The content of an RLP list. */
function itemsIn(list: string): string {
  const first = Number.parseInt(list.slice(0, 2), 16);
  // Up to 55 bytes have their length in the first byte; else it says how many bytes the length has.
  return list.slice(first <= 0xf7 ? 2 : 2 + 2 * (first - 0xf7));
}

/** Null if no point of the curve has these numbers: such transactions are of the chain's system. */
function keyThatSigned(digest: string, signature: string, parity: 0 | 1): Buffer | null {
  try {
    const bytes = Buffer.from(signature, 'hex');
    const key = recover(Buffer.from(digest, 'hex'), bytes, parity, false);
    return key && Buffer.from(key);
  } catch {
    return null;
  }
}
