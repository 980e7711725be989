import type { BalanceQuery, BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { readable } from '../readable-balances';
import type { AssetIds } from './asset-ids';
import type { JsonRpc } from './json-rpc';
import { QUANTITY_FORM, refuseField, toAmount } from './raw';

/** Common limits of batches are 100 and 1,000 requests. */
const BATCH_MAX = 100;
const BATCHES_AT_ONCE = 4;
/** `balanceOf(address)` (EIP-20). */
const BALANCE_OF = '0x70a08231';
const WORD = /^0x[0-9a-fA-F]{64}$/;

/**
 * Reads balances of one node after a block, which is named by its hash (EIP-1898), so an answer is never about
 * another branch. A node keeps the state of recent blocks only, so most answers about older ones are null.
 */
export function createBalanceReader(rpc: JsonRpc, ids: AssetIds) {
  let isInBatches = rpc.sendBatch !== undefined;

  async function one(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return await rpc.send(method, params);
    } catch (error) {
      // The state is not there, the token refuses to say, or the node names no blocks by their hash.
      if (error instanceof RpcFailure && error.kind === 'refused') return null;
      throw error;
    }
  }

  async function batch(method: string, params: readonly (readonly unknown[])[]) {
    const alone = () => Promise.all(params.map((each) => one(method, each)));
    if (!isInBatches || rpc.sendBatch === undefined || params.length < 2) return alone();
    try {
      return await rpc.sendBatch(method, params);
    } catch (error) {
      if (!(error instanceof RpcFailure) || error.kind !== 'refused') throw error;
      // One refusal is that of its whole batch. If none is left, it was the batch that was refused.
      const answers = await alone();
      if (!answers.includes(null)) isInBatches = false;
      return answers;
    }
  }

  async function ask(method: string, params: readonly (readonly unknown[])[]): Promise<unknown[]> {
    const answers: unknown[] = [];
    for (let from = 0; from < params.length; from += BATCH_MAX * BATCHES_AT_ONCE) {
      const batches = Array.from({ length: BATCHES_AT_ONCE }, (_, n) =>
        params.slice(from + n * BATCH_MAX, from + (n + 1) * BATCH_MAX),
      );
      const found = await Promise.all(batches.map((each) => batch(method, each)));
      answers.push(...found.flat());
    }
    return answers;
  }

  return async function balances(
    queries: readonly BalanceQuery[],
    { hash }: Pick<BlockHeader, 'hash'>,
  ): Promise<readonly (bigint | null)[]> {
    const at = { blockHash: hash, requireCanonical: false };
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
  };
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
