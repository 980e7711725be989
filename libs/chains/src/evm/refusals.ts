import type { RpcFailure } from '../node-http';

/** How nodes and providers say that they do not have a method, or not in this plan. */
const UNKNOWN_METHOD =
  /-32601|-32004|method.{0,60}(not|disabled|unknown|invalid)|(unknown|no such|invalid|unsupported) method|not (supported|available|implemented|allowed|enabled|whitelisted)|unsupported|upgrade|your plan|forbidden|unauthori[sz]ed/i;
/** A plan or a gateway that refuses a method answers with one of these. */
const UNKNOWN_STATUSES: readonly (number | null)[] = [401, 403, 404, 405];
/**
 * How nodes say that they no longer have, or never had, the state of a block: geth, Erigon, Nethermind, Besu, reth and
 * OpenEthereum.
 */
const MISSING_STATE =
  /historical state|missing trie node|(state|trie|block|root|world ?state).{0,60}(pruned|not available|unavailable|too old|not found|does ?n[o']t exist|not exist|missing)|(pruned|old).{0,40}(state|block|data)|no (historical )?state|proof window|rewind|historical (data|block)|is not traceable|archive|root hash mismatch/i;

/** Whether a node refuses a request because it does not have the method; it has it for no block then. */
export function isUnknownMethod(error: RpcFailure): boolean {
  if (isMissingState(error)) return false;
  return UNKNOWN_STATUSES.includes(error.status) || UNKNOWN_METHOD.test(wordsOf(error));
}

/** Whether a node refuses a request about a block because it does not have its state. */
export function isMissingState(error: RpcFailure): boolean {
  return error.kind === 'refused' && MISSING_STATE.test(wordsOf(error));
}

/** Without the name of the method, which may have such words in it. */
function wordsOf({ message }: RpcFailure): string {
  return message.replaceAll(/\b(eth|debug|trace)_\w+/g, '');
}
