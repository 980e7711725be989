import { getAddress } from 'ethers';
import { InvalidBlock } from '../invalid-block';

/** The fields of nodes' answers that are used. Quantities and bytes are hexadecimal strings. */
type Hex<Fields extends string> = Readonly<Record<Fields, string>>;

export type RawHeader = Hex<'number' | 'hash' | 'parentHash' | 'timestamp'>;

export interface RawBlock extends RawHeader, Hex<'logsBloom' | 'receiptsRoot'> {
  readonly transactions: readonly RawTransaction[];
}

export interface RawTransaction extends Hex<'hash' | 'from' | 'nonce' | 'value' | 'input'> {
  /** Null while it is pending. */
  readonly blockHash: string | null;
  /** Null if it creates a contract. */
  readonly to: string | null;
}

export interface RawReceipt
  extends Hex<'transactionHash' | 'transactionIndex' | 'blockHash' | 'from' | 'status'>,
    Hex<'cumulativeGasUsed' | 'logsBloom'> {
  readonly to: string | null;
  readonly logs: readonly RawLog[];
  /** EIP-2718. Older nodes omit it; then it is `0x0`. */
  readonly type?: string;
}

export interface RawLog extends Hex<'address' | 'data' | 'blockHash' | 'logIndex'> {
  readonly topics: readonly string[];
}

/** A height, an index or seconds, never an amount. Throws `InvalidBlock`. */
export function toNumber(quantity: string, what: string): number {
  const number = Number(quantity);
  if (/^0x[0-9a-f]+$/i.test(quantity) && Number.isSafeInteger(number)) return number;
  throw new InvalidBlock(`The node's answer has no ${what}.`);
}

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

export function isAddress(text: unknown): text is string {
  return typeof text === 'string' && ADDRESS.test(text);
}

/** The canonical form of an address in a node's answer. Throws `InvalidBlock`. */
export function toAddress(text: string): string {
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

const ZERO_ADDRESS = `0x${'0'.repeat(40)}`;

/**
 * Polygon appends the effects of its bridge to a block as a transaction from and to the zero address. Before
 * PIP-74 (type 0x7f) it was not part of the block: neither the roots nor the bloom filter covered it.
 */
export function isOutsideBlock(receipt: RawReceipt): boolean {
  return (
    (receipt.type ?? '0x0') === '0x0' &&
    receipt.from === ZERO_ADDRESS &&
    receipt.to === ZERO_ADDRESS
  );
}
