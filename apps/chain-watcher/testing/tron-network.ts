import { createTronNode } from '../../../libs/chains/src/tron/tron-node';
import { addressOf, base58, type Json, wordOf } from '../../../libs/chains/testing/tron-blocks';
import { hexAddress } from '../../../libs/chains/testing/tron-node/execute';
import { balanceInput, transferInput } from '../../../libs/chains/testing/tron-node/programs';
import type { TronNode } from '../../../libs/chains/testing/tron-node/tron-node';

/** Where a node's two ports are. One URL may serve both. */
export interface Ports {
  readonly fullUrl: string;
  readonly solidityUrl: string;
}

/** A network of TRON on which a test pays addresses: of the stand-in, or of a real node. */
export interface TronNetwork extends Ports {
  /** CAIP-2. */
  readonly id: string;
  /** The TRC-20 token with which it pays, in base58. */
  readonly token: string;
  /** The TRC-10 token with which it pays; null if it has none. */
  readonly trc10: string | null;
  /** Where a watch starts. */
  readonly startBlock: number;
  /** Each pays an address (41 and 40 digits) an amount, or fails to, by one transaction of its own kind. */
  readonly ways: readonly ((to: string, amount: bigint) => unknown)[];
  /** Lets blocks come, so that what was sent becomes solid sooner or later. */
  mine(): Promise<void>;
}

/** The chain as the chains file lists it. `fields` come in place of others. */
export function tronEntry(
  { id, token, trc10, startBlock, fullUrl, solidityUrl }: Omit<TronNetwork, 'ways' | 'mine'>,
  { band, ...fields }: { readonly band?: string; readonly [field: string]: unknown } = {},
) {
  const asset = (name: string, currency: string) => ({
    ...{ id: `${id}/${name}`, currency, decimals: 6, minimum: '1' },
    ...(band !== undefined && { band }),
  });
  return {
    ...{ id, name: 'TRON', startBlock, blockTimeMs: null, reorgWindow: 32 },
    ...(fields.providers === undefined && { rpcUrl: fullUrl, tron: { solidityUrl } }),
    ...{ finality: { kind: 'tag', tag: 'finalized' }, ...fields },
    assets: [
      asset('slip44:195', 'TRX_TEST'),
      asset(`trc20:${token}`, 'USDT_TEST'),
      ...(trc10 === null ? [] : [asset(`trc10:${trc10}`, 'TRC10_TEST')]),
    ],
  };
}

/** What the node says that an address has when the last solid block is over, by asset. */
export async function balancesOf(
  { id, token, trc10, ...ports }: Pick<TronNetwork, 'id' | 'token' | 'trc10' | keyof Ports>,
  address: string,
): Promise<ReadonlyMap<string, bigint>> {
  const node = createTronNode(ports);
  const account = (await node.solid('getaccount', { address })) as Json;
  const call = {
    ...{ owner_address: address, contract_address: hexAddress(token), data: balanceInput(address) },
  };
  const { constant_result } = (await node.solid('triggerconstantcontract', call)) as Json;
  const held = (account.assetV2 ?? []).find(({ key }: Json) => key === trc10);
  return new Map([
    [`${id}/slip44:195`, BigInt(account.balance ?? 0)],
    // Nothing until the block that deploys the contract is solid.
    [`${id}/trc20:${token}`, BigInt(`0x${constant_result?.[0] ?? '0'}`)],
    ...(trc10 === null ? [] : [[`${id}/trc10:${trc10}`, BigInt(held?.value ?? 0)] as const]),
  ]);
}

/** The stand-in as a network, which pays in every way that it knows. */
export function standInNetwork(node: TronNode): TronNetwork {
  const { chain, fullUrl, solidityUrl, pay, payToken, payTrc10, call } = node;
  const [trc10, other] = ['1000001', wordOf(addressOf('other'))];
  const tokens = (amount: bigint): bigint[] => [amount, BigInt(trc10)];
  return {
    ...{ id: chain.id, fullUrl, solidityUrl, trc10, startBlock: 0 },
    token: base58(chain.contract('usdt')),
    ways: [
      pay,
      (to, amount) => payToken('usdt', to, amount),
      (to, amount) => payTrc10(to, trc10, amount),
      (to, amount) => call('splitter', wordOf(to) + other, { value: 2n * amount }),
      (to, amount) => call('splitter', wordOf(to), { token: tokens(amount) }),
      (to, amount) => call('spawner', wordOf(to), { value: amount }),
      // Nothing of what follows arrives.
      (to, amount) => call('regretful', wordOf(to), { value: amount }),
      (to, amount) =>
        call('swallower', wordOf(chain.contract('regretful')) + wordOf(to), { value: amount }),
      (to) => call('pretender', wordOf(to)),
      (to) => call('usdt', transferInput(to, 10n ** 40n)),
      (to, amount) => call('endless', wordOf(to), { value: amount, feeLimit: 3_000_000n }),
    ],
    mine: async () => void node.mine(),
  };
}
