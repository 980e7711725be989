import { backOffMs, messageOf, pause } from '@daybook/platform/plain';
import type { Listening, PendingTransaction } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import { RpcFailure } from '../node-http';
import { bytesOf, fieldsOf, listOf } from './answer';
import { signedContracts } from './contracts';
import { sha256Digits } from './sha256';
import { pendingTransfers, type TronAssetIds } from './transfers';
import type { TronNode } from './tron-node';

/** Sightings are best effort: a call for each, so further ones wait for the next round or are found in a block. */
const LOOKUPS_MAX = 64;
/** java-tron keeps 2,000 pending transactions by default (`node.maxTransactionPendingSize`). */
const LISTED_MAX = 20_000;
const BACK_OFF = { firstMs: 1_000, longestMs: 60_000 };
const ID = /^[0-9a-f]{64}$/;

export interface PendingOptions {
  readonly node: TronNode;
  readonly ids: TronAssetIds;
  readonly everyMs: number;
  pending(transaction: PendingTransaction): void;
}

/**
 * Asks regularly for pending transactions (`gettransactionlistfrompending`) until it is closed, or until the node
 * refuses, because its operator can switch the call off. A failure only delays.
 */
export function listenForPending(options: PendingOptions): Listening {
  const { node, ids, everyMs, pending } = options;
  let fault: string | null = null;
  const closing = new AbortController();
  const { signal } = closing;
  /** Of the last list, so that each is looked up once. */
  let known = new Set<string>();

  async function round(): Promise<void> {
    const { txId } = fieldsOf(await node.full('gettransactionlistfrompending', {}), 'pending list');
    const listed = listOf(txId, 'pending list').slice(0, LISTED_MAX).filter(isId);
    const found = listed.filter((id) => !known.has(id));
    const looked = found.slice(0, LOOKUPS_MAX);
    const left = new Set(found.slice(LOOKUPS_MAX));
    known = new Set(listed.filter((id) => !left.has(id)));
    for (const id of looked) {
      const answer = await node.full('gettransactionfrompending', { value: id });
      const transaction = unlessInvalid(() => readPending(answer, id, ids));
      if (transaction !== null && !signal.aborted) pending(transaction);
    }
  }

  async function listen(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await round();
        failures = 0;
        fault = null;
      } catch (error) {
        failures += 1;
        fault = messageOf(error);
        if (error instanceof RpcFailure && error.kind === 'refused') {
          fault = `${fault} Leave out "pending", or allow the call on the node.`;
          return;
        }
      }
      await pause(Math.max(everyMs, backOffMs(failures, BACK_OFF)), signal);
    }
  }

  void listen();
  return { close: () => closing.abort(), fault: () => fault };
}

/** Anybody can send a transaction that cannot be read; the others are shown all the same. */
function unlessInvalid<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidBlock) return null;
    throw error;
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/**
 * What a pending transaction will move. Null if it is no longer pending, or if it is not the one with this id.
 * Throws `InvalidBlock` if it cannot be read.
 */
export function readPending(
  answer: unknown,
  id: string,
  ids: TronAssetIds,
): PendingTransaction | null {
  const signed = bytesOf(fieldsOf(answer, 'pending transaction').raw_data_hex, 'bytes');
  if (sha256Digits(signed) !== id) return null;
  const contracts = signedContracts(signed, id);
  const sender = contracts[0]?.owner ?? '';
  return { hash: id, sender, nonce: null, transfers: pendingTransfers(id, contracts, ids) };
}
