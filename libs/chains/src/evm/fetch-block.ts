import type { BlockWorkers } from '../block-threads';
import type { BlockHeader, ChainBlock } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure, type Unparsed } from '../node-http';
import type { OpenedHeader, WorkAnswer, WorkRequest, WorkRules } from './block-work';
import type { createReceiptsSource } from './receipts';
import { resultOf } from './result-of';
import type { TraceAnswer, TraceSource } from './trace-source';

export type EvmBlockWorker = BlockWorkers['evm'];
/**
 * So many missing receipts are asked for one by one at once. If more are missing, the node mostly lags; they are
 * asked for when they are missing another time.
 */
const MISSING_MAX = 64;

let lastId = 0;

/**
 * Reads a block from the answer that shows its transactions and from those about its receipts, which are of one
 * provider: their hashes prove that they belong together. `early` are receipts that were asked for by height at
 * the same time; those of another branch are asked for again, by hash. `checked` refuses another block than was
 * asked for. Null if the node does not have it, or has just lost it. Throws `InvalidBlock`.
 */
export async function fetchBlock(
  { answer, early }: { readonly answer: Unparsed; readonly early: Unparsed | null },
  checked: (header: BlockHeader) => void,
  { rules, worker, source, settled, tracing }: Reading,
): Promise<ChainBlock | null> {
  lastId += 1;
  const id = lastId;
  let isOpen = false;
  let isSettled = false;
  /** Whether the receipts of the block were incomplete or refused before; null while they are not. */
  let isAgain: boolean | null = null;
  async function ask(request: Omitted): Promise<WorkAnswer> {
    const answered = await worker.ask({ ...request, id } as WorkRequest);
    if ('invalid' in answered) throw new InvalidBlock(answered.invalid);
    return answered;
  }
  async function hashes(): Promise<readonly string[]> {
    const answered = await ask({ do: 'hashes' });
    return 'hashes' in answered ? answered.hashes : [];
  }
  async function withTraces(header: BlockHeader, traces: TraceAnswer | null) {
    const answered = await ask({ do: 'traces', traces });
    isOpen = false;
    if ('traceFault' in answered) tracing.refused(header, answered.traceFault);
    return 'block' in answered ? (answered.block ?? null) : null;
  }
  /** With these receipts of the block; `last`: they are all that the node has. */
  async function readWith(header: OpenedHeader, answer: Unparsed, attempt: 'first' | 'last') {
    let receipts = answer;
    isSettled = false;
    if (header.isSettledLater) {
      receipts = { result: resultOf(answer) };
      isSettled = receipts.result !== null && (await settled(header, receipts.result));
    }
    return await ask({ do: 'read', receipts, more: [], attempt, isSettled });
  }
  /** With further receipts, of the transactions that lack one. */
  async function readMissing({ hash }: OpenedHeader, { missing, isPart }: Missing) {
    isAgain ??= source.isIncompleteAgain(hash);
    const isDue = isAgain || (isPart && missing.length <= MISSING_MAX);
    const more = isDue ? await source.byTransaction(missing) : [];
    const attempt = isDue ? 'last' : 'without';
    return await ask({ do: 'read', receipts: null, more, attempt, isSettled });
  }
  /** Some nodes show by block what is not the block, for ever, and have the right receipts of its transactions. */
  async function readByTransaction(header: OpenedHeader, refusal: InvalidBlock) {
    try {
      const receipts = { result: await source.byTransaction(await hashes()) };
      const read = await readWith(header, receipts, 'last');
      source.wasRefused();
      return read;
    } catch (error) {
      if (error instanceof InvalidBlock || error instanceof RpcFailure) throw refusal;
      throw error;
    }
  }
  try {
    const opened = await ask({ do: 'open', answer, receipts: early, rules });
    const header = 'header' in opened ? opened.header : null;
    if (header === null) return null;
    isOpen = !('block' in opened);
    checked(header);
    if ('block' in opened && opened.block) {
      if (opened.block.isUntraced) tracing.passedOver(header);
      return opened.block;
    }
    // By the hash, which only the block shows: traces that were asked for by height could be of another branch.
    const traces = header.isTraced ? tracing.of(header) : null;
    // It is awaited below, unless the receipts are refused before.
    traces?.catch(() => undefined);
    if ('isKept' in opened) return await withTraces(header, await traces);
    if (early !== null) source.didNotFit();
    const receipts = await source.ofBlock(header.hash, hashes);
    let read: WorkAnswer;
    try {
      read = await readWith(header, receipts, 'first');
      if ('missing' in read) read = await readMissing(header, read);
    } catch (error) {
      if (!(error instanceof InvalidBlock)) throw error;
      isAgain ??= source.isIncompleteAgain(header.hash);
      if (!isAgain) throw error;
      read = await readByTransaction(header, error);
    }
    if ('isKept' in read) return await withTraces(header, (await traces) ?? null);
    const block = 'block' in read ? read.block : null;
    isOpen = block === null;
    return block;
  } finally {
    if (isOpen) await worker.ask({ do: 'close', id });
  }
}

/** What a client reads blocks with. */
export interface Reading {
  readonly rules: WorkRules;
  readonly worker: EvmBlockWorker;
  readonly source: ReturnType<typeof createReceiptsSource>;
  readonly tracing: TraceSource;
  /** Whether a later header was found that proves these receipts of a block. */
  settled(header: BlockHeader, receipts: unknown): Promise<boolean>;
}

type Missing = Extract<WorkAnswer, { readonly missing: readonly string[] }>;

type Omitted = WorkRequest extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'id'>
    : never
  : never;
