import type { ChainBlock } from '@daybook/chains';
import { feeOf } from '../../../libs/chains/src/evm/fee';
import { blockTransfers } from '../../../libs/chains/src/evm/transfers';
import type { BlockWithReceipts } from '../../../libs/chains/testing/raw-blocks';
import { type Movement, movementsIn } from '../src/match/movements';
import { IDS, type ModelChain } from './model-chain';
import { chain, registry } from './simulated-chain';

/** What must be published in the end, by stored id, each with the hash of its block. */
export type Truth = ReadonlyMap<string, { readonly movement: Movement; readonly block: string }>;

/** What a block moves to such addresses and from them, with their fees. */
export function shownTo(
  { block, receipts }: BlockWithReceipts,
  isOurs: (address: string) => boolean,
): readonly Movement[] {
  const { number, hash, parentHash, timestamp } = block;
  const read: ChainBlock = {
    ...{ number: Number(number), hash, parentHash, time: Number(timestamp) },
    ...{ proven: 'content', contentDigest: null },
    transactions: block.transactions.map((each, i) => ({
      ...{ hash: each.hash, sender: String(each.from), nonce: null },
      fee: feeOf(each, receipts[i]),
    })),
    transfers: blockTransfers({ block, receipts, extra: null }, IDS),
  };
  return movementsIn({ chain, registry }, read, isOurs);
}

/** Everything that the canonical chain shows to such addresses from block `from` on. */
export function truthOf(model: ModelChain, ours: ReadonlySet<string>, from: number): Truth {
  const truth = new Map<string, { movement: Movement; block: string }>();
  for (const shown of model.canonical.slice(from)) {
    for (const movement of shownTo(shown, (address) => ours.has(address))) {
      truth.set(movement.id, { movement, block: shown.block.hash });
    }
  }
  return truth;
}

/** What such addresses have on the canonical chain, by `<address> <asset>`, read from what the node says alone. */
export function balancesOf(
  model: ModelChain,
  ours: ReadonlySet<string>,
): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>();
  const add = (address: unknown, asset: string, amount: bigint) => {
    const key = `${address} ${asset}`;
    if (ours.has(String(address))) balances.set(key, (balances.get(key) ?? 0n) + amount);
  };
  for (const { block, receipts } of model.canonical) {
    for (const [i, { from, to, value }] of block.transactions.entries()) {
      const { gasUsed, effectiveGasPrice, status, logs } = receipts[i] as unknown as Receipt;
      add(from, IDS.native, -BigInt(gasUsed) * BigInt(effectiveGasPrice));
      if (status === '0x0') continue;
      add(from, IDS.native, -BigInt(value as string));
      add(to, IDS.native, BigInt(value as string));
      for (const { address, topics, data } of logs) {
        const [, sender = '', recipient = '', token] = topics;
        const asset = token === undefined ? IDS.erc20(address) : IDS.erc721(address, BigInt(token));
        const amount = token === undefined ? BigInt(data) : 1n;
        add(addressIn(sender), asset, -amount);
        add(addressIn(recipient), asset, amount);
      }
    }
  }
  return balances;
}

interface Receipt {
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly status: string;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }[];
}

function addressIn(topic: string): string {
  return `0x${topic.slice(-40)}`;
}
