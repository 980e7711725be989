import type { PendingTransaction } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import type { AssetIds } from './asset-ids';
import type { JsonRpc } from './json-rpc';
import { nullIfMissing } from './missing-block';
import { toPending } from './pending';
import { fieldsOf, type RawFields, toHash, toNumber } from './raw';
import type { ContractRules } from './transfers';

/** Asks a node about single transactions. */
export function createTransactionFinder(rpc: JsonRpc, ids: AssetIds, contracts: ContractRules) {
  return {
    /** The block that includes it, `pending` if none does; null if the node does not know it. Throws `InvalidBlock`. */
    async blockOf(hash: string): Promise<number | 'pending' | null> {
      const receipt = await rpc.send('eth_getTransactionReceipt', [hash]).catch(nullIfMissing);
      if (receipt !== null) return blockNamedBy(receipt, 'transactionHash', hash);
      const transaction = await rpc.send('eth_getTransactionByHash', [hash]).catch(nullIfMissing);
      return transaction === null ? null : blockNamedBy(transaction, 'hash', hash);
    },
    /** Null if it is included by now, or moves nothing that is read. */
    async pendingTransaction(hash: string): Promise<PendingTransaction | null> {
      const answer = await rpc.send('eth_getTransactionByHash', [hash]);
      const isIncluded = (Object(answer) as RawFields).blockHash ?? false;
      return isIncluded ? null : toPending(answer, ids, contracts);
    },
  };
}

/** The block that an answer about a transaction names, `pending` if it names none. Throws `InvalidBlock`. */
function blockNamedBy(answer: unknown, hashField: string, hash: string): number | 'pending' {
  const fields = fieldsOf(answer, 'transaction');
  const shown = toHash(fields[hashField], 'hash of the transaction');
  if (shown !== hash) {
    throw new InvalidBlock(`The node answered with transaction ${shown} when asked for ${hash}.`);
  }
  const { blockNumber = null } = fields;
  return blockNumber === null ? 'pending' : toNumber(blockNumber, 'block of the transaction');
}
