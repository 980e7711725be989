import { bloomOf } from '../../libs/chains/src/evm/bloom';
import { encodeReceipt } from '../../libs/chains/src/evm/encode-receipt';
import { encodeTransaction } from '../../libs/chains/src/evm/encode-transaction';
import { ETHEREUM_FIELDS, headerDigits } from '../../libs/chains/src/evm/header';
import { type Keccak, loadKeccak } from '../../libs/chains/src/evm/keccak';
import type { RawReceipt, RawTransaction } from '../../libs/chains/src/evm/raw';
import { EMPTY_ROOT, trieRoot } from '../../libs/chains/src/evm/trie-root';
import { hexOf } from './random';
import { TOKEN } from './transfers';

/** A busy block of Ethereum's main net. */
export const BLOCK_TRANSACTIONS = 300;
export const LOGS_A_TRANSACTION = 2;
/** Logs of a block that pay a watched address. */
export const HITS_A_BLOCK = 5;
/** Headers below the recorded blocks, for the watcher's ring at its start. */
export const HEADERS_BEFORE = 64;

const TRANSFER_TOPIC = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const BLOOM_BYTES = 256;
const TOKENS = 200;
const PEOPLE = 20_000;
const GENESIS_SECONDS = 1_760_000_000;
const BLOCK_SECONDS = 12;
const GAS_A_TRANSACTION = 90_000;

/** The n-th watched address. */
export function watchedAddress(n: number): string {
  return hexOf(`watched ${n}`, 20);
}

/** A node's answers about one block, as JSON text of the results. */
export interface RecordedBlock {
  readonly number: number;
  readonly hash: string;
  readonly header: string;
  /** With whole transactions. */
  readonly block: string;
  readonly receipts: string;
  /** As of the `callTracer`. */
  readonly traces: string;
}

/**
 * What the headers of a recorded chain prove. `roots`: all of their content, as on Ethereum. `nothing`: hash
 * and roots are not made of what nodes show, as on chains of Ethermint; only counts can be checked.
 */
export type Proving = 'roots' | 'nothing';

/**
 * A deterministic synthetic chain that passes every check of a watcher: blocks link to their parents, and
 * hashes, roots and filters are those of their content. Half of the logs are token transfers, some of them to
 * the `watched` addresses.
 */
export async function recordChain(
  blocks: number,
  watched: number,
  proving: Proving,
): Promise<readonly RecordedBlock[]> {
  const keccak = await loadKeccak();
  let parentHash = hexOf('before the recorded blocks', 32);
  return Array.from({ length: HEADERS_BEFORE + blocks }, (_, number) => {
    const block = blockOf(number, parentHash, { watched, proving, keccak });
    parentHash = block.hash;
    return block;
  });
}

interface Making {
  readonly watched: number;
  readonly proving: Proving;
  readonly keccak: Keccak;
}

function blockOf(number: number, parentHash: string, making: Making): RecordedBlock {
  const { keccak, proving } = making;
  const isEmpty = number < HEADERS_BEFORE;
  const unplaced = isEmpty ? [] : transactionsOf(number, keccak);
  const results = isEmpty ? [] : resultsOf(number, unplaced, making);
  const isProven = proving === 'roots';
  const transactions = unplaced.map((it) => encodeTransaction(it) ?? '');
  const receiptsMade = results.map((it, i) => encodeReceipt(it, unplaced[i], keccak));
  const fields = {
    ...headerOf(number, parentHash),
    transactionsRoot: isProven ? trieRoot(transactions, keccak) : EMPTY_ROOT,
    receiptsRoot: isProven ? trieRoot(receiptsMade, keccak) : EMPTY_ROOT,
    logsBloom: unionOf(results),
    gasUsed: quantity(unplaced.length * GAS_A_TRANSACTION),
  };
  const digits = headerDigits(fields, ETHEREUM_FIELDS, keccak);
  const hash = isProven ? `0x${digits}` : hexOf(`recorded block ${number}`, 32);
  const header = { ...fields, hash };
  const place = { blockHash: hash, blockNumber: quantity(number) };
  const hashes = unplaced.map((it) => it.hash);
  const text = JSON.stringify({ ...header, transactions: hashes });
  if (isEmpty) return { number, hash, header: text, block: text, receipts: '[]', traces: '[]' };
  return {
    ...{ number, hash, header: text },
    block: JSON.stringify({ ...header, transactions: unplaced.map((it) => ({ ...it, ...place })) }),
    receipts: JSON.stringify(
      results.map((it) => ({
        ...it,
        ...place,
        logs: it.logs.map((log) => ({ ...log, ...place })),
      })),
    ),
    traces: JSON.stringify(unplaced.map((it, index) => traceOf(it, number, index))),
  };
}

function headerOf(number: number, parentHash: string) {
  return {
    number: quantity(number),
    parentHash,
    timestamp: quantity(GENESIS_SECONDS + number * BLOCK_SECONDS),
    sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
    miner: hexOf(`miner ${number % 50}`, 20),
    stateRoot: hexOf(`state ${number}`, 32),
    difficulty: '0x0',
    gasLimit: quantity(45_000_000),
    mixHash: hexOf(`random ${number}`, 32),
    nonce: '0x0000000000000000',
    baseFeePerGas: '0x3b9aca00',
    extraData: '0x',
  };
}

