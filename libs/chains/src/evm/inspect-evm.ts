import { AbiCoder, decodeBytes32String } from 'ethers/abi';
import type { ChainBlock, ClientNote } from '../chain-client';
import type {
  Chain,
  ChainsAndAssets,
  CoinRules,
  Proof,
  ProviderConnection,
} from '../chains-and-assets';
import type { Finding, Inspection, TokenAnswer } from '../inspection';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { tryAnnouncements } from './announcements';
import { createEvmClient, idsOf, rulesOf } from './evm-client';
import { createJsonRpc, type JsonRpc } from './json-rpc';

/** The rules from the strongest to the weakest. */
const RULES: readonly Proof['rule'][] = ['roots', 'bloom-and-counts', 'two-providers'];

/** Selectors of ERC-20 (EIP-20): `decimals()` and `symbol()`. */
const DECIMALS = '0x313ce567';
const SYMBOL = '0x95d89b41';
const DECIMALS_MAX = 255n;
/** Longer answers are no symbol. */
const SYMBOL_CHARACTERS_MAX = 2_000;

/** The questions of a check to one node of an EVM chain. */
export function inspectEvmNode(
  chain: Chain,
  { rpcUrl, wsUrl, headers, requestsPerSecond }: ProviderConnection,
  registry: ChainsAndAssets,
): Inspection {
  const { rpc, requests } = counted(
    createJsonRpc(rpcUrl, { headers, perSecondMax: requestsPerSecond }),
  );
  const ids = idsOf(chain, registry);
  const rules = rulesOf(chain, registry);
  const { proof, coin } = rules;
  const client = createEvmClient(rpc, chain.id, ids, rules);

  async function weakerRule(at: number): Promise<string | null> {
    for (const rule of RULES.slice(RULES.indexOf(proof.rule) + 1)) {
      try {
        const weaker = createEvmClient(rpc, chain.id, ids, { ...rules, proof: { ...proof, rule } });
        if ((await weaker.block(at)) !== null) return rule;
      } catch (error) {
        if (!(error instanceof InvalidBlock)) throw error;
      }
    }
    return null;
  }

  /** The words of a contract; null if the node refuses the call or the contract has no such function. */
  async function call(to: string, data: string): Promise<string | null> {
    const answer = await unlessRefused(rpc.send('eth_call', [{ to, data }, 'latest']));
    return typeof answer === 'string' && answer.length > 2 ? answer : null;
  }

  return {
    ...{ client, requests, weakerRule },
    async findings(recent) {
      const findings = [
        ...(await receiptsFindings(rpc, recent)),
        ...(client.notes?.() ?? []).map((note) => traceFinding(note, coin.traces, recent)),
      ];
      if (wsUrl === null) return findings;
      const socket = await tryAnnouncements({ wsUrl, headers }, chain.blockTimeMs);
      return [...findings, announcementsFinding(socket)];
    },
    async token({ reference: contract }): Promise<TokenAnswer> {
      const code = await rpc.send('eth_getCode', [contract, 'latest']);
      if (typeof code !== 'string' || code === '0x') return { kind: 'absent' };
      const decimals = decimalsIn(await call(contract, DECIMALS));
      if (decimals === null) {
        return { kind: 'unread', reason: 'The contract does not say its decimals.' };
      }
      return { kind: 'read', decimals, symbol: symbolIn(await call(contract, SYMBOL)) };
    },
  };
}

/** How the node answers about receipts: by block, else in batches, else one by one. */
async function receiptsFindings(
  rpc: JsonRpc,
  recent: readonly ChainBlock[],
): Promise<readonly Finding[]> {
  const block = recent.find(({ transactions }) => transactions.length > 0) ?? recent[0];
  if (block === undefined) return [];
  const isByBlock = Array.isArray(
    await unlessRefused(rpc.send('eth_getBlockReceipts', [block.hash])),
  );
  const isInBatches = await hasBatches(rpc, block.number);
  if (isByBlock) {
    const sentence = isInBatches
      ? 'Receipts come by block (eth_getBlockReceipts), and batches are answered.'
      : 'Receipts come by block (eth_getBlockReceipts). Batches are refused, but not needed then.';
    return [{ topic: 'receipts', state: 'ok', sentence }];
  }
  const largest = Math.max(...recent.map(({ transactions }) => transactions.length));
  const cost = `The largest of ${recent.length} recent blocks costs ${largest + 2} requests`;
  const sentence = isInBatches
    ? `The node has no eth_getBlockReceipts, so each receipt is asked for, 50 in a batch. ${cost}.`
    : `The node has neither eth_getBlockReceipts nor batches, so receipts are asked for one by one. ${cost}.`;
  const right =
    'It works, but slowly. Use a node or a plan with eth_getBlockReceipts if blocks are large.';
  return [{ topic: 'receipts', state: 'warning', sentence, right }];
}

