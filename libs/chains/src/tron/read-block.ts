import type { BlockTransfer, ChainBlock } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { fieldsOf } from './answer';
import { type Info, matchInfos } from './infos';
import { type MaySign, type ProvenHeader, proveHeader } from './prove-header';
import {
  type ContentRule,
  type ProvenTransaction,
  proveTransactions,
  SUCCESS,
} from './prove-transactions';
import { sha256Digits } from './sha256';
import { transactionTransfers, tronAssetIds } from './transfers';

/** Which block was requested, and who may sign it. */
export interface TronBlockQuestion {
  /** CAIP-2. */
  readonly chain: string;
  /** Its height or its id. */
  readonly at: number | string;
  readonly maySign: MaySign;
}

/** A block that was proven, without what only infos say. */
export interface ProvenBlock {
  readonly header: ProvenHeader;
  readonly transactions: readonly ProvenTransaction[];
}

export interface TronBlock extends ChainBlock {
  /** Successful calls of contracts, and how many of them have internal transactions. */
  readonly calls: { readonly calls: number; readonly withInternals: number };
}

/**
 * Proves the header in an answer of `getblock`. Null if the node does not have the block. Throws `InvalidBlock`,
 * also if it is not the one that was asked for: the node may lag or be on another branch.
 */
export function readTronHeader(answer: unknown, question: TronBlockQuestion): ProvenHeader | null {
  const block = fieldsOf(answer, 'block');
  if (Object.keys(block).length === 0) return null;
  const { at, chain, maySign } = question;
  const header = proveHeader(block, chain, maySign);
  const { number, hash } = header;
  if (at === number || at === hash) return header;
  throw new InvalidBlock(`The node answered with block ${number} (${hash}) when asked for ${at}.`);
}

/**
 * Proves the block in an answer of `getblock` with detail: the header, the transactions, their outcomes and what
 * they move by themselves. Null if the node does not have it. Throws `InvalidBlock`.
 */
export function proveTronBlock(answer: unknown, question: TronBlockQuestion): ProvenBlock | null {
  const header = readTronHeader(answer, question);
  return header && { header, transactions: proveTransactionsOf(answer, header) };
}

/** The transactions in an answer of `getblock` whose header was proven. Throws `InvalidBlock`. */
export function proveTransactionsOf(
  answer: unknown,
  header: ProvenHeader,
  rule?: ContentRule,
): readonly ProvenTransaction[] {
  return proveTransactions(fieldsOf(answer, 'block'), header, rule);
}

/**
 * The whole block, with the answer of `gettransactioninfobyblocknum`. Logs and internal transactions are not
 * proven: see `matchInfos`. `listed` are the contracts of listed tokens. Null if the node does not have all infos yet.
 * Throws `InvalidBlock`.
 */
export function completeTronBlock(
  { header, transactions }: ProvenBlock,
  infosAnswer: unknown,
  chain: string,
  rule: ContentRule = 'agreeing',
  listed: readonly string[] = [],
): TronBlock | null {
  const infos =
    header.number === 0 ? NO_INFOS : matchInfos(infosAnswer, header, transactions, rule);
  if (infos === null) return null;
  const ids = tronAssetIds(chain);
  const { number, hash, parentHash, time } = header;
  let calls = 0;
  let withInternals = 0;
  const transfers = transactions.flatMap((transaction) => {
    // Each transaction has its info, as was just checked.
    const info = infos.get(transaction.id) as Info;
    if (transaction.outcome === SUCCESS && transaction.contracts.some(({ isRun }) => isRun)) {
      calls += 1;
      if (info.internals.length > 0) withInternals += 1;
    }
    return transactionTransfers(transaction, info, ids, listed);
  });
  return {
    ...{ number, hash, parentHash, time, transfers },
    // The header commits to transactions and outcomes, but not to logs and internal transactions.
    proven: 'header',
    contentDigest: digestOf(hash, transfers),
    transactions: transactions.map(({ id, contracts, outcome }) => ({
      hash: id,
      sender: contracts[0]?.owner ?? '',
      nonce: null,
      // Each transaction has its info, as was just checked.
      fee: (infos.get(id) as Info).fee,
      ...(outcome !== SUCCESS && { failed: true }),
    })),
    calls: { calls, withInternals },
  };
}

/** The id of the block commits to all transactions, so only what infos add must be compared. */
function digestOf(hash: string, transfers: readonly BlockTransfer[]): string {
  const read = transfers.map(
    ({ ordinal, asset, amount, from, to, txHash, failed, unreadable }) =>
      `${[ordinal, asset, amount, from, to, txHash, failed].join()}${unreadable ? ',unreadable' : ''}`,
  );
  return `0x${sha256Digits(Buffer.from([hash, ...read].join('\n')))}`;
}

/** Nodes have none for the genesis block. */
const NO_INFOS: ReadonlyMap<string, Info> = new Map();
