import { createAddressTable } from '@daybook/chains';
import { answerWith, endWith, readRequest } from '../support/processes';
import { hexOf } from '../support/random';

export interface AddressSetRequest {
  readonly kind: 'table' | 'set';
  readonly addresses: number;
}

export interface AddressSetAnswer {
  /** The size that the structure reports; null for a Set. */
  readonly ownBytes: number | null;
  /** The growth of the process. */
  readonly residentBytes: number;
  readonly lookUpsPerSecond: number;
}

/** Looked up in one measured pass. */
const TOPICS = 20_000;
const PASSES = 50;
/** In a log topic the address follows `0x` and 12 zero bytes. */
const TOPIC_PADDING = '0'.repeat(24);
const TOPIC_OFFSET = 2 + TOPIC_PADDING.length;

function addressAt(n: number): string {
  // A new string, as after parsing: a slice would keep its source alive.
  return Buffer.from(hexOf(`watched ${n}`, 20)).toString();
}

function build({ kind, addresses }: AddressSetRequest): {
  readonly has: (topic: string) => boolean;
  readonly ownBytes: () => number | null;
} {
  if (kind === 'table') {
    const table = createAddressTable('evm');
    for (let n = 0; n < addresses; n++) table.add(addressAt(n));
    return {
      has: (topic) => table.has(`0x${topic.slice(TOPIC_OFFSET)}`),
      ownBytes: () => table.bytes,
    };
  }
  const set = new Set<string>();
  for (let n = 0; n < addresses; n++) set.add(addressAt(n));
  return { has: (topic) => set.has(`0x${topic.slice(TOPIC_OFFSET)}`), ownBytes: () => null };
}

/** Every second topic is of a watched address. New strings each time, as from a node's answer. */
function lookUpsPerSecond(has: (topic: string) => boolean, addresses: number): number {
  const text = JSON.stringify(
    Array.from({ length: TOPICS }, (_, i) => {
      const n = Math.floor((i / TOPICS) * addresses);
      const address = hexOf(i % 2 === 0 ? `watched ${n}` : `other ${n}`, 20);
      return `0x${TOPIC_PADDING}${address.slice(2)}`;
    }),
  );
  let milliseconds = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const topics: readonly string[] = JSON.parse(text);
    const startedAt = performance.now();
    let found = 0;
    for (const topic of topics) if (has(topic)) found += 1;
    milliseconds += performance.now() - startedAt;
    if (found !== TOPICS / 2) throw new Error(`${found} of ${TOPICS / 2} addresses were found.`);
  }
  return (TOPICS * PASSES) / (milliseconds / 1000);
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

async function main(): Promise<void> {
  const request = await readRequest<AddressSetRequest>();
  endWith(async () => undefined);
  const before = residentBytes();
  const { has, ownBytes } = build(request);
  const after = residentBytes();
  const answer: AddressSetAnswer = {
    ownBytes: ownBytes(),
    residentBytes: after - before,
    lookUpsPerSecond: lookUpsPerSecond(has, request.addresses),
  };
  answerWith(answer);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
