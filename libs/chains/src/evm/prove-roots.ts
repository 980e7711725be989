import { InvalidBlock } from '../invalid-block';
import type { BlockAnswer } from './block-answer';
import { encodeReceipt } from './encode-receipt';
import { encodeTransaction, typeOf } from './encode-transaction';
import type { Keccak } from './keccak';
import { isUnsigned, type RawReceipt, type RawTransaction, toAmount, ZERO_ADDRESS } from './raw';
import { EMPTY_ROOT, trieRoot } from './trie-root';

/** What the two roots of a header show of the content that came with it. */
export interface ProvenRoots {
  /** `unknown`: it has transactions whose bytes are not known, so the root cannot be computed. */
  readonly transactions: 'proven' | 'wrong' | 'unknown';
  readonly receipts: 'proven' | 'wrong';
  /** Types of transactions whose bytes are not known. */
  readonly unknownTypes: readonly number[];
  /** Whether something stands outside the roots that moves value or has logs. */
  readonly movesOutside: boolean;
  /** Why a root is wrong, if more can be said. */
  readonly fault: string | null;
}

/** Types whose encoding is the same on every chain (EIP-2718, 2930, 1559, 4844, 7702). */
const COMMON_TYPE_MAX = 4;

/**
 * Recomputes both roots. With `mayStandOutside`, transactions of the system need not be covered: those
 * that nobody signed, or from and to nobody, such as the bridge's on Polygon before PIP-74.
 */
export function proveRoots(
  { block, receipts, extra }: BlockAnswer,
  mayStandOutside: boolean,
  keccak: Keccak,
): ProvenRoots {
  const { transactions } = block;
  const isSystem = transactions.map(
    (transaction, i) => mayStandOutside && isOfSystem(transaction, receipts[i]),
  );
  const found = proveTransactions(block, isSystem, keccak);
  const outside = (i: number) => found.isCut && isSystem[i] === true;
  const inside = receipts.filter((_, i) => !outside(i));
  const cut = receipts.filter((_, i) => !isSystem[i]);
  const ofReceipts = proveReceipts(block, [inside, receipts, cut], extra, keccak);
  const covered = new Set(ofReceipts.covered);
  const left = receipts.filter((receipt) => !covered.has(receipt));
  const isMoved =
    left.some((receipt) => receipt === undefined || receipt.logs.length > 0) ||
    (found.isCut && transactions.some((it, i) => isSystem[i] && toAmount(it.value) > 0n)) ||
    (extra !== null && extra.logs.length > 0 && !covered.has(extra));
  return {
    transactions: found.state,
    receipts: ofReceipts.covered === null || (isMoved && !mayStandOutside) ? 'wrong' : 'proven',
    unknownTypes: found.unknownTypes,
    movesOutside: isMoved,
    fault: found.fault ?? ofReceipts.fault,
  };
}

/** Whether a transaction is of the chain's system, as far as it shows. */
export function isOfSystem(transaction: RawTransaction, receipt: RawReceipt | undefined): boolean {
  const { from, to, gasPrice } = transaction;
  const isOfNobody = from === ZERO_ADDRESS && to === ZERO_ADDRESS;
  return (
    isOfNobody ||
    isUnsigned(transaction) ||
    gasPrice === '0x0' ||
    receipt?.cumulativeGasUsed === '0x0'
  );
}

