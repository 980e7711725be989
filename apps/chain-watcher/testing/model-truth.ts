import type { BlockTransfer, ChainBlock } from '@daybook/chains';
import { feeOf } from '../../../libs/chains/src/evm/fee';
import { ETHEREUM_PROOF } from '../../../libs/chains/src/evm/header';
import { readTraces } from '../../../libs/chains/src/evm/traces';
import { blockTransfers } from '../../../libs/chains/src/evm/transfers';
import { withTraced } from '../../../libs/chains/src/traced';
import type { BlockWithReceipts, LogPlan } from '../../../libs/chains/testing/raw-blocks';
import { callTracerFrame } from '../../../libs/chains/testing/trace-trees';
import { type Movement, movementsIn } from '../src/match/movements';
import { IDS, type ModelChain } from './model-chain';
import { type Execution, paymentsIn } from './model-execution';
import { LYING_TOKEN, TOKEN } from './model-plans';
import { chain, registry } from './simulated-chain';

/** What must be published in the end, by stored id, each with the hash of its block. */
export type Truth = ReadonlyMap<string, { readonly movement: Movement; readonly block: string }>;

/** Amounts by `<address> <asset>`. */
export type Amounts = ReadonlyMap<string, bigint>;

/** What a block moves to such addresses and from them, with their fees. `executions`: with what only traces show. */
export function shownTo(
  { block, receipts }: BlockWithReceipts,
  isOurs: (address: string) => boolean,
  executions: readonly Execution[] = [],
): readonly Movement[] {
  const { number, hash, parentHash, timestamp } = block;
  const answer = { block, receipts, extra: null };
  const shown = blockTransfers(answer, IDS, { listed: [TOKEN, LYING_TOKEN] });
  const read: ChainBlock = {
    ...{ number: Number(number), hash, parentHash, time: Number(timestamp) },
    ...{ proven: 'content', contentDigest: null },
    transactions: block.transactions.map((each, i) => ({
      ...{ hash: each.hash, sender: String(each.from), nonce: null },
      fee: feeOf(each, receipts[i], block),
    })),
    transfers: withTraced(shown, block.transactions, tracedIn(answer, executions)),
  };
  return movementsIn({ chain, registry }, read, isOurs);
}

function tracedIn(
  answer: Parameters<typeof readTraces>[1],
  executions: readonly Execution[],
): ReadonlyMap<string, readonly BlockTransfer[]> {
  if (executions.length === 0) return new Map();
  const result = executions.map(({ call }, i) => ({
    ...{ txHash: answer.block.transactions[i]?.hash, result: callTracerFrame(call) },
  }));
  const rules = { native: IDS.native, proof: ETHEREUM_PROOF };
  return readTraces({ method: 'debug_traceBlockByHash', result }, answer, rules);
}

/** Everything that the canonical chain shows to such addresses from block `from` on. */
export function truthOf(model: ModelChain, ours: ReadonlySet<string>, from: number): Truth {
  const truth = new Map<string, { movement: Movement; block: string }>();
  for (const shown of model.canonical.slice(from)) {
    const { hash } = shown.block;
    for (const movement of shownTo(shown, (address) => ours.has(address), model.executed(hash))) {
      truth.set(movement.id, { movement, block: hash });
    }
  }
  return truth;
}

/** What such addresses have on the canonical chain, and what readable logs of tokens say too much or too little. */
export interface Balances {
  readonly balances: Amounts;
  /** What a finding explains: the logs that can be read, less what really moved. */
  readonly unlikeLogs: Amounts;
}

/** Read from what happened on the canonical chain, without the code that reads blocks. */
export function balancesOf(model: ModelChain, ours: ReadonlySet<string>): Balances {
  const [balances, unlikeLogs] = [new Map<string, bigint>(), new Map<string, bigint>()];
  const add = (to: Map<string, bigint>, address: unknown, asset: string, amount: bigint) => {
    const key = `${address} ${asset}`;
    if (ours.has(String(address))) to.set(key, (to.get(key) ?? 0n) + amount);
  };
  const move = (to: Map<string, bigint>, logs: readonly LogPlan[], sign: bigint) => {
    for (const { address, topics, data } of logs) {
      const [, sender = '', recipient = '', token] = topics;
      const asset = token === undefined ? IDS.erc20(address) : IDS.erc721(address, BigInt(token));
      const amount = sign * (token === undefined ? BigInt(data) : 1n);
      add(to, addressIn(sender), asset, -amount);
      add(to, addressIn(recipient), asset, amount);
    }
  };
  for (const { block, receipts } of model.canonical) {
    for (const [i, { call, moved }] of model.executed(block.hash).entries()) {
      const { gasUsed, effectiveGasPrice, status, logs } = receipts[i] as unknown as Receipt;
      add(balances, call.from, IDS.native, -BigInt(gasUsed) * BigInt(effectiveGasPrice));
      if (status === '0x0') continue;
      for (const payment of paymentsIn(call)) {
        add(balances, payment.from, IDS.native, -payment.value);
        add(balances, payment.to, IDS.native, payment.value);
      }
      move(balances, moved ?? logs, 1n);
      if (moved === null) continue;
      move(unlikeLogs, logs.filter(isReadable), 1n);
      move(unlikeLogs, moved, -1n);
    }
  }
  checkCoins(model, ours, balances);
  return { balances, unlikeLogs };
}

/** Throws unless the coins are those of the states that the blocks of the model commit to. */
function checkCoins(model: ModelChain, ours: ReadonlySet<string>, balances: Amounts): void {
  const state = model.stateAfter(model.canonical.at(-1)?.block.hash ?? '');
  for (const address of ours) {
    const [moved, held] = [
      balances.get(`${address} ${IDS.native}`) ?? 0n,
      state?.changeOf(address),
    ];
    if (moved !== held)
      throw new Error(`The model moved ${moved} to ${address}, which has ${held}.`);
  }
}

/** An amount in one word, or the token id as the last topic. */
function isReadable({ topics, data }: LogPlan): boolean {
  return topics.length === 4 ? data === '0x' : topics.length === 3 && data.length === 2 + 64;
}

interface Receipt {
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly status: string;
  readonly logs: readonly LogPlan[];
}

function addressIn(topic: string): string {
  return `0x${topic.slice(-40)}`;
}
