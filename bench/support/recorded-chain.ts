import { loadKeccak } from '../../libs/chains/src/evm/keccak';
import type { RawLog, RawReceipt } from '../../libs/chains/src/evm/raw';
import { receiptsRoot } from '../../libs/chains/src/evm/receipts-root';
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
  /** With whole transactions; null for blocks that only have a header. */
  readonly block: string | null;
  readonly receipts: string | null;
}

/**
 * A deterministic synthetic chain that passes every check of a watcher: blocks link to their parents, and
 * receipts roots and bloom filters match the receipts. Half of the logs are token transfers, some of them to
 * the `watched` addresses.
 */
export async function recordChain(
  blocks: number,
  watched: number,
): Promise<readonly RecordedBlock[]> {
  const keccak = await loadKeccak();
  return Array.from({ length: HEADERS_BEFORE + blocks }, (_, number) => {
    if (number < HEADERS_BEFORE) return emptyBlock(number);
    const receipts = receiptsOf(number, watched, keccak);
    return fullBlock(number, receipts, receiptsRoot(receipts, keccak));
  });
}

function hashOf(number: number): string {
  return hexOf(`recorded block ${number}`, 32);
}

function headerOf(number: number) {
  return {
    number: quantity(number),
    hash: hashOf(number),
    parentHash: hashOf(number - 1),
    timestamp: quantity(GENESIS_SECONDS + number * BLOCK_SECONDS),
    miner: hexOf(`miner ${number % 50}`, 20),
    stateRoot: hexOf(`state ${number}`, 32),
    transactionsRoot: hexOf(`transactions ${number}`, 32),
    gasLimit: quantity(45_000_000),
    gasUsed: quantity(BLOCK_TRANSACTIONS * GAS_A_TRANSACTION),
    baseFeePerGas: '0x3b9aca00',
    extraData: '0x',
  };
}

function emptyBlock(number: number): RecordedBlock {
  const header = JSON.stringify({ ...headerOf(number), transactions: [] });
  return { number, hash: hashOf(number), header, block: null, receipts: null };
}

function fullBlock(
  number: number,
  receipts: readonly (RawReceipt & { readonly transactionHash: string })[],
  root: string,
): RecordedBlock {
  const header = { ...headerOf(number), receiptsRoot: root, logsBloom: unionOf(receipts) };
  const transactions = receipts.map((receipt, index) => transactionOf(number, index, receipt));
  return {
    number,
    hash: header.hash,
    header: JSON.stringify({ ...header, transactions: receipts.map((r) => r.transactionHash) }),
    block: JSON.stringify({ ...header, transactions }),
    receipts: JSON.stringify(receipts),
  };
}

function transactionOf(number: number, index: number, { from, to, transactionHash }: RawReceipt) {
  const recipient = hexOf(`input of ${transactionHash}`, 32).slice(2);
  return {
    type: '0x2',
    chainId: '0x7a69',
    hash: transactionHash,
    blockHash: hashOf(number),
    blockNumber: quantity(number),
    transactionIndex: quantity(index),
    from,
    to,
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
    r: hexOf(`r of ${transactionHash}`, 32),
    s: hexOf(`s of ${transactionHash}`, 32),
    yParity: '0x1',
  };
}

type Keccak = Awaited<ReturnType<typeof loadKeccak>>;

function receiptsOf(number: number, watched: number, keccak: Keccak): RawReceipt[] {
  return Array.from({ length: BLOCK_TRANSACTIONS }, (_, index) => {
    const transactionHash = hexOf(`transaction ${number} ${index}`, 32);
    const place = {
      blockHash: hashOf(number),
      blockNumber: quantity(number),
      transactionHash,
      transactionIndex: quantity(index),
    };
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
      from: person(number * 31 + index),
      to: token(index),
      contractAddress: null,
      cumulativeGasUsed: quantity((index + 1) * GAS_A_TRANSACTION),
      gasUsed: quantity(GAS_A_TRANSACTION),
      effectiveGasPrice: '0x3b9aca01',
      logsBloom: bloomOf(logs, keccak),
      logs,
    };
  });
}

/** The first log of a transaction is a token transfer, the second another event of a contract. */
function logOf(
  number: number,
  index: number,
  ordinal: number,
  watched: number,
): Pick<RawLog, 'address' | 'topics' | 'data'> {
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

/** Three bits of 2,048 for each address and topic (Yellow Paper, 4.3.1). */
function bloomOf(logs: readonly Pick<RawLog, 'address' | 'topics'>[], keccak: Keccak): string {
  const bloom = Buffer.alloc(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    for (const entry of [address, ...topics]) {
      const hash = Buffer.from(keccak(entry.slice(2)), 'hex');
      for (const pair of [0, 2, 4]) {
        const bit = hash.readUInt16BE(pair) & 2047;
        const at = BLOOM_BYTES - 1 - (bit >> 3);
        bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
      }
    }
  }
  return `0x${bloom.toString('hex')}`;
}

function unionOf(receipts: readonly RawReceipt[]): string {
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
