import { createHash } from 'node:crypto';

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Up to 32 pseudo-random bytes derived from a name, as `0x` and digits. */
export function hexOf(name: string, bytes: number): string {
  return `0x${createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, bytes * 2)}`;
}

/** Shuffles the items in place; the same seed gives the same order. */
export function shuffle<Item>(items: Item[], seed: number): Item[] {
  const random = randomOf(seed);
  for (let last = items.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
