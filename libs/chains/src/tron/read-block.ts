import type { BlockTransfer, ChainBlock } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { fieldsOf, parseAnswer } from './answer';
import { type Info, matchInfos } from './infos';
import { type MaySign, type ProvenHeader, proveHeader } from './prove-header';
import { proveTransactions } from './prove-transactions';
import { sha256 } from './sha256';
import { transactionTransfers, tronAssetIds } from './transfers';

/** Which block was requested, and who may sign it. */
export interface TronBlockQuestion {
  /** CAIP-2. */
  readonly chain: string;
  /** Its height or its id. */
  readonly at: number | string;
  readonly maySign: MaySign;
}

/**
 * Reads and proves a block from the answers of `getblock` with detail and `gettransactioninfobyblocknum`. The
 * header, the transactions, their outcomes and what they move by themselves are proven by hash and signature.
 * Logs and internal transactions are not: see `matchInfos`. Null if the node does not have the block or not
 * yet all its infos. Throws `InvalidBlock`, and `AnswerFailure` if an answer is none.
 */
export function readTronBlock(
  blockAnswer: string,
  infosAnswer: string,
  question: TronBlockQuestion,
): ChainBlock | null {
  const block = fieldsOf(parseAnswer(blockAnswer), 'block');
  if (Object.keys(block).length === 0) return null;
  const header = proveHeader(block, question.chain, question.maySign);
  checkQuestion(header, question);
  const transactions = proveTransactions(block, header);
  const infos =
    header.number === 0 ? NO_INFOS : matchInfos(parseAnswer(infosAnswer), header, transactions);
  if (infos === null) return null;
  const ids = tronAssetIds(question.chain);
  const { number, hash, parentHash, time } = header;
  const transfers = transactions.flatMap((transaction) =>
    // Each transaction has its info, as was just checked.
    transactionTransfers(transaction, infos.get(transaction.id) as Info, ids),
  );
  return {
    ...{ number, hash, parentHash, time },
    // The header commits to transactions and outcomes, but not to logs and internal transactions.
    proven: 'header',
    contentDigest: digestOf(hash, transfers),
    transactions: transactions.map(({ id, contracts }) => ({
      hash: id,
      sender: contracts[0]?.owner ?? '',
      nonce: null,
    })),
    transfers,
  };
}

/** The id of the block commits to all transactions, so only what infos add must be compared. */
function digestOf(hash: string, transfers: readonly BlockTransfer[]): string {
  const read = transfers.map(({ ordinal, asset, amount, from, to, txHash, failed }) =>
    [ordinal, asset, amount, from, to, txHash, failed].join(),
  );
  return `0x${sha256(Buffer.from([hash, ...read].join('\n'))).toString('hex')}`;
}

/** Nodes have none for the genesis block. */
const NO_INFOS: ReadonlyMap<string, Info> = new Map();

/** Checks that it is the block that was asked for: the node may lag or be on another branch. */
function checkQuestion({ number, hash }: ProvenHeader, { at }: TronBlockQuestion): void {
  if (at === number || at === hash) return;
  throw new InvalidBlock(`The node answered with block ${number} (${hash}) when asked for ${at}.`);
}
