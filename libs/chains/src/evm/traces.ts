import type { BlockTransfer } from '../chain-client';
import type { Proof } from '../chains-and-assets';
import type { BlockAnswer } from './block-answer';
import { typeOf } from './encode-transaction';
import {
  isNobody,
  lowerCase,
  type RawBlock,
  type RawReceipt,
  type RawTransaction,
  succeeded,
  ZERO_ADDRESS,
} from './raw';
import { resultOf } from './result-of';
import { callTraces, flatTraces, refuse, type Trace } from './trace-answers';
import { movingTraces } from './trace-elements';
import { movesOf } from './trace-frames';
import type { TraceAnswer } from './trace-source';

/**
 * What only the traces of a block show, by transaction: the coin moved by internal calls, creations and self-destructs.
 * What the transaction itself moves is not repeated, and what failed moves nothing. Throws `InvalidBlock` unless there
 * is one trace for each transaction, in their order. No root commits to traces: they are the word of the node.
 */
export function readTraces(
  shown: TraceAnswer,
  { block, receipts }: BlockAnswer,
  { native, proof }: { readonly native: string; readonly proof: Proof },
): ReadonlyMap<string, readonly BlockTransfer[]> {
  const traces = tracesIn(shown, block);
  const found = new Map<string, readonly BlockTransfer[]>();
  for (const [place, trace] of paired(block, receipts, traces, proof)) {
    const transaction = block.transactions[place] as RawTransaction;
    const receipt = receipts[place];
    if (receipt === undefined || !succeeded(receipt)) continue;
    const [root] = trace.frames;
    if (root?.isFailed) refuse(block, `${transaction.hash} succeeded, but failed in its trace`);
    const moves = movesOf(trace.frames);
    if (moves.length === 0) continue;
    const txHash = transaction.hash;
    const asset = native;
    found.set(
      txHash,
      moves.map(({ path, from, to, value }) => {
        // What an address sends to itself moves nothing.
        const amount = from === to ? 0n : value;
        return { ordinal: `call:${path}`, asset, amount, from, to, txHash, failed: false };
      }),
    );
  }
  return found;
}

function tracesIn(shown: TraceAnswer, block: RawBlock): readonly Trace[] {
  if (shown.method === 'trace_block') return flatTraces(resultOf(shown), block);
  const moving = 'bytes' in shown ? movingTraces(shown.bytes, block) : null;
  return moving ?? callTraces(resultOf(shown), block);
}

/**
 * Each trace with the place of its transaction. The number, the order and the hashes must be those of the block.
 * A transaction may lack its trace by `mayLackTrace`, and there may be one more by `mayHaveMore`.
 */
function paired(
  block: RawBlock,
  receipts: BlockAnswer['receipts'],
  traces: readonly Trace[],
  proof: Proof,
): readonly (readonly [place: number, Trace])[] {
  const { transactions } = block;
  const lacking = transactions.map((each, i) => mayLackTrace(each, receipts[i], proof));
  const needed = lacking.filter((may) => !may).length;
  // Without hashes, the only sign that those which may lack a trace have none is the number.
  const isShort = traces.length === needed;
  const pairs: [number, Trace][] = [];
  let next = 0;
  for (const [place, transaction] of transactions.entries()) {
    const trace = traces[next];
    if (lacking[place] && (trace === undefined || !isOf(trace, transaction, isShort))) continue;
    if (trace === undefined) refuse(block, `${transaction.hash} has no trace`);
    if (!isOf(trace, transaction, false)) {
      refuse(block, `its trace ${next} is not of its transaction ${transaction.hash}`);
    }
    pairs.push([place, trace]);
    next += 1;
  }
  const left = traces.length - next;
  if (left > 0 && !(left === 1 && mayHaveMore(proof))) {
    refuse(block, `${transactions.length} transactions have ${traces.length} traces`);
  }
  return pairs;
}

/** By the hash; by the parties where the node shows none. `orNone`: then it is of another transaction. */
function isOf({ hash, frames }: Trace, transaction: RawTransaction, orNone: boolean): boolean {
  if (hash !== null) return hash === transaction.hash;
  const [root] = frames;
  if (orNone || root === undefined) return false;
  const isSender = root.from === lowerCase(transaction.from);
  return isSender && (isNobody(transaction.to) || root.to === lowerCase(transaction.to));
}

/** What a bridge of a chain does to a block without a transaction that somebody sent. */
const STATE_SYNC_TYPE = 0x7f;

/**
 * Which transactions may lack a trace: those that were never executed, as Ethermint lists them, and the state syncs of
 * Polygon, which nodes trace only when they are configured to.
 */
function mayLackTrace(
  transaction: RawTransaction,
  receipt: RawReceipt | undefined,
  { hasTransactionsOutside = false }: Proof,
): boolean {
  if (receipt === undefined) return true;
  const { from, to } = transaction;
  const isOfNobody = from === ZERO_ADDRESS && to === ZERO_ADDRESS;
  return hasTransactionsOutside && (isOfNobody || typeOf(transaction) === STATE_SYNC_TYPE);
}

/** Whether the last trace may be of a transaction that the block does not list: the state sync of Polygon. */
function mayHaveMore({ hasTransactionsOutside = false }: Proof): boolean {
  return hasTransactionsOutside;
}
