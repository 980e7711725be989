import type { BalanceRead, Sweep } from '../src/state/balances';
import type { Pause } from '../src/state/pause';
import type { Position } from '../src/state/position';
import type { QuarantinedBlock } from '../src/state/quarantine';
import type { Rescan } from '../src/state/rescan';
import type { Ring } from '../src/state/ring';
import type { Heights } from '../src/state/scanned';
import type { OutboxMessage } from '../src/state/watcher-store';

/** What the store in memory holds of a chain. */
export interface ChainMemory {
  fence: bigint;
  leader: bigint | null;
  startNumber: number | null;
  ring: Ring;
  startedAt: number | null;
  rescans: readonly Rescan[];
  taken: Position;
  acknowledged: Position;
  finalNumber: number | null;
  scannedFrom: number | null;
  scanned: readonly Heights[];
  quarantine: readonly QuarantinedBlock[];
  paused: Pause | null;
  sweep: Sweep;
  /** What moved and was not read since, by address and asset; the numbers order what was tried. */
  readonly moved: Map<
    string,
    { readonly address: string; readonly asset: string; number: number; triedAt: number }
  >;
  reads: readonly BalanceRead[];
  readonly addresses: Set<string>;
  outbox: OutboxMessage[];
  /** The last report on each rescan of an operator. */
  readonly reported: Map<string, { readonly rescan: Rescan; readonly at: number }>;
}

export function emptyMemory(fence: bigint): ChainMemory {
  return {
    fence,
    leader: null,
    startNumber: null,
    startedAt: null,
    ring: [],
    rescans: [],
    taken: null,
    acknowledged: null,
    finalNumber: null,
    scannedFrom: null,
    scanned: [],
    quarantine: [],
    paused: null,
    sweep: { after: '', since: 0, lastMs: null },
    moved: new Map(),
    reads: [],
    addresses: new Set(),
    outbox: [],
    reported: new Map(),
  };
}
