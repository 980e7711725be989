import type { AddressUse } from '../chain-client';
import type { AssetIds } from './asset-ids';
import { readBalances } from './balances';
import { createBatches } from './batches';
import type { JsonRpc } from './json-rpc';
import { QUANTITY_FORM, refuseField, toAmount } from './raw';

/** Reads what a node shows of addresses now. Whoever has sent a transaction has a history. */
export function createUseReader(rpc: JsonRpc, ids: AssetIds) {
  const ask = createBatches(rpc);
  return async function uses(
    addresses: readonly string[],
    assets: readonly string[],
  ): Promise<readonly AddressUse[]> {
    const queries = addresses.flatMap((address) => assets.map((asset) => ({ address, asset })));
    const [balances, sent] = await Promise.all([
      readBalances(ask, queries, 'latest', ids),
      ask(
        'eth_getTransactionCount',
        addresses.map((address) => [address, 'latest']),
      ),
    ]);
    return addresses.map((_, i) => ({
      hasHistory: isAboveZero(sent[i]),
      balances: balances.slice(i * assets.length, (i + 1) * assets.length),
    }));
  };
}

/** Null if the node did not say. Throws `InvalidBlock` if it says what is no number. */
function isAboveZero(answer: unknown): boolean | null {
  if (answer === null || answer === undefined) return null;
  if (typeof answer === 'string' && answer.length > 2) return toAmount(answer) > 0n;
  return refuseField(answer, 'number of transactions', QUANTITY_FORM);
}
