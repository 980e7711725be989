import { bloomOf } from './bloom';
import { typeOf } from './encode-transaction';
import type { Keccak } from './keccak';
import { type RawLog, type RawReceipt, type RawTransaction, succeeded } from './raw';
import { bytesItem, digitsOf, EMPTY, itemOf, listOf, quantityItem } from './rlp';

/**
 * The bytes of a receipt, of which the header's receipts root is made, as hexadecimal digits: `[status,
 * cumulative gas, bloom, logs]`, prefixed by its type unless it is a legacy receipt (Yellow Paper 4.3.1,
 * EIP-658, EIP-2718). Chains with types of their own encode them alike, except two. Throws `InvalidBlock`.
 */
export function encodeReceipt(
  receipt: RawReceipt,
  transaction: RawTransaction | undefined,
  keccak: Keccak,
): string {
  const isShown = receipt.type !== undefined && receipt.type !== null;
  const type = typeOf(isShown || transaction === undefined ? receipt : transaction);
  let logItems = '';
  for (const log of receipt.logs) logItems += logOf(log);
  const bloom = isNoBloom(receipt.logsBloom)
    ? Buffer.from(bloomOf(receipt.logs, keccak)).toString('hex')
    : digitsOf(receipt.logsBloom, 'bloom filter of a receipt');
  const fields = listOf(
    (succeeded(receipt) ? '01' : EMPTY) +
      quantityItem(receipt.cumulativeGasUsed, 'cumulative gas of a receipt') +
      itemOf(bloom) +
      listOf(logItems) +
      ownFields(type, receipt),
  );
  return type === 0 ? fields : type.toString(16).padStart(2, '0') + fields;
}

/** OP Stack deposits since Canyon have nonce and version; Celo's CIP-64 the base fee in its currency. */
function ownFields(type: number, receipt: RawReceipt): string {
  const { depositNonce, depositReceiptVersion, baseFee } = receipt;
  if (type === 0x7e && depositReceiptVersion !== undefined && depositReceiptVersion !== null) {
    const nonce = quantityItem(depositNonce, 'deposit nonce of a receipt');
    return nonce + quantityItem(depositReceiptVersion, 'version of a receipt');
  }
  if (type === 0x7b && baseFee !== undefined && baseFee !== null) {
    return quantityItem(baseFee, 'base fee of a receipt');
  }
  return '';
}

/** Some nodes leave filters out of receipts. */
function isNoBloom(bloom: unknown): boolean {
  return bloom === undefined || bloom === null || bloom === '' || bloom === '0x';
}

function logOf({ address, topics, data }: RawLog): string {
  let topicItems = '';
  for (const topic of topics) topicItems += bytesItem(topic, 'topic of a log');
  const contract = bytesItem(address, 'address of a log');
  return listOf(contract + listOf(topicItems) + bytesItem(data ?? '0x', 'data of a log'));
}
