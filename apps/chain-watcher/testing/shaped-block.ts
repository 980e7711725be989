import { createHash } from 'node:crypto';
import { bloomOf } from '../../../libs/chains/src/evm/bloom';
import { encodeReceipt } from '../../../libs/chains/src/evm/encode-receipt';
import { encodeTransaction } from '../../../libs/chains/src/evm/encode-transaction';
import { headerDigits } from '../../../libs/chains/src/evm/header';
import type { Keccak } from '../../../libs/chains/src/evm/keccak';
import type { RawLog, RawReceipt, RawTransaction } from '../../../libs/chains/src/evm/raw';
import { trieRoot } from '../../../libs/chains/src/evm/trie-root';

export type Fields = Readonly<Record<string, unknown>>;

/** A transaction with its receipt, or what a chain has in place of one of them. */
export interface Item {
  /** Null for a receipt of no transaction. */
  readonly transaction: Fields | null;
  /** Null for a transaction that was not executed. */
  readonly receipt: Fields | null;
  /** Whether the roots leave it out. */
  readonly isOutside?: boolean;
}

/** What a block knows of its chain. */
export interface Place {
  readonly number: number;
  /** The last block before the chain took its shape. */
  readonly base: number;
  /** The root of the receipts of an earlier block. */
  receiptsRootOf(number: number): string;
}

/** How the blocks of a chain differ from those of Ethereum. */
export interface Shape {
  /** The fields of a header after the first fifteen; null if the hash is not made of what nodes show. */
  readonly fields: readonly { readonly name: string; readonly kind: 'bytes' | 'quantity' }[] | null;
  /** What the block contains. Hashes, indexes, filters and roots are computed from it. */
  content?(items: readonly Item[], at: Place): readonly Item[];
  /** Header fields in place of the computed ones; undefined for one that is absent. */
  header?(computed: Fields, at: Place): Fields;
  /** Fields that nodes show with a header or a receipt, without another meaning. */
  readonly notes?: { readonly block?: Fields; readonly receipt?: Fields; readonly log?: Fields };
}

export interface ShapedBlock {
  readonly block: Fields & { readonly hash: string; readonly transactions: readonly Fields[] };
  readonly receipts: readonly Fields[];
  /** Of all receipts that the chain has under a root. */
  readonly receiptsRoot: string;
}

const quantity = (number: number) => `0x${number.toString(16)}`;
const textOf = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
const logsOf = (receipt: Fields | null) => (receipt?.logs ?? []) as readonly RawLog[];

export function hashOfText(text: string): string {
  return `0x${createHash('sha256').update(text).digest('hex')}`;
}

/** The block of a chain of this shape with the content of a block of Ethereum, after the block `parentHash`. */
export function shapeBlock(
  shape: Shape,
  { block, receipts }: { readonly block: Fields; readonly receipts: readonly Fields[] },
  parentHash: string,
  at: Place,
  keccak: Keccak,
): ShapedBlock {
  const plain = (block.transactions as readonly Fields[]).map((transaction, i): Item => {
    return { transaction, receipt: receipts[i] ?? null };
  });
  const items = numbered(shape.content?.(plain, at) ?? plain, keccak);
  const inside = items.filter(({ isOutside }) => !isOutside);
  const encoded = inside.flatMap(({ receipt, transaction }) =>
    receipt === null
      ? []
      : encodeReceipt(
          receipt as RawReceipt,
          (transaction ?? undefined) as RawTransaction | undefined,
          keccak,
        ),
  );
  const receiptsRoot = trieRoot(encoded, keccak);
  const computed: Fields = {
    ...{ ...block, parentHash, receiptsRoot },
    transactionsRoot: trieRoot(
      inside.flatMap(({ transaction }) => (transaction ? bytesOf(transaction) : [])),
      keccak,
    ),
    logsBloom: textOf(
      bloomOf(
        inside.flatMap(({ receipt }) => logsOf(receipt)),
        keccak,
      ),
    ),
  };
  const header = { ...computed, ...shape.header?.(computed, at) };
  const hash =
    shape.fields === null
      ? hashOfText(`${String(block.hash)} ${parentHash}`)
      : `0x${headerDigits(header, shape.fields, keccak)}`;
  return { ...shownAs(shape, header, hash, items), receiptsRoot };
}

/** Gives hashes, indexes and filters as the block's order and content say. */
function numbered(items: readonly Item[], keccak: Keccak): readonly Item[] {
  let logIndex = 0;
  return items.map((item, index) => {
    const { receipt } = item;
    const transaction = item.transaction && {
      ...item.transaction,
      ...{ hash: `0x${keccak(bytesOf(item.transaction))}`, transactionIndex: quantity(index) },
    };
    if (receipt === null) return { ...item, transaction };
    const place = { transactionHash: transaction?.hash, transactionIndex: quantity(index) };
    const logs = logsOf(receipt).map((log) => {
      return { ...log, ...place, logIndex: quantity(logIndex++) };
    });
    const gas = item.isOutside ? 0 : 50_000 * (index + 1);
    const counted = { cumulativeGasUsed: quantity(gas), logsBloom: textOf(bloomOf(logs, keccak)) };
    return { ...item, transaction, receipt: { ...receipt, ...counted, ...place, logs } };
  });
}

/** Of a type whose encoding is not public, bytes of its own. */
function bytesOf(transaction: Fields): string {
  const known = encodeTransaction(transaction as RawTransaction);
  if (known !== null) return known;
  const { hash: _, blockHash: __, transactionIndex: ___, ...content } = transaction;
  return `7f${Buffer.from(JSON.stringify(content)).toString('hex')}`;
}

function shownAs({ notes = {} }: Shape, header: Fields, hash: string, items: readonly Item[]) {
  const blockHash = { blockHash: hash };
  const transactions = items.flatMap(({ transaction }) =>
    transaction ? { ...transaction, ...blockHash } : [],
  );
  const receipts = items.flatMap(({ receipt, transaction }) => {
    if (receipt === null) return [];
    // As Celo names a receipt of no transaction.
    const own = { ...blockHash, ...(transaction === null && { transactionHash: hash }) };
    const logs = logsOf(receipt).map((log) => ({ ...log, ...own, ...notes.log }));
    return { ...receipt, ...own, logs, ...notes.receipt };
  });
  return { block: { ...header, ...notes.block, hash, transactions }, receipts };
}
