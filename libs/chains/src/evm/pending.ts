import type { PendingTransaction } from '../chain-client';
import { InvalidBlock } from '../invalid-block';
import type { AssetIds } from './asset-ids';
import { isAddress, type RawFields, type RawTransaction } from './raw';
import { toRef } from './read-block';
import { type ContractRules, pendingTransfers } from './transfers';

/** Announcements are not verified, and an exception in their listener would end the process. */
function isTransaction(answer: unknown): answer is RawTransaction {
  if (typeof answer !== 'object' || answer === null) return false;
  const { hash, from, to, nonce, value, input } = answer as RawFields;
  return (
    [hash, nonce, input].every((field) => typeof field === 'string') &&
    isAddress(from) &&
    ((to ?? null) === null || isAddress(to)) &&
    typeof value === 'string' &&
    /^0x[0-9a-f]{1,64}$/.test(value)
  );
}

/** Null for what is no transaction, or cannot be read: sightings are best effort. */
export function toPending(
  answer: unknown,
  ids: AssetIds,
  contracts?: ContractRules,
): PendingTransaction | null {
  if (!isTransaction(answer)) return null;
  try {
    return { ...toRef(answer), transfers: pendingTransfers(answer, ids, contracts) };
  } catch (error) {
    if (error instanceof InvalidBlock) return null;
    throw error;
  }
}