/** `isCut`: the root is that of the transactions without those of the system. */
function proveTransactions(
  { transactions, transactionsRoot }: BlockAnswer['block'],
  isSystem: readonly boolean[],
  keccak: Keccak,
) {
  const read = transactions.map((transaction) => readTransaction(transaction, keccak));
  for (const isCut of isSystem.includes(true) ? [false, true] : [false]) {
    const covered = isCut ? read.filter((_, i) => !isSystem[i]) : read;
    const values = covered.flatMap(({ bytes }) => bytes ?? []);
    if (values.length < covered.length || !isKept(transactionsRoot, values)) continue;
    if (trieRoot(values, keccak) !== transactionsRoot) continue;
    const fault = covered.find((each) => each.fault !== null)?.fault ?? null;
    const state = fault === null ? ('proven' as const) : ('wrong' as const);
    return { state, isCut, fault, unknownTypes: [] };
  }
  const unknown = transactions.filter((_, i) => read[i]?.bytes === null);
  const unknownTypes = [...new Set(unknown.map(typeOf))];
  const state = unknownTypes.length > 0 ? ('unknown' as const) : ('wrong' as const);
  // A transaction that does not have its hash says more than a wrong root.
  const fault = read.find((each, i) => each.fault !== null && !isSystem[i])?.fault;
  return { state, isCut: false, fault: fault ?? 'the transactions root is wrong', unknownTypes };
}

/** The bytes of a transaction; null if they are not known. `fault`: it does not have the hash that it shows. */
function readTransaction(transaction: RawTransaction, keccak: Keccak) {
  const isCommon = typeOf(transaction) <= COMMON_TYPE_MAX;
  let bytes: string | null = null;
  let fault: string | null = null;
  try {
    bytes = encodeTransaction(transaction);
  } catch (error) {
    if (!(error instanceof InvalidBlock)) throw error;
    if (isCommon) fault = `transaction ${transaction.hash} is not whole (${error.message})`;
  }
  if (bytes !== null && `0x${keccak(bytes)}` !== transaction.hash) {
    if (!isCommon) return { bytes: null, fault };
    fault = `transaction ${transaction.hash} does not have the hash of its content`;
  }
  return { bytes: fault === null || bytes !== null ? bytes : '', fault };
}

type Receipts = readonly (RawReceipt | undefined)[];

/** The receipts that the root covers, of several guesses; null if it covers none of them. */
function proveReceipts(
  { transactions, receiptsRoot }: BlockAnswer['block'],
  guesses: readonly Receipts[],
  extra: RawReceipt | null,
  keccak: Keccak,
): { readonly covered: Receipts | null; readonly fault: string | null } {
  let byHash: ReadonlyMap<string, RawTransaction> | undefined;
  /** Only needed for receipts without a type, as older nodes show them. */
  function transactionOf({ type, transactionHash }: RawReceipt): RawTransaction | undefined {
    if (type !== undefined && type !== null) return undefined;
    byHash ??= new Map(transactions.map((each) => [each.hash, each]));
    return byHash.get(transactionHash);
  }
  const encoded = new Map<RawReceipt, string>();
  function bytesOf(receipt: RawReceipt): string {
    const known = encoded.get(receipt);
    if (known !== undefined) return known;
    const bytes = encodeReceipt(receipt, transactionOf(receipt), keccak);
    encoded.set(receipt, bytes);
    return bytes;
  }
  let fault: string | null = null;
  try {
    for (const guess of distinct(guesses)) {
      for (const covered of extra === null ? [guess] : [[...guess, extra], guess]) {
        const values = covered.flatMap((receipt) => (receipt ? bytesOf(receipt) : []));
        if (values.length < covered.length || !isKept(receiptsRoot, values)) continue;
        if (trieRoot(values, keccak) === receiptsRoot) return { covered, fault: null };
      }
    }
    fault = 'the receipts root is wrong';
  } catch (error) {
    if (!(error instanceof InvalidBlock)) throw error;
    fault = `a receipt is not whole (${error.message})`;
  }
  return { covered: null, fault };
}

/** Guesses of different lengths: two of one length are the same receipts. */
function distinct(guesses: readonly Receipts[]): readonly Receipts[] {
  return guesses.filter(
    ({ length }, i) => guesses.findIndex((each) => each.length === length) === i,
  );
}

/** Some chains keep no root: theirs are zero, absent, or of the empty trie in every block. */
function isKept(root: unknown, values: readonly string[]): boolean {
  return typeof root === 'string' && (root !== EMPTY_ROOT || values.length === 0);
}
