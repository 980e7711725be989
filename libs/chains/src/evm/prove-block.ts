import type { Proven } from '../chain-client';
import type { Proof } from '../chains-and-assets';
import { quoted } from '../quoted';
import { type BlockAnswer, fail } from './block-answer';
import { addLogs, isSameBloom } from './bloom';
import { checkCounts } from './check-counts';
import { typeText } from './encode-transaction';
import { type ProvenHeader, proveHeader } from './header';
import type { Keccak } from './keccak';
import { isOfSystem, type ProvenRoots, proveRoots } from './prove-roots';
import type { RawFields, RawTransaction } from './raw';

export interface Verdict {
  readonly proven: Proven;
  /** For operators: less is proven than the chain's rule asks for. Null if all is. */
  readonly alarm: string | null;
  /** Whether one answer is not believed: see `ChainBlock.needsConfirmation`. */
  readonly needsConfirmation: boolean;
}

const WHOLE: Verdict = { proven: 'content', alarm: null, needsConfirmation: false };

/**
 * Decides whether an answer is one complete block by the rule of its chain, and what its hash proves of it.
 * Throws `InvalidBlock` if it is not: nodes that lag and load balancers answer without an error but with
 * missing receipts or logs, or with those of another block, and a node may lie.
 *
 * The hash is recomputed from the header, and the two roots of the header from the content, whatever the rule
 * is: what recomputes is proven. The rule says what happens where it does not.
 * - `roots`: the answer is refused, unless it has something that Daybook does not know (a header field of a new
 *   fork, a new type of transaction). Then what can be checked must fit, and an alarm says what is missing.
 * - `bloom-and-counts`: counts and indexes must be complete, and the filter must be that of the logs.
 * - `two-providers`: counts and indexes must be complete; only a second provider shows more.
 *
 * `isSettled`: a later header was found to have the root of these receipts.
 */
export function proveBlock(
  answer: BlockAnswer,
  proof: Proof,
  keccak: Keccak,
  isSettled = false,
): Verdict {
  const { block } = answer;
  const header = proveHeader(block, proof.headerFields, keccak);
  if (proof.rule === 'roots') return byRoots(answer, proof, header, keccak, isSettled);
  // A root in a header that is not proven proves nothing.
  const roots = header.isProven ? proveRoots(answer, true, keccak) : null;
  if (roots !== null && isWhole(roots, isSettled)) return WHOLE;
  const isOutside = mayStandOutside(block, proof);
  const hasNone = (it: RawTransaction) => isOutside && isOfSystem(it, undefined);
  checkCounts(answer, proof.rule === 'bloom-and-counts', keccak, hasNone);
  if (proof.rule === 'bloom-and-counts') checkBloom(answer, keccak);
  const needsConfirmation = proof.rule === 'two-providers';
  return { proven: header.isProven ? 'header' : 'none', alarm: null, needsConfirmation };
}

function byRoots(
  answer: BlockAnswer,
  proof: Proof,
  header: ProvenHeader,
  keccak: Keccak,
  isSettled: boolean,
): Verdict {
  const { block } = answer;
  refuseOtherHash(block, header);
  const isDelayed = isSettledLater(block, proof);
  const roots = proveRoots(answer, mayStandOutside(block, proof), keccak);
  checkRoots(answer, roots, isDelayed, keccak);
  if (!header.isProven) {
    const alarm = alarmOfFields(block, header.unlisted);
    return { proven: 'none', alarm, needsConfirmation: true };
  }
  if (isWhole(roots, isSettled)) return WHOLE;
  const surprising = roots.unknownTypes.filter((type) => !proof.unprovableTypes?.includes(type));
  const alarm = surprising.length > 0 ? alarmOfTypes(block, surprising) : null;
  // What a later header will prove is not believed before. What the chain never proves is believed by its rule.
  const isToSettle = isDelayed && !isSettled;
  return { proven: 'header', alarm, needsConfirmation: alarm !== null || isToSettle };
}

