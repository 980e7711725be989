import { bytesIn, decodeMessage } from '../../src/tron/protobuf';
import { canonicalTronAddress } from '../../src/tron/tron-address';
import { base58, call, trc10, trx } from '../tron-blocks';
import { Refused } from './admission';
import { Refusal } from './answers';
import type { Chain } from './chain';
import { hexAddress } from './execute';
import { TRC10_IDS } from './genesis';
import { transferInput } from './programs';
import { FEE_LIMIT, type Transaction } from './transactions';

/** So that one request does not keep the node for long. */
const BLOCKS_MAX = 1_000;
/** As long as java-tron lets a transaction be valid, since a referenced payment may be sent again much later. */
const VALID_MS = 23 * 3_600_000;

interface Node {
  readonly chain: Chain;
  mine(blocks: number): { readonly number: number };
  sign(contract: Uint8Array, options: SignOptions): Transaction;
}

interface SignOptions {
  readonly feeLimit: bigint;
  readonly memo?: string;
  readonly expiresAfterMs?: number;
}

type Question = Readonly<Record<string, unknown>>;

const refusal = (message: string) => new Refusal('java.lang.IllegalArgumentException', message);

/**
 * Requests that no TRON node knows: what is here (`chain` says it without a key), to make blocks on demand, to be paid
 * by the faucet, and to replace blocks by others without a transaction. A payment with a `reference` is sent once: the
 * same one again answers with the same transaction, and sends that again if no block includes it any more.
 */
export function controlOf(node: Node, makesOwnBlocks: boolean) {
  const { chain, mine } = node;
  const pay = payer(node);
  return (name: string, question: Question): object | undefined => {
    switch (name) {
      case 'about':
        return aboutOf(chain);
      case 'chain':
        return { chain: chain.id, makesOwnBlocks };
      case 'mine': {
        const { blocks = 1 } = question;
        const isCount = typeof blocks === 'number' && Number.isInteger(blocks) && blocks > 0;
        if (!isCount || blocks > BLOCKS_MAX) throw refusal(`blocks must be 1 to ${BLOCKS_MAX}.`);
        return { number: mine(blocks).number };
      }
      case 'pay':
        return refusing(() => ({ txid: pay(question), head: chain.head().number }));
      case 'replace':
        return refusing(() => replace(node, String(question.transaction)));
      default:
        return undefined;
    }
  };
}

function payer({ chain, sign }: Node) {
  /** What was sent with a reference since the start. */
  const sent = new Map<string, Transaction>();

  function contractFor({ to, sun, asset = 'slip44:195', amount }: Question): Uint8Array {
    const address = typeof to === 'string' ? canonicalTronAddress(to) : null;
    if (address === null) throw refusal('to must be a TRON address.');
    const units = unitsOf(sun, amount);
    const [from, recipient] = [chain.faucet.address, hexAddress(address)];
    const [kind, reference = ''] = String(asset).split(':');
    if (kind === 'slip44') return trx(from, recipient, units);
    if (kind === 'trc10') return trc10(from, recipient, reference, units);
    const token = kind === 'trc20' ? canonicalTronAddress(reference) : null;
    if (token === null) throw refusal('asset must be slip44:195, trc10:<id> or trc20:<contract>.');
    return call(from, hexAddress(token), 0n, transferInput(recipient, units));
  }

  return (question: Question): string => {
    const { reference } = question;
    const contract = contractFor(question);
    const isReferenced = typeof reference === 'string';
    const known = isReferenced ? (sent.get(reference) ?? withMemo(chain, reference)) : undefined;
    const transaction =
      known ??
      sign(contract, {
        feeLimit: FEE_LIMIT,
        ...(isReferenced && { memo: reference, expiresAfterMs: VALID_MS }),
      });
    if (!isHere(chain, transaction.id)) chain.receive(transaction);
    if (isReferenced) sent.set(reference, transaction);
    return transaction.id;
  };
}

/** Base units above zero, in sun as a number or of any asset as text. */
function unitsOf(sun: unknown, amount: unknown): bigint {
  if (typeof amount === 'string' && /^[1-9][0-9]{0,77}$/.test(amount)) return BigInt(amount);
  if (typeof sun === 'number' && Number.isSafeInteger(sun) && sun > 0) return BigInt(sun);
  throw refusal('sun must be a whole number above zero, or amount one as text.');
}

function isHere(chain: Chain, id: string): boolean {
  return chain.find(id) !== undefined || chain.pending().some((it) => it.transaction.id === id);
}

/** The transaction with the memo that a block includes: also one that was sent before the last start. */
function withMemo(chain: Chain, memo: string): Transaction | undefined {
  for (let { number } = chain.head(); number > 0; number--) {
    for (const { transaction } of chain.at(number)?.executions ?? []) {
      const { raw, id } = transaction;
      const data = bytesIn(decodeMessage(raw, `transaction ${id}`), 10);
      if (Buffer.from(data).toString() === memo) return transaction;
    }
  }
  return undefined;
}

/** A better branch without the transaction; all others of the replaced blocks are in its first one. */
function replace({ chain, mine }: Node, id: string): object {
  const found = chain.find(id);
  if (found !== undefined) {
    const depth = chain.head().number - found.block.number + 1;
    const others: Transaction[] = [];
    for (let n = found.block.number; n <= chain.head().number; n++) {
      const all = chain.at(n)?.executions ?? [];
      others.push(...all.map(({ transaction }) => transaction).filter((each) => each.id !== id));
    }
    chain.rewind(depth, { isForgotten: true });
    for (const each of others) receiveIfValid(chain, each);
    mine(depth + 1);
  }
  return { number: chain.head().number };
}

/** What spent coins of the transaction that is left out is in no block of the better branch. */
function receiveIfValid(chain: Chain, transaction: Transaction): void {
  try {
    chain.receive(transaction);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

function refusing<Answer>(work: () => Answer): Answer {
  try {
    return work();
  } catch (error) {
    const isRefused = error instanceof Refused || error instanceof RangeError;
    throw isRefused ? refusal(error.message) : error;
  }
}

/** With the faucet's key: its coins have no value, and everybody may sign for it. */
function aboutOf({ id, faucet, contract }: Chain): object {
  const { address, privateKey } = faucet;
  return {
    chain: id,
    faucet: { address: base58(address), privateKey },
    usdt: base58(contract('usdt')),
    trc10: TRC10_IDS[0],
  };
}
