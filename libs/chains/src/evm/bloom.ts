import type { Keccak } from './keccak';
import type { RawLog } from './raw';
import { digitsOf } from './rlp';

const BLOOM_BYTES = 256;
const BITS_EACH = 3;
/** Addresses of tokens and people come again and again. Their bits take 6 bytes each. */
const KNOWN_MAX = 50_000;
/** Of a topic. A node may show one of megabytes, which is not kept. */
const KNOWN_CHARACTERS_MAX = 66;

const known = new Map<unknown, readonly [number, number, number]>();

/** The filter of these logs (Yellow Paper, 4.3.1): three bits for each address and topic. */
export function bloomOf(logs: readonly RawLog[], keccak: Keccak): Uint8Array {
  return addLogs(new Uint8Array(BLOOM_BYTES), logs, keccak);
}

/** Adds logs to a filter, and returns it. Throws `InvalidBlock`. */
export function addLogs(bloom: Uint8Array, logs: readonly RawLog[], keccak: Keccak): Uint8Array {
  for (const { address, topics } of logs) {
    addEntry(bloom, address, keccak);
    for (const topic of topics) addEntry(bloom, topic, keccak);
  }
  return bloom;
}

function addEntry(bloom: Uint8Array, entry: unknown, keccak: Keccak): void {
  for (const bit of bitsOf(entry, keccak)) {
    const at = BLOOM_BYTES - 1 - (bit >> 3);
    bloom[at] = (bloom[at] as number) | (1 << (bit & 7));
  }
}

function bitsOf(entry: unknown, keccak: Keccak): readonly [number, number, number] {
  const found = known.get(entry);
  if (found) return found;
  const hash = keccak(digitsOf(entry, 'address or topic of a log'));
  const [a = 0, b = 0, c = 0] = Array.from(
    { length: BITS_EACH },
    (_, n) => Number.parseInt(hash.slice(n * 4, n * 4 + 4), 16) & 2047,
  );
  if ((entry as string).length > KNOWN_CHARACTERS_MAX) return [a, b, c];
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(entry, [a, b, c]);
  return [a, b, c];
}

/** Whether a node's text is this filter. */
export function isSameBloom(text: unknown, bloom: Uint8Array): boolean {
  return (
    typeof text === 'string' && text.slice(2).toLowerCase() === Buffer.from(bloom).toString('hex')
  );
}

/** Whether a node's text is a filter of some log. A full one, as chains without filters show, is of none. */
export function hasBits(text: unknown): boolean {
  return typeof text === 'string' && /[1-9a-f]/i.test(text.slice(2)) && !/^0xf+$/i.test(text);
}
