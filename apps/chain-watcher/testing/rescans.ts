import type { LateAddressRescan, OperatorRescan } from '../src/state/rescan';

/** A header of a chain whose hashes follow from the numbers. */
export function header(number: number) {
  return { number, hash: `0x${number}`, parentHash: `0x${number - 1}`, time: number };
}

const UNKNOWN = { from: null, to: null, next: null, hash: null } as const;

/** A rescan for late addresses whose blocks are not known yet. */
export function waitingLate(since = 5, after: bigint | null = 0n): LateAddressRescan {
  return { ...UNKNOWN, id: 'waiting', origin: 'late-address', state: 'waiting', since, after };
}

/** A running rescan for late addresses, named by its lowest block. */
export function late(from: number, next: number, after: bigint | null = 0n) {
  const blocks = { from, to: next, next, hash: `0x${next}` };
  const origin = 'late-address';
  return { ...blocks, id: `late ${from}`, origin, state: 'running', since: 5, after } as const;
}

/** A rescan that an operator requested, by default one that has not begun. */
export function requested(change: Partial<OperatorRescan> = {}): OperatorRescan {
  const counts = { blocksMax: null, found: 0, versions: 0, reason: null };
  const rescan = { ...UNKNOWN, ...counts, id: 'requested', origin: 'operator' } as const;
  return { ...rescan, state: 'waiting', from: 3, to: 4, ...change };
}
