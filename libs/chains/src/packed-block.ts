import type { BlockTransfer, ChainBlock, TransactionRef } from './chain-client';

/**
 * A block as it passes between threads. Its lists are text with a line for each entry and spaces between the fields,
 * of which none has a space: thousands of objects would be copied one by one, and kept by the garbage collector of
 * the thread that follows the chain, which needs few of them.
 */
export type PackedBlock<Block extends ChainBlock> = Omit<Block, 'transactions' | 'transfers'> & {
  readonly transactions: string;
  readonly transfers: string;
  /** The recipient of each transfer. */
  readonly recipients: string;
};

export function packBlock<Block extends ChainBlock>(block: Block): PackedBlock<Block> {
  return {
    ...block,
    transactions: linesOf(block.transactions, (it) => `${it.hash} ${it.sender} ${it.nonce ?? ''}`),
    transfers: linesOf(
      block.transfers,
      ({ ordinal, asset, amount, from, to, txHash, failed }) =>
        `${ordinal} ${asset} ${amount} ${from} ${to} ${txHash} ${failed ? 'failed' : ''}`,
    ),
    recipients: block.transfers.map(({ to }) => to).join('\n'),
  };
}

/** The block with its lists, which are read from the text each time that they are asked for. */
export function unpackBlock<Block extends ChainBlock>(packed: PackedBlock<Block>) {
  const { recipients, transactions, transfers, ...others } = packed;
  return {
    ...others,
    get transactions() {
      return linesIn(transactions).map(toRef);
    },
    get transfers() {
      return linesIn(transfers).map(toTransfer);
    },
    transfersTo(isOurs: (address: string) => boolean) {
      const found = linesIn(recipients).flatMap((to, i) => (isOurs(to) ? i : []));
      if (found.length === 0) return [];
      const lines = linesIn(transfers);
      return found.map((i) => toTransfer(lines[i] as string));
    },
  };
}

/** The transfers of a block to such addresses. */
export function transfersTo(block: ChainBlock, isOurs: (address: string) => boolean) {
  return block.transfersTo?.(isOurs) ?? block.transfers.filter(({ to }) => isOurs(to));
}

function linesOf<Each>(list: readonly Each[], lineOf: (each: Each) => string): string {
  let lines = '';
  for (const each of list) lines += lines === '' ? lineOf(each) : `\n${lineOf(each)}`;
  return lines;
}

function linesIn(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

function toRef(line: string): TransactionRef {
  const [hash = '', sender = '', nonce = ''] = line.split(' ');
  return { hash, sender, nonce: nonce === '' ? null : Number(nonce) };
}

function toTransfer(line: string): BlockTransfer {
  const [ordinal = '', asset = '', amount = '', from = '', to = '', txHash = '', state] =
    line.split(' ');
  return { ordinal, asset, amount: BigInt(amount), from, to, txHash, failed: state === 'failed' };
}
