import { RpcFailure } from '../node-http';

/** How nodes refuse a block that they do not have, instead of answering null. */
const NOT_THERE =
  /\b(header|block|receipts?|hash|number|state)\b.{0,40}\b(not (be )?(found|available|known|exist)|does ?n[o']t exist|unavailable)|unknown (block|header|ancestor)|missing (trie node|header)|(could ?n[o']t|cannot|unable to) (find|get) (the )?(block|header)|no such block/i;

/** Whether a node says by an error that it does not have a block: it is the same as null. */
export function isMissingBlock(error: unknown): boolean {
  return error instanceof RpcFailure && error.kind === 'refused' && NOT_THERE.test(error.message);
}

/** Null for an error by which a node says that it does not have a block; throws any other error. */
export function nullIfMissing(error: unknown): null {
  if (isMissingBlock(error)) return null;
  throw error;
}
