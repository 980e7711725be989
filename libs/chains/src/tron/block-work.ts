import { InvalidBlock } from '../invalid-block';
import { textOf, type Unparsed } from '../node-http';
import { AnswerFailure, parseAnswer, parseRounded, RoundedInteger } from './answer';
import type { ProvenHeader } from './prove-header';
import type { ContentRule } from './prove-transactions';
import {
  completeTronBlock,
  proveTransactionsOf,
  readTronHeader,
  type TronBlock,
} from './read-block';

/** What is asked of a thread that parses and proves blocks. `id` chooses the thread. */
export interface WorkRequest {
  readonly id: number;
  /** CAIP-2. */
  readonly chain: string;
  /** The height or the id that was asked for. */
  readonly at: number | string;
  /** The answer of `getblock`. */
  readonly block: Unparsed;
  /** The answer of `gettransactioninfobyblocknum`. */
  readonly infos: Unparsed;
  readonly contentRule: ContentRule;
  /** Contracts of the listed tokens. Canonical. */
  readonly listed?: readonly string[];
}

/**
 * With the header if its hash and its signature are right. Whether its signer may sign is left to the caller,
 * who knows the witnesses.
 */
export type WorkAnswer =
  /** The node does not have the block. */
  | { readonly header: null }
  | { readonly header: ProvenHeader; readonly block: TronBlock }
  /** Some transactions have no info yet. */
  | { readonly header: ProvenHeader; readonly missing: MissingInfos }
  | { readonly header: ProvenHeader | null; readonly invalid: string };

export interface MissingInfos {
  readonly found: number;
  readonly needed: number;
}

/** Parses and proves a block. Throws only what is a fault of this program. */
export function answerBlockWork(request: WorkRequest): WorkAnswer {
  // Few blocks have an integer that is rounded and needed, and parsing without loss takes several times as long.
  return answerWith(request, parseRounded) ?? (answerWith(request) as WorkAnswer);
}

/** Null if an integer was rounded by `parse`. */
function answerWith(request: WorkRequest, parse?: typeof parseRounded): WorkAnswer | null {
  const { chain, at, contentRule, listed } = request;
  const answerOf = (answer: Unparsed) =>
    'result' in answer ? answer.result : parseAnswer(textOf(answer.bytes), parse);
  let header: ProvenHeader | null = null;
  try {
    const block = answerOf(request.block);
    header = readTronHeader(block, { chain, at, maySign: () => true });
    if (header === null) return { header };
    const transactions = proveTransactionsOf(block, header, contentRule);
    const infos = header.number === 0 ? [] : answerOf(request.infos);
    const read = completeTronBlock({ header, transactions }, infos, chain, contentRule, listed);
    if (read !== null) return { header, block: read };
    const found = Array.isArray(infos) ? infos.length : 0;
    return { header, missing: { found, needed: transactions.length } };
  } catch (error) {
    if (error instanceof RoundedInteger && parse !== undefined) return null;
    const isRefused = error instanceof InvalidBlock || error instanceof AnswerFailure;
    if (!isRefused) throw error;
    return { header, invalid: error.message };
  }
}
