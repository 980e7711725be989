import type { BalanceQuery, BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { readable } from '../readable-balances';
import type { AssetIds } from './asset-ids';
import { type AskAll, createBatches } from './batches';
import type { JsonRpc } from './json-rpc';
import { QUANTITY_FORM, refuseField, toAmount } from './raw';

/** `balanceOf(address)` (EIP-20). */
const BALANCE_OF = '0x70a08231';
const WORD = /^0x[0-9a-fA-F]{64}$/;

/**
 * Reads balances of one node after a block, which is named by its hash (EIP-1898), so an answer is never about
 * another branch. A node keeps the state of recent blocks only, so most answers about older ones are null.
 */
export function createBalanceReader(rpc: JsonRpc, ids: AssetIds) {
  const ask = createBatches(rpc);
  return (queries: readonly BalanceQuery[], { hash }: Pick<BlockHeader, 'hash'>) =>
    readBalances(ask, queries, { blockHash: hash, requireCanonical: false }, ids);
}

/** Balances at a block as JSON-RPC names it, in the order of the queries; null for each that the node does not say. */
export async function readBalances(
  ask: AskAll,
  queries: readonly BalanceQuery[],
  at: object | string,
  ids: AssetIds,
): Promise<readonly (bigint | null)[]> {
  const coins = queries.filter(({ asset }) => asset === ids.native);
  const tokens = queries.filter(({ asset }) => asset !== ids.native);
  const [ofCoins, ofTokens] = await Promise.all([
    ask(
      'eth_getBalance',
      coins.map(({ address }) => [address, at]),
    ),
    ask(
      'eth_call',
      tokens.map(({ address, asset }) => [
        {
          to: contractOf(asset, ids),
          data: `${BALANCE_OF}${address.slice(2).padStart(64, '0')}`,
        },
        at,
      ]),
    ),
  ]);
  const found = new Map<BalanceQuery, bigint | InvalidBlock | null>();
  for (const [i, query] of coins.entries()) found.set(query, coinIn(ofCoins[i]));
  for (const [i, query] of tokens.entries()) found.set(query, tokenIn(ofTokens[i]));
  return readable(queries.map((query) => found.get(query) ?? null));
}

function contractOf(asset: string, { caip2 }: AssetIds): string {
  const prefix = `${caip2}/erc20:`;
  if (asset.startsWith(prefix)) return asset.slice(prefix.length);
  throw new RangeError(`${asset} is neither the coin of ${caip2} nor a token of it.`);
}

/** Null if the node did not say; the fault if it says what is no balance. */
function coinIn(answer: unknown): bigint | InvalidBlock | null {
  if (answer === null) return null;
  try {
    if (typeof answer === 'string' && answer.length > 2) return toAmount(answer);
    return refuseField(answer, 'balance', QUANTITY_FORM);
  } catch (error) {
    if (error instanceof InvalidBlock) return error;
    throw error;
  }
}

/** A contract without code, or of another interface, does not answer with one word. */
function tokenIn(answer: unknown): bigint | null {
  return typeof answer === 'string' && WORD.test(answer) ? BigInt(answer) : null;
}
