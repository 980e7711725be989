import { InvalidBlock } from '../invalid-block';
import { RpcFailure, type Unparsed } from '../node-http';
import { askAgain } from './ask-again';
import type { JsonRpc } from './json-rpc';
import { isMissingBlock, isMissingReceipt, nullIfMissingReceipt } from './missing-block';

/** Common limits of batches are 100 and 1,000 requests; answers of this many receipts stay small. */
const BATCH_MAX = 50;
const BATCHES_AT_ONCE = 4;
/** Far more than a block has gas for. */
const TRANSACTIONS_MAX = 50_000;
/** How nodes say that they do not have a method. */
const UNKNOWN_METHOD = /-32601|method|not (supported|available|implemented|allowed)|unsupported/i;
/**
 * A node whose failures in a row weigh so much never answers: three silences, internal errors or pages, or thirty limits.
 * Fewer may be chance, and asking by transaction costs more.
 */
const FAILURES_MIN = 30;
/** So for batches, by nodes and gateways that cannot read them. */
const BATCH_FAILURES_MIN = 2;
/** A limit of expensive requests passes, unless the plan has none of them. */
const FAILURE_WEIGHTS = { silent: 10, passing: 10, limited: 1 } as const;
const MAY_PASS: readonly RpcFailure['kind'][] = ['silent', 'passing'];
/** A load balancer has nodes of several kinds, so a method that one lacks is tried again after this. */
const UNKNOWN_MS = 600_000;
/** Receipts by height did not fit their block, so for this long they are asked for by its hash alone. */
const APART_MS = 60_000;
/** `eth_getBlockReceipts` showed what is not the block, and may of one block only. */
const REFUSED_MS = 60_000;
/** Far more blocks than are read at once. */
const INCOMPLETE_MAX = 1_000;

/**
 * Asks one node for receipts, and remembers what it does not know: some have no `eth_getBlockReceipts`, some no
 * batches. Those are asked by transaction.
 */
export function createReceiptsSource(rpc: JsonRpc, now = Date.now) {
  let unknownUntil = 0;
  let apartUntil = 0;
  /** What the questions for all receipts of a block that failed in a row weigh. */
  let failures = 0;
  /** Until then receipts are asked for one by one. */
  let singlyUntil = rpc.sendBatch === undefined ? Number.POSITIVE_INFINITY : 0;
  /** Batches that failed and may pass, in a row. */
  let batchFailures = 0;
  /** Hashes of blocks whose receipts were not all in an answer, or refused. */
  const incomplete = new Set<string>();

  async function ask(hashes: readonly string[]): Promise<unknown[]> {
    const method = 'eth_getTransactionReceipt';
    const params = hashes.map((hash) => [hash]);
    let hasNoBatches = false;
    if (rpc.sendBatch && now() >= singlyUntil) {
      try {
        const answers = await rpc.sendBatch(method, params);
        batchFailures = 0;
        return answers;
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        batchFailures = MAY_PASS.includes(error.kind) ? batchFailures + 1 : 0;
        if (error.kind !== 'refused' && batchFailures < BATCH_FAILURES_MIN) throw error;
        // The refusal of one receipt fails a batch.
        hasNoBatches = !isMissingReceipt(error);
      }
    }
    const answers = await Promise.all(
      params.map((each) => askAgain(() => rpc.send(method, each).catch(nullIfMissingReceipt))),
    );
    if (hasNoBatches) singlyUntil = now() + UNKNOWN_MS;
    return answers;
  }

  /** The receipts of transactions that the node has; the others are left out. */
  async function byTransaction(hashes: readonly string[]): Promise<unknown[]> {
    if (hashes.length > TRANSACTIONS_MAX) {
      throw new InvalidBlock(`The node's answer has ${hashes.length} transactions in one block.`);
    }
    const found: unknown[] = [];
    const step = BATCH_MAX * BATCHES_AT_ONCE;
    for (let from = 0; from < hashes.length; from += step) {
      const batches = Array.from({ length: BATCHES_AT_ONCE }, (_, n) =>
        hashes.slice(from + n * BATCH_MAX, Math.min(from + (n + 1) * BATCH_MAX, from + step)),
      );
      const answers = await Promise.all(batches.map((each) => (each.length > 0 ? ask(each) : [])));
      found.push(...answers.flat().filter((receipt) => receipt !== null));
    }
    return found;
  }

  const isByBlock = () => now() >= unknownUntil;

  async function askByBlock(at: string): Promise<Unparsed> {
    const method = 'eth_getBlockReceipts';
    try {
      const answer = rpc.sendUnparsed
        ? await rpc.sendUnparsed(method, [at])
        : { result: await rpc.send(method, [at]) };
      failures = 0;
      return answer;
    } catch (error) {
      const kind = error instanceof RpcFailure ? error.kind : 'refused';
      failures = kind === 'refused' ? 0 : failures + FAILURE_WEIGHTS[kind];
      throw error;
    }
  }

  return {
    byTransaction,
    /**
     * The receipts of the block at a height, to be asked for while its block is. They may be of another branch, and
     * null if there are none: then they are asked for by hash.
     */
    async early(height: number): Promise<Unparsed | null> {
      if (!isByBlock() || now() < apartUntil) return null;
      try {
        return await askByBlock(`0x${height.toString(16)}`);
      } catch (error) {
        if (!(error instanceof RpcFailure)) throw error;
        if (!isMissingBlock(error)) apartUntil = now() + APART_MS;
        return null;
      }
    },
    /** Notes that the receipts of a block were refused, and those of its transactions are the block's. */
    wasRefused(): void {
      unknownUntil = now() + REFUSED_MS;
    },
    /** Notes that early receipts and their block were not one whole block. */
    didNotFit(): void {
      apartUntil = now() + APART_MS;
    },
    /** The receipts of a block; a null result if the node does not have it. `hashes` are its transactions. */
    async ofBlock(hash: string, hashes: () => Promise<readonly string[]>): Promise<Unparsed> {
      if (!isByBlock()) return { result: await byTransaction(await hashes()) };
      let refusal: RpcFailure;
      try {
        return await askByBlock(hash);
      } catch (error) {
        if (isMissingBlock(error)) return { result: null };
        const isRefused = error instanceof RpcFailure && error.kind === 'refused';
        if (!isRefused && failures < FAILURES_MIN) throw error;
        refusal = error as RpcFailure;
      }
      const words = refusal.message.replaceAll('eth_getBlockReceipts', '');
      const isUnknown = failures >= FAILURES_MIN || UNKNOWN_METHOD.test(words);
      try {
        const receipts = await byTransaction(await hashes());
        if (isUnknown) unknownUntil = now() + UNKNOWN_MS;
        return { result: receipts };
      } catch (error) {
        // Some nodes only take numbers, or refuse large answers. One that refuses everything says why.
        if (isUnknown || !(error instanceof RpcFailure) || error.kind !== 'refused') throw error;
        throw refusal;
      }
    },
    /** Notes that the receipts of a block were incomplete or refused; returns whether they were before. */
    isIncompleteAgain(hash: string): boolean {
      if (!isByBlock()) return false;
      if (incomplete.has(hash)) return true;
      const [oldest] = incomplete;
      if (incomplete.size >= INCOMPLETE_MAX && oldest !== undefined) incomplete.delete(oldest);
      incomplete.add(hash);
      return false;
    },
  };
}
