import type { BlockTransfer } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import {
  type Lot,
  lotIn,
  lotsIn,
  partiesIn,
  TRANSFER,
  TRANSFER_BATCH,
  TRANSFER_SINGLE,
} from '../token-logs';
import type { Contract } from './contracts';
import type { Info, Internal, Log } from './infos';
import { type ProvenTransaction, SUCCESS } from './prove-transactions';
import { canonicalTronAddress, tronAddressOfKey } from './tron-address';

/** `transfer(address,uint256)` and `transferFrom(address,address,uint256)`. */
const TRANSFER_CALL = /^a9059cbb([0-9a-f]{64})([0-9a-f]{64})/;
const TRANSFER_FROM_CALL = /^23b872dd([0-9a-f]{64})([0-9a-f]{64})([0-9a-f]{64})/;
const WORD_DIGITS = 64;
const KEY_DIGITS = 40;
const NOBODY = `0x${'0'.repeat(KEY_DIGITS)}`;

export type TronAssetIds = ReturnType<typeof tronAssetIds>;

/** Makes the ids of the assets of the chain `caip2`. 195 is TRX in SLIP-44. */
export function tronAssetIds(caip2: string) {
  return {
    coin: `${caip2}/slip44:195`,
    trc10: (id: string) => `${caip2}/trc10:${id}`,
    trc20: (contract: string) => `${caip2}/trc20:${contract}`,
    trc721: (contract: string, id: bigint) => `${caip2}/trc721:${contract}/${id}`,
    trc1155: (contract: string, id: bigint) => `${caip2}/trc1155:${contract}/${id}`,
  };
}

/**
 * The transfers of one transaction. Ordinals: `value:0` and `trc10:0` count its contracts, `log:0` its logs,
 * `internal:0` the calls, creations and self-destructs of contracts.
 * A token that one of these moves follows it: `internal:0_1000001`. `listed` are the contracts of listed tokens, of
 * which no Transfer log passes unseen.
 */
export function transactionTransfers(
  transaction: ProvenTransaction,
  info: Info,
  ids: TronAssetIds,
  listed: readonly string[] = [],
): readonly BlockTransfer[] {
  const { id: txHash, outcome, contracts } = transaction;
  const failed = outcome !== SUCCESS;
  const moves = contracts.flatMap((contract, i) => contractMoves(contract, i, ids));
  if (failed) {
    // A failed call has no log. It is read from the call, as while it was pending, to mark that one as failed.
    moves.push(...contracts.slice(0, 1).flatMap((contract) => callMoves(contract, ids)));
  } else {
    moves.push(...info.logs.flatMap((log, i) => logMoves(log, i, ids, listed)));
    moves.push(...internalMoves(info.internals, ids));
  }
  return moves.map((move) => transferOf(move, txHash, failed));
}

/** What a pending transaction moves if it succeeds: by itself, and by a direct call of a token. */
export function pendingTransfers(
  txHash: string,
  contracts: readonly Contract[],
  ids: TronAssetIds,
): readonly BlockTransfer[] {
  const moves = contracts.flatMap((contract, i) => contractMoves(contract, i, ids));
  moves.push(...contracts.slice(0, 1).flatMap((contract) => callMoves(contract, ids)));
  return moves.map((move) => transferOf(move, txHash, false));
}

type Move = Omit<BlockTransfer, 'txHash' | 'failed'>;

/** What an address sends to itself moves nothing. */
function transferOf(move: Move, txHash: string, failed: boolean): BlockTransfer {
  const { ordinal, asset, from, to, unreadable } = move;
  const amount = from === to ? 0n : move.amount;
  return { ordinal, asset, amount, from, to, txHash, failed, ...(unreadable && { unreadable }) };
}

/** What the contract moves by itself. No amount is negative: the chain refuses such a transaction. */
function contractMoves(contract: Contract, index: number, ids: TronAssetIds): Move[] {
  const { owner: from, to, value, token } = contract;
  if (to === null) return [];
  const moves: Move[] = [];
  if (value > 0n) {
    moves.push({ ordinal: `value:${index}`, asset: ids.coin, amount: value, from, to });
  }
  if (token !== null && token.amount > 0n) {
    const { id, amount } = token;
    moves.push({ ordinal: `trc10:${index}`, asset: ids.trc10(id), amount, from, to });
  }
  return moves;
}

/** A direct call of a token. Its transfer is expected to be the first log. */
function callMoves({ owner, to, input }: Contract, ids: TronAssetIds): Move[] {
  if (to === null) return [];
  const move = { ordinal: 'log:0', asset: ids.trc20(to) };
  const [, recipient, amount] = TRANSFER_CALL.exec(input) ?? [];
  if (recipient !== undefined) {
    return [{ ...move, from: owner, to: addressInWord(recipient), amount: BigInt(`0x${amount}`) }];
  }
  const [, payer, payee = '', sum] = TRANSFER_FROM_CALL.exec(input) ?? [];
  if (payer === undefined) return [];
  const parties = { from: addressInWord(payer), to: addressInWord(payee) };
  return [{ ...move, ...parties, amount: BigInt(`0x${sum}`) }];
}

/** What a log moves. Only the contract's address identifies a token. */
function logMoves(log: Log, index: number, ids: TronAssetIds, listed: readonly string[]): Move[] {
  switch (log.topics[0]) {
    case TRANSFER:
      return transferMoves(log, index, ids) ?? unreadableMoves(log, index, ids, listed);
    case TRANSFER_SINGLE: {
      const lot = lotIn(log.data);
      return lot === null ? [] : lotMoves(log, [[`log:${index}`, lot]], ids);
    }
    case TRANSFER_BATCH: {
      const lots = lotsIn(log.data) ?? [];
      const numbered = lots.map((lot, i) => [`log:${index}_${i}`, lot] as const);
      return lotMoves(log, numbered, ids);
    }
    default:
      return [];
  }
}