function mayStandOutside({ number }: RawFields, proof: Proof): boolean {
  const { hasTransactionsOutside = false, nothingOutsideFrom = Number.POSITIVE_INFINITY } = proof;
  return hasTransactionsOutside && Number(number) < nothingOutsideFrom;
}

/** Throws `InvalidBlock` if the hash of a header is not that of its fields, and all fields are known. */
export function refuseOtherHash(block: RawFields, header: ProvenHeader): void {
  if (header.isProven || header.unlisted.length > 0) return;
  const why = header.fault === null ? '' : ` (${header.fault})`;
  fail(block, `its hash is not that of its header${why}`);
}

function isWhole(
  { transactions, receipts, movesOutside }: ProvenRoots,
  isSettled: boolean,
): boolean {
  if (transactions !== 'proven') return false;
  return isSettled || (receipts === 'proven' && !movesOutside);
}

/** Refuses the answer, unless a root cannot be computed or is that of other blocks. Then filter and counts count. */
function checkRoots(
  answer: BlockAnswer,
  roots: ProvenRoots,
  isDelayed: boolean,
  keccak: Keccak,
): void {
  const { block } = answer;
  const { transactions, receipts, unknownTypes } = roots;
  if (transactions === 'wrong') {
    // It may say more than that a root is wrong.
    checkCounts(answer, false, keccak);
    fail(block, roots.fault ?? 'the transactions root is wrong');
  }
  if (receipts === 'proven') return;
  checkCounts(answer, false, keccak);
  if (isDelayed) return;
  if (unknownTypes.length === 0) fail(block, roots.fault ?? 'the receipts root is wrong');
  checkBloom(answer, keccak);
}

/**
 * Avalanche since Helicon (ACP-194): the receipts root and the filter of a header are those of the blocks that
 * it settles, which are earlier ones. Only on a chain whose headers have that height: elsewhere a node that notes one
 * would get around the receipts root.
 */
export function isSettledLater(
  { settledHeight }: RawFields,
  { headerFields }: Pick<Proof, 'headerFields'>,
): boolean {
  const isShown = settledHeight !== undefined && settledHeight !== null;
  return isShown && maySettleLater({ headerFields });
}

/** Whether a chain has headers whose receipts root is that of earlier blocks. */
export function maySettleLater({ headerFields }: Pick<Proof, 'headerFields'>): boolean {
  return headerFields.some(({ name }) => name === 'settledHeight');
}

/** A node may name any number of fields, of any length. */
const NAMES_MAX = 8;
const NAME_CHARACTERS_MAX = 40;

function alarmOfFields({ number }: RawFields, unlisted: readonly string[]): string {
  const names = unlisted.slice(0, NAMES_MAX).map((name) => quoted(name, NAME_CHARACTERS_MAX));
  return (
    `The hash of block ${Number(number)} cannot be recomputed: its header has fields that Daybook does not ` +
    `know (${names.join(', ')}), as after a fork. Until they are listed in the chains file ` +
    '(proof.headerFields), only a second provider can confirm its blocks.'
  );
}

function alarmOfTypes({ number }: RawFields, types: readonly number[]): string {
  return (
    `The transactions root of block ${Number(number)} cannot be recomputed: Daybook does not know the ` +
    `encoding of type ${types.map(typeText).join(', ')}. Only a second provider can confirm the block.`
  );
}

/** Throws unless the filter of the header is that of the logs, so that no log is missing. */
function checkBloom({ block, receipts, extra }: BlockAnswer, keccak: Keccak): void {
  const union = new Uint8Array(256);
  for (const receipt of receipts) if (receipt) addLogs(union, receipt.logs, keccak);
  if (isSameBloom(block.logsBloom, union)) return;
  if (extra) addLogs(union, extra.logs, keccak);
  if (!isSameBloom(block.logsBloom, union)) fail(block, 'the bloom filter is not that of its logs');
}
