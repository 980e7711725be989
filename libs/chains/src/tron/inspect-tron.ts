import { messageOf } from '@daybook/platform/plain';
import type { ChainBlock, ClientNote } from '../chain-client';
import type { Chain, ProviderConnection } from '../chains-and-assets';
import type { Finding, Inspection, TokenAnswer } from '../inspection';
import { RpcFailure } from '../node-http';
import { digitsOf, type Fields, fieldsOf, integerOf, listOf, textOf } from './answer';
import { tronAddressKey } from './tron-address';
import { createTronClient } from './tron-client';
import { createTronNode, type TronNode } from './tron-node';

/** Selectors of TRC-20, which are those of ERC-20. */
const DECIMALS = '313ce567';
const SYMBOL = '95d89b41';
/** `uint8`. */
const DECIMALS_MAX = 255n;
/** Notes of the client that say nothing about a node that was asked for a moment only. */
const PASSING_TOPICS: ReadonlySet<string> = new Set(['catch-up', 'call-budget']);

/** The questions of a check to one node of a TRON chain. */
export function inspectTronNode(chain: Chain, provider: ProviderConnection): Inspection {
  const { rpcUrl, headers, requestsPerSecond: perSecondMax, tron = {} } = provider;
  const { solidityUrl = null, pending = false } = tron;
  const node = createTronNode({ fullUrl: rpcUrl, solidityUrl, headers, perSecondMax });
  const client = createTronClient(node, chain);
  return {
    client,
    requests: () => node.budget().callsToday,
    weakerRule: async () => null,
    async findings(recent) {
      return [
        await witnessesFinding(node),
        infosFinding(recent),
        ...client.notes().flatMap(noteFinding),
        ...(pending ? [await pendingFinding(node)] : []),
      ];
    },
    token: ({ kind, reference }) =>
      kind === 'issued' ? issuedToken(node, reference) : contractToken(node, reference),
  };
}

/** None of what a client notes of its node stops a watcher. */
function noteFinding({ topic, state, sentence }: ClientNote): readonly Finding[] {
  if (PASSING_TOPICS.has(topic)) return [];
  if (state === 'fine') return [{ topic, state: 'ok', sentence }];
  const right =
    state === 'unknown'
      ? 'Ask who runs the node. The watcher finds it out while it reads, and then says so.'
      : 'See docs/tron.md, "What the node must keep".';
  return [{ topic, state: 'warning', sentence, right }];
}

async function witnessesFinding(node: TronNode): Promise<Finding> {
  const topic = 'witnesses';
  const answer = fieldsOf(await node.full('listwitnesses', {}), 'list of witnesses');
  const listed = listOf(answer.witnesses, 'witnesses').map((each) => fieldsOf(each, 'witness'));
  const active = listed.filter(({ isJobs }) => isJobs === true).length;
  if (active > 0) {
    const sentence = `${active} witnesses sign blocks; their signatures are checked.`;
    return { topic, state: 'ok', sentence };
  }
  const sentence = 'The node names no witness that signs blocks, so no signature can be checked.';
  const right = 'Use a full node that answers listwitnesses.';
  return { topic, state: 'wrong', sentence, right };
}

/** A block is only read with the info of each of its transactions, so those of `recent` were complete. */
function infosFinding(recent: readonly ChainBlock[]): Finding {
  const count = recent.reduce((sum, { transactions }) => sum + transactions.length, 0);
  const sentence = `The infos of ${recent.length} recent blocks are complete: ${count} transactions.`;
  return { topic: 'infos', state: 'ok', sentence };
}

async function pendingFinding(node: TronNode): Promise<Finding> {
  const topic = 'pending';
  try {
    listOf(fieldsOf(await node.full('gettransactionlistfrompending', {}), 'list').txId, 'list');
    return { topic, state: 'ok', sentence: 'Pending transactions are shown.' };
  } catch (error) {
    if (!(error instanceof RpcFailure)) throw error;
    const right =
      'Leave out tron.pending, or allow the call on the node. Without it a transfer is first seen in its block.';
    return { topic, state: 'warning', sentence: messageOf(error), right };
  }
}

/** A TRC-10 token by its number (`getassetissuebyid`; proto3 leaves a precision of zero out). */
async function issuedToken(node: TronNode, id: string): Promise<TokenAnswer> {
  const issued = fieldsOf(await node.full('getassetissuebyid', { value: id }), 'issued token');
  if (Object.keys(issued).length === 0) return { kind: 'absent' };
  const decimals = Number(integerOf(issued.precision, 'precision'));
  const symbol = Buffer.from(digitsOf(issued.abbr, 'abbreviation'), 'hex').toString('utf8');
  return { kind: 'read', decimals, symbol: symbol || null };
}

/** A TRC-20 token: `getcontract` shows whether there is one, constant calls what it says of itself. */
async function contractToken(node: TronNode, contract: string): Promise<TokenAnswer> {
  const hex = `41${tronAddressKey(contract).slice(2)}`;
  const found = fieldsOf(await node.full('getcontract', { value: hex }), 'contract');
  if (Object.keys(found).length === 0) return { kind: 'absent' };
  const decimals = await constant(node, hex, DECIMALS);
  const number = /^[0-9a-f]{64}$/.test(decimals) ? BigInt(`0x${decimals}`) : null;
  if (number === null || number > DECIMALS_MAX) {
    return { kind: 'unread', reason: 'The contract does not say its decimals.' };
  }
  const symbol = symbolIn(await constant(node, hex, SYMBOL));
  return { kind: 'read', decimals: Number(number), symbol };
}

/** The bytes that a function without parameters gives, as digits; empty if it gives none. */
async function constant(node: TronNode, contract: string, selector: string): Promise<string> {
  const question = { owner_address: contract, contract_address: contract, data: selector };
  const answer: Fields = fieldsOf(await node.full('triggerconstantcontract', question), 'call');
  const { code, message } = fieldsOf(answer.result ?? {}, 'result of a call');
  if (code !== undefined || textOf(message, 'message of a call') !== '') return '';
  const [result] = listOf(answer.constant_result, 'result of a call');
  return digitsOf(result, 'result of a call');
}

/** A string by the ABI: its offset, its length, its bytes. Null if it is none. */
function symbolIn(digits: string): string | null {
  const words = Buffer.from(digits, 'hex');
  if (words.length < 64) return null;
  const length = Number(BigInt(`0x${digits.slice(64, 128)}`));
  return length <= words.length - 64 ? words.subarray(64, 64 + length).toString('utf8') : null;
}