/**
 * TRC-20 has the amount as its only data; TRC-721 has the id of the token as a fourth topic and no data; a token
 * that indexes nothing has all three in its data. Null if it is none of them.
 */
function transferMoves(log: Log, index: number, ids: TronAssetIds): Move[] | null {
  const { topics, data } = log;
  const isIndexed = topics.length > 1 || data.length !== 3 * WORD_DIGITS;
  const words = isIndexed ? [...topics.slice(1), ...(data === '' ? [] : [data])] : wordsOf(data);
  const [sender = '', recipient = '', number = ''] = words;
  if (words.length !== 3 || words.some((word) => word.length !== WORD_DIGITS)) return null;
  const contract = contractOf(log);
  const amount = BigInt(`0x${number}`);
  const parties = { from: addressInWord(sender), to: addressInWord(recipient) };
  const ordinal = `log:${index}`;
  return topics.length === 4
    ? [{ ordinal, asset: ids.trc721(contract, amount), amount: 1n, ...parties }]
    : [{ ordinal, asset: ids.trc20(contract), amount, ...parties }];
}

/** A Transfer of a listed token that cannot be read, once for each address that may be its recipient. */
function unreadableMoves(
  log: Log,
  index: number,
  ids: TronAssetIds,
  listed: readonly string[],
): Move[] {
  if (listed.length === 0 || log.address.length !== KEY_DIGITS) return [];
  const contract = contractOf(log);
  if (!listed.includes(contract)) return [];
  const { sender, recipients } = partiesIn(log.topics.slice(1), log.data);
  const from = tronAddressOfKey(sender === null ? NOBODY : `0x${sender}`);
  return recipients.map((recipient, i) => ({
    ordinal: recipients.length === 1 ? `log:${index}` : `log:${index}_${i}`,
    ...{ asset: ids.trc20(contract), amount: 0n, from, to: tronAddressOfKey(`0x${recipient}`) },
    unreadable: true,
  }));
}

/** ERC-1155 on TRON: operator, sender and recipient are topics. */
function lotMoves(
  log: Log,
  lots: readonly (readonly [ordinal: string, lot: Lot])[],
  ids: TronAssetIds,
): Move[] {
  const { topics, address } = log;
  const [, , sender = '', recipient = ''] = topics;
  const isWhole = topics.length === 4 && topics.every(({ length }) => length === WORD_DIGITS);
  if (!isWhole || address.length !== KEY_DIGITS || lots.length === 0) return [];
  const contract = contractOf(log);
  const parties = { from: addressInWord(sender), to: addressInWord(recipient) };
  return lots.map(([ordinal, { id, amount }]) => {
    return { ordinal, asset: ids.trc1155(contract, id), amount, ...parties };
  });
}

/** Throws `InvalidBlock`. */
function contractOf({ address }: Log): string {
  if (address.length === KEY_DIGITS) return tronAddressOfKey(`0x${address}`);
  throw new InvalidBlock("A log in the node's answer has no contract address.");
}

function wordsOf(data: string): readonly string[] {
  return [0, 1, 2].map((n) => data.slice(n * WORD_DIGITS, (n + 1) * WORD_DIGITS));
}

/**
 * The last 20 bytes of a word. The twelve before them are not looked at: neither the TVM nor compiled
 * contracts do so, and some wallets put the prefix 41 there. So a token that shows such a word moved the
 * balance of this address, and to ignore the log would lose a deposit.
 */
function addressInWord(word: string): string {
  return tronAddressOfKey(`0x${word.slice(-KEY_DIGITS)}`);
}

/**
 * The notes of entries that move value. Nodes with `vm.saveFeaturedInternalTx` list more: freezing, voting,
 * lending resources. Those name an amount and often another address, but move no value to it, or repeat what another
 * entry moves: a self-destruct also gives away what was being unstaked, which java-tron adds to the value of the
 * `suicide` and lists once more as `withdrawExpireUnfreezeWhileSuiciding` (`Program.suicide`). They are not
 * counted, so ordinals and amounts do not depend on a node's settings.
 */
const MOVING: ReadonlySet<string> = new Set(['call', 'create', 'suicide']);

function internalMoves(internals: readonly Internal[], ids: TronAssetIds): Move[] {
  return internals
    .filter(({ note }) => MOVING.has(note))
    .flatMap((entry, i) => entryMoves(entry, `internal:${i}`, ids));
}

/** A rejected entry was undone by the machine, even where the transaction as a whole succeeded. */
function entryMoves(entry: Internal, ordinal: string, ids: TronAssetIds): Move[] {
  const values = entry.values.filter(({ amount }) => amount > 0n);
  if (entry.isRejected || values.length === 0) return [];
  const [from, to] = [canonicalTronAddress(entry.from), canonicalTronAddress(entry.to)];
  if (from === null || to === null) {
    throw new InvalidBlock("An internal transaction in the node's answer has an invalid address.");
  }
  // A self-destruct may give away TRX and several tokens, in no order, so each token is named.
  if (new Set(values.map(({ tokenId }) => tokenId)).size < values.length) {
    throw new InvalidBlock("An internal transaction in the node's answer moves one asset twice.");
  }
  return values.map(({ amount, tokenId }) =>
    tokenId === null
      ? { ordinal, asset: ids.coin, amount, from, to }
      : { ordinal: `${ordinal}_${tokenId}`, asset: ids.trc10(tokenId), amount, from, to },
  );
}
