import { getAddress } from 'ethers/address';
import { InvalidBlock } from '../invalid-block';
import { jsonOf, quoted } from '../quoted';

/** Fields of a node's answer. Any field may be missing, null or of another shape. */
export type RawFields = Readonly<Record<string, unknown>>;

/** A transaction with the fields of its type. */
export interface RawTransaction extends RawFields {
  readonly hash: string;
}

export interface RawReceipt extends RawFields {
  readonly transactionHash: string;
  /** Empty where the node has null or nothing. Whether that is true, roots and filters show. */
  readonly logs: readonly RawLog[];
}

export interface RawLog extends RawFields {
  readonly topics: readonly unknown[];
}

export interface RawBlock extends RawFields {
  /** In lower case, as are both roots. */
  readonly hash: string;
  readonly transactions: readonly RawTransaction[];
}

/** The fields of an object in a node's answer. Throws `InvalidBlock`. */
export function fieldsOf(value: unknown, what: string): RawFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as RawFields;
  }
  throw new InvalidBlock(`The node's answer has no ${what}.`);
}

/** Throws `InvalidBlock`. */
export function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InvalidBlock(`The node's answer has no ${what}.`);
}

/** The most characters of a wrong field that are quoted. */
const QUOTED_CHARACTERS_MAX = 80;

/** Throws `InvalidBlock`: a field is missing, or has another form than `right`. */
export function refuseField(value: unknown, what: string, right: string): never {
  if (value === undefined || value === null) {
    throw new InvalidBlock(`The node's answer has no ${what}.`);
  }
  throw new InvalidBlock(`The ${what} in the node's answer is not ${right}: ${shown(value)}.`);
}

function shown(value: unknown): string {
  return quoted(jsonOf(value), QUOTED_CHARACTERS_MAX);
}

/** What bytes look like, for messages. */
export const BYTES_FORM = 'whole bytes such as "0x12ab"';
/** What a quantity looks like, for messages. */
export const QUANTITY_FORM = 'a quantity such as "0x1b4"';

/** A height, an index or seconds, never an amount. `0x` is zero. Throws `InvalidBlock`. */
export function toNumber(quantity: unknown, what: string): number {
  if (quantity === '0x') return 0;
  const isQuantity = typeof quantity === 'string' && QUANTITY.test(quantity);
  const number = isQuantity || typeof quantity === 'number' ? Number(quantity) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= 0) return number;
  return refuseField(quantity, what, QUANTITY_FORM);
}

const QUANTITY = /^0x[0-9a-f]+$/i;
/** 256 bits. */
const AMOUNT_CHARACTERS_MAX = 2 + 64;

/** Base units; none where the node has null, `0x` or nothing. Throws `InvalidBlock`. */
export function toAmount(quantity: unknown): bigint {
  if (quantity === undefined || quantity === null) return 0n;
  if (quantity === '0x0' || quantity === '0x') return 0n;
  if (typeof quantity === 'number' && Number.isSafeInteger(quantity) && quantity >= 0) {
    return BigInt(quantity);
  }
  if (
    typeof quantity === 'string' &&
    quantity.length <= AMOUNT_CHARACTERS_MAX &&
    QUANTITY.test(quantity)
  ) {
    return BigInt(quantity);
  }
  throw new InvalidBlock(
    `A transaction in the node's answer has a value that is no amount: ${shown(quantity)}.`,
  );
}

const HASH = /^0x[0-9a-f]{64}$/;

/** 32 bytes in lower case. Throws `InvalidBlock`. */
export function toHash(value: unknown, what: string): string {
  const hash = lowerCase(value);
  if (typeof hash === 'string' && HASH.test(hash)) return hash;
  return refuseField(value, what, '0x and 64 hexadecimal digits');
}

/** Nodes write hexadecimal digits in either case. What is no text stays as it is. */
export function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** Whether a receipt says that its transaction succeeded. Throws `InvalidBlock` if it does not say. */
export function succeeded({ status }: RawReceipt): boolean {
  if (status === '0x1' || status === 1 || status === true) return true;
  if (status === '0x0' || status === 0 || status === false) return false;
  // Some nodes pad quantities.
  if (typeof status === 'string' && /^0x0+[01]$/.test(status)) return status.endsWith('1');
  // Before Byzantium (Ethereum block 4,370,000) receipts had a state root instead.
  throw new InvalidBlock('A receipt does not say whether its transaction succeeded.');
}

/** Whether a recipient is none, as that of a contract creation: null, absent or empty. */
export function isNobody(to: unknown): boolean {
  return to === undefined || to === null || to === '' || to === '0x';
}

/** Whether nobody signed a transaction, as those of a chain's system. */
export function isUnsigned({ r, s }: RawFields): boolean {
  return isNoNumber(r) && isNoNumber(s);
}

function isNoNumber(quantity: unknown): boolean {
  return quantity === undefined || quantity === null || /^0x0*$/.test(String(quantity));
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

export function isAddress(text: unknown): text is string {
  return typeof text === 'string' && ADDRESS.test(text);
}

/** The canonical form of an address in a node's answer. Throws `InvalidBlock`. */
export function toAddress(text: unknown): string {
  if (isAddress(text)) return text.toLowerCase();
  throw new InvalidBlock("A transaction in the node's answer has an invalid address.");
}

/** In lower case; null if it is invalid. In mixed case a wrong checksum (EIP-55) means a typing error. */
export function canonicalEvmAddress(text: string): string | null {
  if (!isAddress(text)) return null;
  const digits = text.slice(2);
  const hasNoChecksum = digits === digits.toLowerCase() || digits === digits.toUpperCase();
  const lower = text.toLowerCase();
  return hasNoChecksum || getAddress(lower) === text ? lower : null;
}

export const ZERO_ADDRESS = `0x${'0'.repeat(40)}`;

/** A block with whole transactions from a node's answer. Throws `InvalidBlock`. */
export function toBlock(answer: unknown): RawBlock {
  const fields = fieldsOf(answer, 'block');
  const hash = toHash(fields.hash, 'block hash');
  const [transactionsRoot, receiptsRoot] = [
    lowerCase(fields.transactionsRoot),
    lowerCase(fields.receiptsRoot),
  ];
  const transactions = fields.transactions ?? (transactionsRoot === EMPTY_ROOT ? [] : null);
  return {
    ...{ ...fields, hash, transactionsRoot, receiptsRoot },
    transactions: list(transactions, 'transactions').map(toTransaction),
  };
}

/** `EMPTY_ROOT` of the trie, repeated here because the trie is made of what this file reads. */
const EMPTY_ROOT = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

function toTransaction(answer: unknown): RawTransaction {
  const fields = fieldsOf(answer, 'whole transactions');
  const hash = toHash(fields.hash, 'hash of a transaction');
  return (hash === fields.hash ? fields : { ...fields, hash }) as RawTransaction;
}

/** Receipts from a node's answer, with the logs that they have. Throws `InvalidBlock`. */
export function toReceipts(answer: unknown): readonly RawReceipt[] {
  return list(answer, 'receipts').map(toReceipt);
}

function toReceipt(answer: unknown): RawReceipt {
  const fields = fieldsOf(answer, 'receipt');
  const { transactionHash: shown } = fields;
  const transactionHash = toHash(shown, 'transaction hash of a receipt');
  const logs = list(fields.logs ?? [], 'logs of a receipt');
  for (const log of logs) list(fieldsOf(log, 'log').topics, 'topics of a log');
  const isWhole = fields.logs === logs && shown === transactionHash;
  return (isWhole ? fields : { ...fields, logs, transactionHash }) as RawReceipt;
}
