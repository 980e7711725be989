import type { Proof } from '../src/chains-and-assets';
import { assetIds } from '../src/evm/asset-ids';
import { ETHEREUM_PROOF } from '../src/evm/header';
import { type Keccak, loadKeccak } from '../src/evm/keccak';
import { toBlock } from '../src/evm/raw';
import { readBlock } from '../src/evm/read-block';
import { EMPTY_ROOT } from '../src/evm/trie-root';
import {
  aBlock,
  addressOf,
  type BlockWithReceipts,
  erc20Log,
  type ReceiptAnswer,
  sealed,
} from './raw-blocks';

export const [token, alice, bob] = ['token', 'alice', 'bob'].map(addressOf) as [
  string,
  string,
  string,
];
export const NOBODY = `0x${'0'.repeat(40)}`;
const IDS = assetIds('eip155:1', 'eip155:1/slip44:60');
export const BY_COUNTS: Proof = { ...ETHEREUM_PROOF, rule: 'bloom-and-counts' };
export const BY_TWO: Proof = { ...ETHEREUM_PROOF, rule: 'two-providers' };

/** The hash function of these blocks; load it before they are made. */
export let keccak: Keccak;
export async function loadProving(): Promise<void> {
  keccak = await loadKeccak();
}

/** Every third transaction has two logs, one fails. */
export function block(transactions: number, type = '0x2'): BlockWithReceipts {
  const plans = Array.from({ length: transactions }, (_, i) => ({
    to: bob,
    type,
    failed: i === 1,
    logs:
      i % 3 === 0
        ? [erc20Log(token, alice, bob, 5n), erc20Log(token, bob, addressOf(`${i}`), 6n)]
        : [],
  }));
  return aBlock({ transactions: plans }, keccak);
}

export function read({ block: raw, receipts }: BlockWithReceipts, proof: Proof = ETHEREUM_PROOF) {
  return readBlock(toBlock(raw), receipts, { ids: IDS, proof, isCompared: true }, keccak);
}

/** The answer with one receipt changed. */
export function withReceipt(
  answer: BlockWithReceipts,
  index: number,
  change: (receipt: ReceiptAnswer) => object,
): BlockWithReceipts {
  const receipts = answer.receipts.map((it, i) => (i === index ? { ...it, ...change(it) } : it));
  return { ...answer, receipts };
}

export function withHeader(answer: BlockWithReceipts, fields: object): BlockWithReceipts {
  return { ...answer, block: { ...answer.block, ...fields } };
}

/** As a chain that keeps no roots, and whose hash is not made of its header. */
export function unprovable(answer: BlockWithReceipts): BlockWithReceipts {
  const roots = { transactionsRoot: EMPTY_ROOT, receiptsRoot: EMPTY_ROOT };
  return sealed(withHeader(answer, roots), keccak, []);
}
