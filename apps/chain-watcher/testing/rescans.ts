import { type LateRescan, NOT_BEGUN, type Rescan } from '../src/state/rescan';

/** A header of a chain whose hashes follow from the numbers. */
export function header(number: number) {
  return { number, hash: `0x${number}`, parentHash: `0x${number - 1}`, time: number };
}

/** A rescan for late addresses whose blocks are not known yet. */
export function waitingLate(since = 5, after: bigint | null = 0n): LateRescan {
  return { ...NOT_BEGUN, id: 'waiting', origin: 'late-address', since, after };
}

/** A running rescan for late addresses, named by its lowest block. */
export function late(from: number, next: number, after: bigint | null = 0n) {
  const blocks = { from, to: next, next, hash: `0x${next}` };
  const origin = 'late-address';
  const id = `late ${from}`;
  return { ...NOT_BEGUN, ...blocks, id, origin, state: 'running', since: 5, after } as const;
}

/** A rescan that an operator requested, by default one that has not begun. */
export function requested(change: Partial<Rescan> = {}): Rescan {
  return { ...NOT_BEGUN, id: 'requested', origin: 'operator', from: 3, to: 4, ...change };
}
