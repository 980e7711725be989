import type { ChainBlock } from '../chain-client';
import type { CoinRules, Proof } from '../chains-and-assets';
import { InvalidBlock } from '../invalid-block';
import type { Unparsed } from '../node-http';
import { withTraced } from '../traced';
import { assetIds } from './asset-ids';
import { arrange, type BlockAnswer } from './block-answer';
import { coinLogAt } from './coin-log';
import { withProvenFees } from './fee';
import type { Keccak } from './keccak';
import { isSettledLater } from './prove-block';
import { type RawBlock, type RawReceipt, toBlock, toReceipts } from './raw';
import { type BlockRules, readBlock, toHeader, withoutReceipt } from './read-block';
import { resultOf } from './result-of';
import { withSenders } from './sender';
import type { TraceAnswer } from './trace-source';
import { readTraces } from './traces';

/** What is asked of a thread that parses and proves blocks. `id` names one block between its two answers. */
export type WorkRequest = { readonly id: number } & (
  | {
      readonly do: 'open';
      readonly answer: Unparsed;
      /** Receipts that were asked for by height, at the same time as the block; null if they were not. */
      readonly receipts: Unparsed | null;
      readonly rules: WorkRules;
    }
  | { readonly do: 'hashes' | 'close' }
  | {
      readonly do: 'read';
      /** Null: those of the first attempt. */
      readonly receipts: Unparsed | null;
      /** Receipts that were asked for by transaction. */
      readonly more: readonly unknown[];
      /**
       * - `first`: further receipts may be asked for by transaction;
       * - `without`: they were not;
       * - `last`: they were, so what is still missing does not exist.
       */
      readonly attempt: 'first' | 'without' | 'last';
      /** Whether a later header was found that has the root of these receipts. */
      readonly isSettled: boolean;
    }
  /** Ends the reading of a block with its traces; null if there are none. */
  | { readonly do: 'traces'; readonly traces: TraceAnswer | null }
);

type OpenRequest = Extract<WorkRequest, { readonly do: 'open' }>;
type ReadRequest = Extract<WorkRequest, { readonly do: 'read' }>;
type TracesRequest = Extract<WorkRequest, { readonly do: 'traces' }>;

/** How the blocks of a chain are read, in a form that passes between threads. */
export interface WorkRules {
  readonly caip2: string;
  readonly native: string;
  readonly proof: Proof;
  readonly coin?: CoinRules;
  /** Contracts of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
  readonly isCompared?: boolean;
  /** A block with transactions below this height is kept until its traces are given. */
  readonly tracedBelow?: number;
  /** Whether such a block is read without them at once, because its node serves none. */
  readonly isUntraced?: boolean;
}

/** `isSettledLater`: its receipts root is that of earlier blocks. `isTraced`: its traces are wanted. */
export type OpenedHeader = ReturnType<typeof toHeader> & {
  readonly isSettledLater: boolean;
  readonly isTraced: boolean;
};

export type WorkAnswer =
  /** Null if the node does not have the block. `block` is read already if its receipts came with it. */
  | { readonly header: OpenedHeader | null; readonly block?: ChainBlock }
  | { readonly hashes: readonly string[] }
  /** The block is read, and kept until its traces are given. */
  | { readonly header?: OpenedHeader; readonly isKept: true }
  /** The block without traces, because they are not its own. */
  | { readonly block: ChainBlock; readonly traceFault: string }
  /** Null if the node has no receipts of the block. */
  | { readonly block: ChainBlock | null }
  /** Transactions without a receipt, which may be asked for one by one. `isPart`: others have one. */
  | { readonly missing: readonly string[]; readonly isPart: boolean }
  | { readonly invalid: string };

/** What is kept of a block between two requests. */
interface Opened {
  readonly block: RawBlock;
  readonly rules: WorkRules;
  /** The answer about its receipts, once there is one. */
  receipts: unknown;
  /** The block, once it is read and only lacks its traces. */
  read: ChainBlock | null;
}