function transactionsOf(number: number, keccak: Keccak): RawTransaction[] {
  return Array.from({ length: BLOCK_TRANSACTIONS }, (_, index) => {
    const recipient = hexOf(`input of ${number} ${index}`, 32).slice(2);
    const content = {
      type: '0x2',
      chainId: '0x7a69',
      transactionIndex: quantity(index),
      from: person(number * 31 + index),
      to: token(index),
      nonce: quantity(number * 7 + index),
      // Every fourth moves coins, the others call contracts.
      value: index % 4 === 0 ? quantity(1_000_000_000_000 + index) : '0x0',
      input: index % 4 === 0 ? '0x' : `0x38ed1739${recipient.repeat(6)}`,
      gas: quantity(GAS_A_TRANSACTION * 2),
      gasPrice: '0x3b9aca01',
      maxFeePerGas: '0x77359400',
      maxPriorityFeePerGas: '0x1',
      accessList: [],
      v: '0x1',
      r: hexOf(`r of ${number} ${index}`, 32),
      s: hexOf(`s of ${number} ${index}`, 32),
      yParity: '0x1',
    };
    const hash = `0x${keccak(encodeTransaction({ ...content, hash: '' }) ?? '')}`;
    return { ...content, hash };
  });
}

/** The receipts. */
function resultsOf(
  number: number,
  transactions: readonly RawTransaction[],
  { watched, keccak }: Making,
): Result[] {
  return transactions.map(({ hash, from, to }, index) => {
    const place = { transactionHash: hash, transactionIndex: quantity(index) };
    const logs = Array.from({ length: LOGS_A_TRANSACTION }, (_, ordinal) => ({
      ...place,
      ...logOf(number, index, ordinal, watched),
      logIndex: quantity(index * LOGS_A_TRANSACTION + ordinal),
      removed: false,
    }));
    return {
      ...place,
      type: '0x2',
      status: '0x1',
      ...{ from, to },
      contractAddress: null,
      cumulativeGasUsed: quantity((index + 1) * GAS_A_TRANSACTION),
      gasUsed: quantity(GAS_A_TRANSACTION),
      effectiveGasPrice: '0x3b9aca01',
      logsBloom: `0x${Buffer.from(bloomOf(logs, keccak)).toString('hex')}`,
      logs,
    };
  });
}

/** Calls below a transaction that calls a contract, each with one below it. A swap through a router has as many. */
const CALLS_A_TRANSACTION = 3;
/** One in so many transactions moves coins by an internal call. */
const MOVING_EVERY = 10;

/** The trace of a transaction: a call of coins is one frame, that of a contract seven. */
function traceOf({ hash, from, to, value, input }: RawTransaction, number: number, index: number) {
  const top = { ...frameOf(from, to, input), value, type: 'CALL' };
  if (input === '0x') return { txHash: hash, result: top };
  const calls = Array.from({ length: CALLS_A_TRANSACTION }, (_, n) => {
    const word = hexOf(`word ${number} ${index} ${n}`, 32).slice(2);
    const inner = frameOf(token(index + n), token(index + n + 1), `0x70a08231${word}`);
    const isMoving = n === 0 && index % MOVING_EVERY === 1;
    return {
      ...frameOf(to, token(index + n), `0x23b872dd${word.repeat(3)}`),
      calls: [{ ...inner, type: 'STATICCALL' }],
      value: isMoving ? quantity(1_000_000_000 + index) : '0x0',
      type: 'CALL',
    };
  });
  return { txHash: hash, result: { ...top, calls } };
}

function frameOf(from: unknown, to: unknown, input: unknown) {
  const output = `0x${'0'.repeat(63)}1`;
  return { from, gas: '0x15f90', gasUsed: '0x7530', to, input, output };
}

/** A receipt. */
interface Result extends RawReceipt {
  readonly logsBloom: string;
}

/** The first log of a transaction is a token transfer, the second another event of a contract. */
function logOf(number: number, index: number, ordinal: number, watched: number) {
  const isHit = ordinal === 0 && index % Math.floor(BLOCK_TRANSACTIONS / HITS_A_BLOCK) === 0;
  const hit = watchedAddress((number * HITS_A_BLOCK + index) % watched);
  const from = topicOf(person(number + index));
  const to = topicOf(isHit ? hit : person(number * 17 + index * 3));
  if (ordinal === 0) {
    const data = `0x${(1_000_000 + index).toString(16).padStart(64, '0')}`;
    return { address: isHit ? TOKEN : token(index), topics: [TRANSFER_TOPIC, from, to], data };
  }
  const word = hexOf(`amounts ${number} ${index}`, 32).slice(2);
  const topics = [hexOf(`event ${index % 40}`, 32), from, to];
  return { address: token(index + 1), topics, data: `0x${word.repeat(4)}` };
}

function token(n: number): string {
  return hexOf(`token ${n % TOKENS}`, 20);
}

function person(n: number): string {
  return hexOf(`person ${n % PEOPLE}`, 20);
}

function topicOf(address: string): string {
  return `0x${'0'.repeat(24)}${address.slice(2)}`;
}

/** The filter of a header is the union of those of its receipts. */
function unionOf(receipts: readonly Result[]): string {
  const union = Buffer.alloc(BLOOM_BYTES);
  for (const { logsBloom } of receipts) {
    const bloom = Buffer.from(logsBloom.slice(2), 'hex');
    for (const [i, byte] of bloom.entries()) union[i] = (union[i] as number) | byte;
  }
  return `0x${union.toString('hex')}`;
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}
