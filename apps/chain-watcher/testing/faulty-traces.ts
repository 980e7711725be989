import { RpcFailure } from '@daybook/chains';
import { addressOf, type BlockWithReceipts } from '../../../libs/chains/testing/raw-blocks';
import {
  type CallPlan,
  callTracerFrame,
  flatFrames,
} from '../../../libs/chains/testing/trace-trees';
import type { ModelChain } from './model-chain';
import type { Random } from './random';

/** How a node serves what blocks do not show. */
export interface Tracing {
  readonly traces: 'debug_traceBlockByHash' | 'trace_block' | null;
  /** Whether it shows proofs of accounts. */
  readonly proofs: boolean;
  /** Whether it invents traces. Its proofs are those of the chain, as nobody can invent these. */
  readonly lies: boolean;
  recipients(): readonly string[];
  /** What the node has done, for those who judge what came of it. */
  readonly record: TracingRecord;
}

export interface TracingRecord {
  /** How often it had no traces of a block that it has. */
  withheld: number;
  lies: number;
}

/** What may be wrong with traces and proofs. */
export const TRACE_FAULTS = [
  ...(['silent', 'limited', 'unreachable', 'no traces', 'no state'] as const),
  ...(['traces of another block', 'a trace missing', 'a balance changed'] as const),
] as const;
export type TraceFault = (typeof TRACE_FAULTS)[number];

export function isOfTraces(method: string): boolean {
  return ['debug_traceBlockByHash', 'trace_block', 'eth_getProof'].includes(method);
}

/** A thousand coins. */
const INVENTED = 1_000n * 10n ** 18n;

/** The answer of a node to a question about traces or proofs. `find`: its block by number or hash. */
export function tracingAnswer(
  chain: ModelChain,
  random: Random,
  { traces, proofs, lies, recipients, record }: Tracing,
  find: (at: string) => BlockWithReceipts | undefined,
) {
  function refuse(method: string): never {
    throw new RpcFailure(`the method ${method} does not exist/is not available`, 'refused');
  }

  function withoutState(): never {
    throw new RpcFailure('missing trie node: historical state not available', 'refused');
  }

  function callsOf(hash: string): readonly CallPlan[] {
    const told = chain.executed(hash).map(({ call }) => call);
    if (!lies || told.length === 0 || random.oneIn(3)) return told;
    record.lies += 1;
    return random.pick(LIES)(told, random, recipients);
  }

  function tracesOf(method: string, at: string, fault: TraceFault | null) {
    if (method !== traces) refuse(method);
    const found = fault === 'traces of another block' ? random.pick(chain.canonical) : find(at);
    if (fault === 'no traces' || fault === 'no state' || !found) record.withheld += 1;
    if (fault === 'no state') withoutState();
    if (fault === 'no traces' || !found) return null;
    const { hash: blockHash, transactions } = found.block;
    const calls = callsOf(blockHash);
    const shown = fault === 'a trace missing' ? calls.slice(0, -1) : calls;
    const hashAt = (i: number) => transactions[i]?.hash ?? '';
    if (traces === 'trace_block') {
      return shown.flatMap((call, i) =>
        flatFrames(call, { transactionHash: hashAt(i), blockHash }),
      );
    }
    return shown.map((call, i) => ({ txHash: hashAt(i), result: callTracerFrame(call) }));
  }

  function proofOf(address: string, at: unknown, fault: TraceFault | null) {
    if (!proofs) refuse('eth_getProof');
    const { blockHash } = Object(at) as { blockHash?: string };
    const state = chain.stateAfter(blockHash ?? find(String(at))?.block.hash ?? '');
    if (state === null || fault === 'no state') withoutState();
    const proof = state.proofOf(address);
    return fault === 'a balance changed' ? { ...proof, balance: '0x5' } : proof;
  }

  return (method: string, params: readonly unknown[], fault: TraceFault | null) => {
    const [first, , at] = params;
    if (method === 'eth_getProof') return proofOf(first as string, at, fault);
    return tracesOf(method, first as string, fault);
  };
}

type Lie = (
  told: readonly CallPlan[],
  random: Random,
  recipients: () => readonly string[],
) => readonly CallPlan[];

function victimOf(random: Random, recipients: () => readonly string[]): string {
  const all = recipients();
  return all.length === 0 ? addressOf('a stranger') : random.pick(all);
}

/** The same with one more call in one of them. */
function withCall(told: readonly CallPlan[], at: number, call: CallPlan): readonly CallPlan[] {
  const { calls = [], ...root } = told[at] as CallPlan;
  return told.with(at, { ...root, calls: [...calls, call] });
}

const LIES: readonly Lie[] = [
  // Coins that never moved, to somebody and from somebody.
  (told, random, recipients) => {
    const to = victimOf(random, recipients);
    const call = { type: 'CALL', from: addressOf('nobody'), to, value: INVENTED };
    return withCall(told, random.integer(told.length), call);
  },
  (told, random, recipients) => {
    const from = victimOf(random, recipients);
    const call = { type: 'CALL', from, to: addressOf('a thief'), value: INVENTED };
    return withCall(told, random.integer(told.length), call);
  },
  // Both to and from the same address, so that its balance stays as it is.
  (told, random, recipients) => {
    const victim = victimOf(random, recipients);
    const call = { type: 'CALL', from: addressOf('nobody'), to: victim, value: INVENTED };
    const back = { ...call, from: victim, to: addressOf('a thief') };
    const paid = withCall(told, random.integer(told.length), call);
    return withCall(paid, random.integer(told.length), back);
  },
  // What happened is left out.
  (told) => told.map(({ calls: _, ...root }) => root),
  (told, random) => {
    const at = random.integer(told.length);
    const { calls = [], ...root } = told[at] as CallPlan;
    return told.with(at, { ...root, calls: calls.slice(1) });
  },
  // Another recipient, another amount.
  (told, random, recipients) => {
    const to = victimOf(random, recipients);
    return told.map(({ calls = [], ...root }) => ({
      ...root,
      calls: calls.map((each) => ({ ...each, to, value: (each.value ?? 0n) + 1n })),
    }));
  },
];