/** Parses and proves blocks. Between two requests it keeps what it has parsed, until a block is read or closed. */
export function createBlockWork(keccak: Keccak) {
  const opened = new Map<number, Opened>();

  function openedOf(id: number) {
    const found = opened.get(id);
    // The thread that had it has ended.
    if (found === undefined) throw new InvalidBlock('The block was lost while it was read.');
    return found;
  }

  function open({ id, answer, receipts, rules }: OpenRequest): WorkAnswer {
    const result = resultOf(answer);
    if (result === null) return { header: null };
    const block = withSenders(toBlock(result), keccak);
    const header = {
      ...toHeader(block),
      isSettledLater: isSettledLater(block, rules.proof),
      isTraced: isTraced(block, rules),
    };
    const together =
      receipts === null || header.isSettledLater ? null : readTogether(block, receipts, rules);
    if (together === null) {
      opened.set(id, { block, rules, receipts: null, read: null });
      return { header };
    }
    if (!header.isTraced) return { header, block: together.read };
    // A step less for each block, where it would end the same.
    if (rules.isUntraced) return { header, block: { ...together.read, isUntraced: true } };
    opened.set(id, { block, rules, ...together });
    return { header, isKept: true };
  }

  /** Null unless both are one whole block: they may be of two branches. */
  function readTogether(block: RawBlock, answer: Unparsed, rules: WorkRules) {
    try {
      const receipts = listIn(resultOf(answer));
      if (receipts.length < block.transactions.length) return null;
      return { receipts, read: readBlock(block, receipts, rulesOf(rules), keccak) };
    } catch (error) {
      if (error instanceof InvalidBlock) return null;
      throw error;
    }
  }

  function read({ id, receipts, more, attempt, isSettled }: ReadRequest): WorkAnswer {
    const held = openedOf(id);
    const { block, rules } = held;
    if (receipts !== null) held.receipts = resultOf(receipts);
    const result = held.receipts;
    const { transactions } = block;
    if (attempt === 'first') {
      const isShort = Array.isArray(result) && result.length < transactions.length;
      const missing = isShort || result === null ? withoutReceipt(block, result ?? []) : [];
      const isPart = isShort && result.length > 0;
      if (missing.length > 0 || result === null) return { missing, isPart };
    }
    // Without any receipt, the node has just lost the block, or does not have its receipts yet.
    if (result === null && (attempt !== 'last' || more.length < transactions.length)) {
      return { block: null };
    }
    const all = more.length === 0 ? (result ?? []) : [...listIn(result), ...more];
    held.receipts = all;
    held.read = readBlock(block, all, { ...rulesOf(rules), isSettled }, keccak);
    if (isTraced(block, rules)) return { isKept: true };
    opened.delete(id);
    return { block: held.read };
  }

  /** The block with what its traces show. One whose traces are refused is answered without them. */
  function addTraces({ id, traces }: TracesRequest): WorkAnswer {
    const { block, rules, receipts, read: whole } = openedOf(id);
    if (whole === null) throw new InvalidBlock('The block is not read yet.');
    opened.delete(id);
    const without = { ...whole, isUntraced: true };
    if (traces === null) return { block: without };
    try {
      const answer = arrangedAgain(block, listIn(receipts));
      const traced = readTraces(traces, answer, rules);
      if (traced.size === 0) return { block: whole };
      const transfers = withTraced(whole.transfers, block.transactions, traced);
      const named = new Set([...traced.values()].flat().flatMap(({ from, to }) => [from, to]));
      const coinLog = coinLogAt(rules.coin?.log, whole.number);
      const transactions = withProvenFees(whole.transactions, answer, named, coinLog);
      return { block: { ...whole, transactions, transfers } };
    } catch (error) {
      // The stack or the length of a text did not suffice.
      if (!(error instanceof InvalidBlock || error instanceof RangeError)) throw error;
      return { block: without, traceFault: error.message };
    }
  }

  function answerTo(request: WorkRequest): WorkAnswer {
    const { id } = request;
    switch (request.do) {
      case 'open':
        return open(request);
      case 'hashes':
        return { hashes: openedOf(id).block.transactions.map(({ hash }) => hash) };
      case 'read':
        return read(request);
      case 'traces':
        return addTraces(request);
      case 'close':
        opened.delete(id);
        return { block: null };
    }
  }

  return {
    /** Throws only what is a fault of this program. */
    answer(request: WorkRequest): WorkAnswer {
      try {
        return answerTo(request);
      } catch (error) {
        if (error instanceof InvalidBlock) return { invalid: error.message };
        // The stack or the length of a text did not suffice, which only the answer can cause.
        if (error instanceof RangeError) return { invalid: `The node's answer: ${error.message}.` };
        throw error;
      }
    },
  };
}

function isTraced({ number, transactions }: RawBlock, { tracedBelow = 0 }: WorkRules): boolean {
  return transactions.length > 0 && Number(number) < tracedBelow;
}

function rulesOf({ caip2, native, ...others }: WorkRules): BlockRules {
  return { ids: assetIds(caip2, native), ...others };
}

/** The receipts of a block that was read with them. Nearly always they are in order, and need not be checked again. */
function arrangedAgain(block: RawBlock, receipts: readonly unknown[]): BlockAnswer {
  const { transactions } = block;
  const isInOrder =
    receipts.length === transactions.length &&
    transactions.every(({ hash }, i) => (receipts[i] as RawReceipt).transactionHash === hash);
  if (isInOrder) return { block, receipts: receipts as readonly RawReceipt[], extra: null };
  return arrange(block, toReceipts(receipts));
}

function listIn(result: unknown): readonly unknown[] {
  return Array.isArray(result) ? result : [];
}
