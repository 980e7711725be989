import type { BlockTransfer, ChainBlock, IncludedTransaction, Movements } from './chain-client';

/**
 * A block as it passes between threads. Its lists are text with a line for each entry and spaces between the fields,
 * of which none has a space: thousands of objects would be copied one by one, and kept by the garbage collector of
 * the thread that follows the chain, which needs few of them.
 */
export type PackedBlock<Block extends ChainBlock> = Omit<Block, 'transactions' | 'transfers'> & {
  readonly transactions: string;
  readonly transfers: string;
  /** The sender of each transaction; the sender of each transfer, and its recipient. */
  readonly signers: string;
  readonly senders: string;
  readonly recipients: string;
};

/** The sender of a transaction that shows none, which is no address. */
const NOBODY = '';

export function packBlock<Block extends ChainBlock>(block: Block): PackedBlock<Block> {
  return {
    ...block,
    transactions: linesOf(
      block.transactions,
      ({ hash, sender, nonce, fee, isFeeProven, failed }) =>
        `${hash} ${sender} ${nonce ?? ''} ${fee} ${isFeeProven ? 'proven' : ''}${failed ? ' failed' : ''}`,
    ),
    transfers: linesOf(
      block.transfers,
      ({ ordinal, asset, amount, from, to, txHash, failed, unreadable }) =>
        `${ordinal} ${asset} ${amount} ${from} ${to} ${txHash ?? ''} ${failed ? 'failed' : ''}${unreadable ? 'unreadable' : ''}`,
    ),
    signers: block.transactions.map(({ sender }) => sender).join('\n'),
    senders: block.transfers.map(({ from }) => from).join('\n'),
    recipients: block.transfers.map(({ to }) => to).join('\n'),
  };
}

/** The block with its lists, which are read from the text each time that they are asked for. */
export function unpackBlock<Block extends ChainBlock>(packed: PackedBlock<Block>) {
  const { signers, senders, recipients, transactions, transfers, ...others } = packed;
  return {
    ...others,
    get transactions() {
      return linesIn(transactions).map(toTransaction);
    },
    get transfers() {
      return linesIn(transfers).map(toTransfer);
    },
    movementsOf(isOurs: (address: string) => boolean): Movements {
      const isOurSender = linesIn(senders).map(isOurs);
      const ofTransfers = linesIn(recipients).flatMap((to, i) =>
        isOurSender[i] || isOurs(to) ? i : [],
      );
      const ofTransactions = linesIn(signers).flatMap((sender, i) =>
        sender !== NOBODY && isOurs(sender) ? i : [],
      );
      return {
        transfers: linesAt(transfers, ofTransfers).map(toTransfer),
        sent: linesAt(transactions, ofTransactions).map(toTransaction),
      };
    },
  };
}

/** What such addresses take part in within a block. */
export function movementsOf(block: ChainBlock, isOurs: (address: string) => boolean): Movements {
  if (block.movementsOf) return block.movementsOf(isOurs);
  return {
    transfers: block.transfers.filter(({ from, to }) => isOurs(from) || isOurs(to)),
    sent: block.transactions.filter(({ sender }) => sender !== NOBODY && isOurs(sender)),
  };
}

function linesOf<Each>(list: readonly Each[], lineOf: (each: Each) => string): string {
  let lines = '';
  for (const each of list) lines += lines === '' ? lineOf(each) : `\n${lineOf(each)}`;
  return lines;
}

function linesIn(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

function linesAt(text: string, places: readonly number[]): readonly string[] {
  if (places.length === 0) return [];
  const lines = linesIn(text);
  return places.map((place) => lines[place] as string);
}

function toTransaction(line: string): IncludedTransaction {
  const [hash = '', sender = '', nonce = '', fee = '', proof, state] = line.split(' ');
  return {
    ...{ hash, sender, nonce: nonce === '' ? null : Number(nonce), fee: BigInt(fee) },
    ...(proof === 'proven' && { isFeeProven: true }),
    ...(state === 'failed' && { failed: true }),
  };
}

function toTransfer(line: string): BlockTransfer {
  const [ordinal = '', asset = '', amount = '', from = '', to = '', txHash = '', state] =
    line.split(' ');
  return {
    ...{ ordinal, asset, amount: BigInt(amount), from, to, txHash: txHash === '' ? null : txHash },
    failed: state === 'failed',
    ...(state === 'unreadable' && { unreadable: true }),
  };
}
