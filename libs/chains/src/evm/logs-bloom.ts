import type { Keccak } from './keccak';
import type { RawLog, RawReceipt } from './raw';

const BLOOM_BYTES = 256;

/**
 * Whether the logs match the header's bloom filter. It replaces the receipts root on chains with receipt
 * types of their own. The filter of a receipt is computed from its logs, and the header's filter is the
 * union of all (Yellow Paper, 4.3.1).
 */
export function isBloomRight(
  headerBloom: string,
  receipts: readonly RawReceipt[],
  keccak: Keccak,
): boolean {
  const union = new Uint8Array(BLOOM_BYTES);
  return (
    receipts.every((receipt) => {
      const bloom = bloomOf(receipt.logs, keccak);
      for (const [i, byte] of bloom.entries()) union[i] = (union[i] as number) | byte;
      return isSame(receipt.logsBloom, bloom);
    }) && isSame(headerBloom, union)
  );
}

/** The filter of these logs (Yellow Paper, 4.3.1): three bits for each address and topic. */
export function bloomOf(logs: readonly RawLog[], keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const { address, topics } of logs) {
    for (const entry of [address, ...topics]) {
      const hash = keccak(entry.slice(2));
      for (let pair = 0; pair < 12; pair += 4) {
        const bit = Number.parseInt(hash.slice(pair, pair + 4), 16) & 2047;
        const at = BLOOM_BYTES - 1 - (bit >> 3);
        bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
      }
    }
  }
  return bloom;
}

function isSame(text: string, bloom: Uint8Array): boolean {
  return text.slice(2).toLowerCase() === Buffer.from(bloom).toString('hex');
}
