import type { BlockTransfer } from '../chain-client';
import { fail } from './block-answer';
import type { Keccak } from './keccak';
import {
  fieldsOf,
  list,
  lowerCase,
  type RawBlock,
  type RawFields,
  refuseField,
  toAddress,
  ZERO_ADDRESS,
} from './raw';
import { bytesItem, listOf, quantityItem } from './rlp';
import { trieRoot } from './trie-root';

/** Withdrawals count in 10^9 base units (EIP-4895). */
const UNIT = 10n ** 9n;
/** Index and amount are of 64 bits, which is more than JavaScript's numbers have. */
const UINT_64 = /^0x0*[0-9a-f]{1,16}$/i;

export interface Withdrawals {
  readonly transfers: readonly BlockTransfer[];
  /** Whether they are those to which the header commits. */
  readonly isRoot: boolean;
}

export const NO_WITHDRAWALS: Withdrawals = { transfers: [], isRoot: true };

/**
 * What validators withdraw in a block (EIP-4895), which no transaction moves. The header commits to their list by
 * `withdrawalsRoot`; before the fork it has no such field, and the block no list. Throws `InvalidBlock`.
 */
export function withdrawalsOf(block: RawBlock, ids: { native: string }, keccak: Keccak) {
  const listed = list(block.withdrawals ?? [], 'withdrawals').map((it) =>
    fieldsOf(it, 'withdrawal'),
  );
  const root = lowerCase(block.withdrawalsRoot ?? null);
  const isRoot =
    root === null ? listed.length === 0 : trieRoot(listed.map(encoded), keccak) === root;
  const transfers: BlockTransfer[] = [];
  let last = -1n;
  for (const withdrawal of listed) {
    const index = toUint64(withdrawal.index, 'index of a withdrawal');
    const amount = toUint64(withdrawal.amount, 'amount of a withdrawal') * UNIT;
    // They are numbered through the whole chain. The same number twice would be one and the same withdrawal.
    if (index <= last) fail(block, `withdrawal ${index} follows withdrawal ${last}`);
    last = index;
    if (amount === 0n) continue;
    transfers.push({
      ...{ ordinal: `withdrawal:${index}`, asset: ids.native, amount },
      ...{ from: ZERO_ADDRESS, to: toAddress(withdrawal.address), txHash: null, failed: false },
    });
  }
  return { transfers, isRoot };
}

function encoded({ index, validatorIndex, address, amount }: RawFields): string {
  return listOf(
    quantityItem(index, 'index of a withdrawal') +
      quantityItem(validatorIndex, 'validator of a withdrawal') +
      bytesItem(address, 'address of a withdrawal') +
      quantityItem(amount, 'amount of a withdrawal'),
  );
}

function toUint64(value: unknown, what: string): bigint {
  if (value === '0x') return 0n;
  const isWhole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const isShown = isWhole || (typeof value === 'string' && UINT_64.test(value));
  if (isShown) return BigInt(value);
  return refuseField(value, what, 'a quantity of 64 bits such as "0x1b4"');
}