/** What the client found out about traces while it read the recent blocks. */
function traceFinding(
  { topic, state, sentence }: ClientNote,
  rule: CoinRules['traces'],
  recent: readonly ChainBlock[],
): Finding {
  const isAsked = recent.some(({ transactions }) => transactions.length > 0);
  if (state === 'fine' || !isAsked) return { topic, state: 'ok', sentence };
  const isRequired = rule === 'required';
  const right = isRequired
    ? 'Use a node that serves them for recent blocks, or set "traces": "optional" for the chain.'
    : 'Use a node that serves debug_traceBlockByHash (callTracer) or trace_block, or set "traces": "none" for the chain.';
  return { topic, state: isRequired && state === 'wrong' ? 'wrong' : 'warning', sentence, right };
}

async function hasBatches(rpc: JsonRpc, number: number): Promise<boolean> {
  const params = [`0x${number.toString(16)}`, false];
  const answers = await unlessRefused(
    rpc.sendBatch?.('eth_getBlockByNumber', [params, params]) ?? Promise.resolve(null),
  );
  return Array.isArray(answers) && answers.every((answer) => answer !== null);
}

function announcementsFinding({
  fault,
  heads,
  seconds,
}: Awaited<ReturnType<typeof tryAnnouncements>>): Finding {
  const topic = 'announcements';
  if (fault !== null) {
    const sentence = `The WebSocket does not work: ${fault}.`;
    const right = 'Correct wsUrl or leave it out. Without it blocks are found by polling.';
    return { topic, state: 'warning', sentence, right };
  }
  if (heads > 0) return { topic, state: 'ok', sentence: 'The WebSocket announces new blocks.' };
  const sentence = `The WebSocket accepts subscriptions. No block came within ${seconds} s.`;
  return { topic, state: 'ok', sentence };
}

/** Null if the node does not answer this request as it should. */
async function unlessRefused(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    // Some nodes answer a batch with nothing, or with something that is not JSON.
    const isAnswer = error instanceof RpcFailure && ['refused', 'passing'].includes(error.kind);
    if (isAnswer) return null;
    throw error;
  }
}

function decimalsIn(answer: string | null): number | null {
  if (answer === null || !/^0x[0-9a-f]{64}$/i.test(answer)) return null;
  const decimals = BigInt(answer);
  return decimals <= DECIMALS_MAX ? Number(decimals) : null;
}

/** A string by the ABI; old tokens answer with 32 bytes. Null if it is neither. */
function symbolIn(answer: string | null): string | null {
  if (answer === null || answer.length > SYMBOL_CHARACTERS_MAX) return null;
  try {
    if (answer.length === 66) return decodeBytes32String(answer);
    return String(AbiCoder.defaultAbiCoder().decode(['string'], answer)[0]);
  } catch {
    return null;
  }
}

/** The same transport, whose requests are counted. */
function counted(rpc: JsonRpc): { readonly rpc: JsonRpc; requests(): number } {
  let count = 0;
  const { sendUnparsed, sendBatch } = rpc;
  return {
    requests: () => count,
    rpc: {
      send(...question) {
        count += 1;
        return rpc.send(...question);
      },
      ...(sendUnparsed && {
        sendUnparsed(...question: Parameters<typeof sendUnparsed>) {
          count += 1;
          return sendUnparsed(...question);
        },
      }),
      ...(sendBatch && {
        sendBatch(...question: Parameters<typeof sendBatch>) {
          count += question[1].length;
          return sendBatch(...question);
        },
      }),
    },
  };
}
