import type { AddressUse, BalanceQuery, BlockHeader } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { readable } from '../readable-balances';
import { digitsOf, type Fields, fieldsOf, integerOf, listOf, textOf } from './answer';
import type { TronAssetIds } from './transfers';
import { tronAddressKey } from './tron-address';
import type { TronNode } from './tron-node';

/** So many are read between two looks at the last solidified block, which is another one every three seconds. */
const QUERIES_AT_ONCE = 16;
/** `balanceOf(address)` (TRC-20). */
const BALANCE_OF = '70a08231';
const WORD_DIGITS = 64;

/** Reads what accounts hold on the solidity port, after the last solidified block. */
function createHoldings(node: Pick<TronNode, 'solid'>, chain: string, ids: TronAssetIds) {
  /** One answer has all assets of an account but those of contracts; it is empty for one that was never paid coins. */
  async function accountOf(address: string, accounts: Accounts): Promise<Fields> {
    const known = accounts.get(address);
    if (known !== undefined) return known;
    const asked = node
      .solid('getaccount', { address: hexOf(address) })
      .then((answer) => fieldsOf(answer, 'account'));
    accounts.set(address, asked);
    return asked;
  }

  async function tokenBalance(address: string, contract: string): Promise<bigint | null> {
    const owner = hexOf(address);
    const answer = fieldsOf(
      await node.solid('triggerconstantcontract', {
        owner_address: owner,
        contract_address: hexOf(contract),
        data: `${BALANCE_OF}${owner.slice(2).padStart(WORD_DIGITS, '0')}`,
      }),
      'answer of a contract',
    );
    const { result } = fieldsOf(answer.result ?? {}, 'result of a call');
    const [word] = listOf(answer.constant_result, 'result of a contract');
    const digits = digitsOf(word, 'result of a contract');
    // Without code, or with another interface, it does not answer with one word.
    return result === true && digits.length === WORD_DIGITS ? BigInt(`0x${digits}`) : null;
  }

  return {
    accountOf,
    async read({ address, asset }: BalanceQuery, accounts: Accounts): Promise<bigint | null> {
      const contract = prefixed(asset, `${chain}/trc20:`);
      if (contract !== null) return tokenBalance(address, contract);
      const account = await accountOf(address, accounts);
      if (asset === ids.coin) return amountOf(account.balance, 'balance of an account');
      const token = prefixed(asset, `${chain}/trc10:`);
      if (token === null) throw new RangeError(`${asset} is no asset of ${chain}.`);
      const held = listOf(account.assetV2, 'assets of an account').map((each) =>
        fieldsOf(each, 'asset of an account'),
      );
      const found = held.find(({ key }) => textOf(key, 'id of an asset') === token);
      return found === undefined ? 0n : amountOf(found.value, 'balance of an asset');
    },
  };
}

/**
 * Reads balances on the solidity port. They are those after the last solidified block, whatever block is asked for, so
 * they count only if that block was the last one both before and after they were read.
 */
export function createTronBalanceReader(
  node: Pick<TronNode, 'solid'>,
  chain: string,
  ids: TronAssetIds,
) {
  const { read } = createHoldings(node, chain, ids);

  async function isLast(hash: string): Promise<boolean> {
    const answer = fieldsOf(await node.solid('getnowblock', {}), 'block');
    return digitsOf(answer.blockID, 'id of a block') === hash;
  }

  return async function balances(
    queries: readonly BalanceQuery[],
    { hash }: Pick<BlockHeader, 'hash'>,
  ): Promise<readonly (bigint | null)[]> {
    const found: (bigint | InvalidBlock | null)[] = [];
    for (let from = 0; from < queries.length; from += QUERIES_AT_ONCE) {
      const some = queries.slice(from, from + QUERIES_AT_ONCE);
      const accounts: Accounts = new Map();
      const isBefore = await isLast(hash);
      const values = isBefore
        ? await Promise.all(some.map((query) => read(query, accounts).catch(faultIfRefused)))
        : [];
      const isStill = isBefore && (await isLast(hash));
      found.push(...some.map((_, i) => (isStill ? (values[i] ?? null) : null)));
    }
    return readable(found);
  };
}

/** Reads what a node shows of addresses after the last solidified block, whichever that is. */
export function createTronUseReader(
  node: Pick<TronNode, 'solid'>,
  chain: string,
  ids: TronAssetIds,
) {
  const { accountOf, read } = createHoldings(node, chain, ids);

  async function useOf(address: string, assets: readonly string[]) {
    const accounts: Accounts = new Map();
    const exists = await accountOf(address, accounts)
      .then((account) => Object.keys(account).length > 0)
      .catch(faultIfRefused);
    const balances = assets.map((asset) => read({ address, asset }, accounts));
    const held = await Promise.all(balances.map((each) => each.catch(faultIfRefused)));
    return { exists, held };
  }

  return async function uses(
    addresses: readonly string[],
    assets: readonly string[],
  ): Promise<readonly AddressUse[]> {
    const found: Awaited<ReturnType<typeof useOf>>[] = [];
    for (let from = 0; from < addresses.length; from += QUERIES_AT_ONCE) {
      const some = addresses.slice(from, from + QUERIES_AT_ONCE);
      found.push(...(await Promise.all(some.map((address) => useOf(address, assets)))));
    }
    const amounts = readable(found.flatMap(({ held }) => held));
    return found.map(({ exists }, i) => ({
      hasHistory: typeof exists === 'boolean' ? exists : null,
      balances: amounts.slice(i * assets.length, (i + 1) * assets.length),
    }));
  };
}

type Accounts = Map<string, Promise<Fields>>;

function prefixed(asset: string, prefix: string): string | null {
  return asset.startsWith(prefix) ? asset.slice(prefix.length) : null;
}

function hexOf(address: string): string {
  return `41${tronAddressKey(address).slice(2)}`;
}

/** Throws `InvalidBlock` unless it is an integer that is not negative. */
function amountOf(value: unknown, what: string): bigint {
  const amount = integerOf(value, what);
  if (amount < 0n) throw new InvalidBlock(`The node's answer has a negative ${what}.`);
  return amount;
}

/** A node that keeps no such state, or does not run contracts, refuses. */
function faultIfRefused(error: unknown): InvalidBlock | null {
  if (error instanceof InvalidBlock) return error;
  if (error instanceof RpcFailure && error.kind === 'refused') return null;
  throw error;
}
