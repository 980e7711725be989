import { RpcFailure } from '../node-http';
import { isUnknownMethod } from './refusals';

/** How nodes refuse a block that they do not have, instead of answering null. */
const NOT_THERE =
  /\b(header|block|receipts?|hash|number|state)\b.{0,40}\b(not (be )?(found|available|known|exist)|does ?n[o']t exist|unavailable)|unknown (block|header|ancestor)|missing (trie node|header)|(could ?n[o']t|cannot|unable to) (find|get) (the )?(block|header)|no such block/i;

/** Whether a node says by an error that it does not have a block: it is the same as null. */
export function isMissingBlock(error: unknown): boolean {
  return error instanceof RpcFailure && error.kind === 'refused' && NOT_THERE.test(error.message);
}

/** How nodes refuse the receipt of a transaction that they do not have, or that was never executed. */
const NO_RECEIPT =
  /\b(transactions?|receipts?|tx|hash)\b.{0,80}\b(not (be )?(found|known|exist)|does ?n[o']t exist)|(unknown|no such) (transaction|receipt)|(could ?n[o']t|cannot|unable to) (find|get) (the )?(transaction|receipt)|: not found\b/i;

/** Whether a node says by an error that it does not have a receipt. */
export function isMissingReceipt(error: unknown): boolean {
  if (!(error instanceof RpcFailure) || error.kind !== 'refused') return false;
  return NO_RECEIPT.test(error.message) && !isUnknownMethod(error);
}

/** Null for an error by which a node says that it does not have a receipt; throws any other error. */
export function nullIfMissingReceipt(error: unknown): null {
  if (isMissingReceipt(error)) return null;
  throw error;
}

/** Null for an error by which a node says that it does not have a block; throws any other error. */
export function nullIfMissing(error: unknown): null {
  if (isMissingBlock(error)) return null;
  throw error;
}
