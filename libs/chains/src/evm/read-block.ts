import type { ChainBlock } from '../chain-client';
import type { Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import { arrange } from './block-answer';
import { contentDigest } from './content-digest';
import { feeOf } from './fee';
import type { Keccak } from './keccak';
import { proveBlock } from './prove-block';
import {
  isAddress,
  isNobody,
  type RawBlock,
  type RawFields,
  type RawReceipt,
  type RawTransaction,
  succeeded,
  toHash,
  toNumber,
  toReceipts,
} from './raw';
import { refuseFalseSenders } from './sender';
import { type AssetIds, blockTransfers } from './transfers';

/** How the blocks of a chain are read. */
export interface BlockRules {
  readonly ids: AssetIds;
  readonly proof: Proof;
  /** Whether a later header proves the receipts. */
  readonly isSettled?: boolean;
  /** Whether the digest of the content is needed. */
  readonly isCompared?: boolean;
}

/** Reads a header from a node's answer. Throws `InvalidBlock`. */
export function toHeader(raw: RawFields) {
  return {
    number: toNumber(raw.number, 'block number'),
    hash: toHash(raw.hash, 'block hash'),
    parentHash: toHash(raw.parentHash, 'parent hash'),
    time: toNumber(raw.timestamp, 'block time'),
  };
}

/** Proves a block with the answer about its receipts, and reads its transfers. Throws `InvalidBlock`. */
export function readBlock(
  block: RawBlock,
  receipts: unknown,
  { ids, proof, isSettled = false, isCompared = false }: BlockRules,
  keccak: Keccak,
): ChainBlock {
  const answer = arrange(block, toReceipts(receipts));
  const { proven, alarm, needsConfirmation } = proveBlock(answer, proof, keccak, isSettled);
  if (proven !== 'none') refuseFalseSenders(block, keccak);
  return {
    ...toHeader(block),
    proven,
    ...(alarm !== null && { alarm }),
    ...(needsConfirmation && { needsConfirmation }),
    contentDigest: isCompared ? contentDigest(answer) : null,
    transactions: block.transactions.map((each, i) => ({
      ...toRef(each),
      fee: feeOf(each, answer.receipts[i]),
      ...(isFailed(answer.receipts[i]) && { failed: true }),
    })),
    transfers: blockTransfers(answer, ids),
  };
}

/** A transaction without a receipt was not executed. */
function isFailed(receipt: RawReceipt | undefined): boolean {
  return receipt !== undefined && !succeeded(receipt);
}

/** Transactions of the block that the answer about its receipts lacks. Throws `InvalidBlock`. */
export function withoutReceipt(block: RawBlock, receipts: unknown): readonly string[] {
  const found = new Set(toReceipts(receipts).map(({ transactionHash }) => transactionHash));
  return block.transactions.flatMap(({ hash }) => (found.has(hash) ? [] : hash));
}

/** Throws `InvalidBlock`. */
export function toRef({ hash, from, nonce }: RawTransaction) {
  if (!isNobody(from) && !isAddress(from)) {
    throw new InvalidBlock(`Transaction ${hash} in the node's answer has an invalid sender.`);
  }
  const order = nonce ?? null;
  return {
    hash,
    sender: isAddress(from) ? from.toLowerCase() : '',
    // A number above 2^53, as some system transactions have, orders nothing.
    nonce: order === null ? null : orderOf(order),
  };
}

function orderOf(nonce: unknown): number | null {
  if (nonce === '0x') return 0;
  const number = Number(
    typeof nonce === 'string' || typeof nonce === 'number' ? nonce : Number.NaN,
  );
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}
