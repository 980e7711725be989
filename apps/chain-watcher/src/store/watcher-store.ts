import type { BlockHeader } from '@daybook/chains';
import type { Message } from '@daybook/messaging';
import type { TrackedTransfer } from '../chronicle';
import type { Wanted } from '../late-addresses';
import type { Position } from '../positions';
import type { Ring } from '../reconcile';
import type { WatchRequest } from '../requests';
import type { Rescan } from '../rescans';

/** The right to write for a chain. Whoever takes it later has a higher fence. */
export interface Leadership {
  readonly chain: string;
  readonly fence: bigint;
  /** Whether the right may have passed to another watcher already. */
  isLost(): boolean;
  /** Lets the next watcher take over at once. */
  release(): Promise<void>;
}

/** What a watcher needs to go on where the last one stopped. */
export interface WatchRecord {
  /** Empty before the chain's first start. */
  readonly ring: Ring;
  /** The lowest block that is ever matched; null before the chain's first start. */
  readonly startNumber: number | null;
  /** When that was, in Unix milliseconds; null before it, and when an older version did it. */
  readonly startedAt: number | null;
  readonly rescans: readonly Rescan[];
  readonly requests: readonly WatchRequest[];
  readonly wanted: Wanted | null;
  /** The highest position of a mint that was taken in. */
  readonly taken: Position;
  /** What was last acknowledged. */
  readonly acknowledged: Position;
  /** Pending transfers whose fate is open. */
  readonly seen: readonly TrackedTransfer[];
}

/** All effects of one step, stored together or not at all. */
export interface Change {
  /** The first start of a chain, `at` in Unix milliseconds. */
  readonly start?: { readonly number: number; readonly ring: Ring; readonly at: number };
  /** New headers after the block `ancestor`; whatever the ring had above it goes. */
  readonly advance?: {
    readonly ancestor: number;
    readonly added: Ring;
    /** The oldest block to remember. */
    readonly oldest: number;
  };
  /** Takes the place of all that is remembered. */
  readonly ring?: Ring;
  readonly rescans?: readonly Rescan[];
  /** Moved on; one that was cancelled meanwhile stays so. */
  readonly requests?: readonly WatchRequest[];
  readonly wanted?: Wanted | null;
  /** Canonical addresses. */
  readonly addresses?: readonly string[];
  readonly taken?: bigint;
  readonly acknowledged?: bigint;
  /** In the order in which they must be published; the last version of each transfer is kept. */
  readonly transfers?: readonly TrackedTransfer[];
}

export interface OutboxMessage extends Message {
  readonly position: bigint;
}

/** A block, named. */
export type BlockRef = Pick<BlockHeader, 'number' | 'hash'>;

/** Which of the detected transfers are asked for: up to a block, of these assets or of all others. */
export interface DetectedQuery {
  readonly upTo: number;
  readonly assets: readonly string[] | null;
  /** Left out when `assets` is null. */
  readonly except: readonly string[];
  readonly limit: number;
}

/** Another watcher has taken over the chain: nothing was written, and nothing more may be. */
export class LostLeadership extends Error {
  override readonly name = 'LostLeadership';

  constructor(chain: string) {
    super(`Another watcher has taken over ${chain}.`);
  }
}

/**
 * What watchers remember, per chain. Only the leader of a chain writes, so what it read stays true
 * until it writes itself; the fence in every write makes sure that it still is the leader.
 */
export abstract class WatcherStore {
  /**
   * Names this memory: the same for as long as it lasts, another one when it was deleted or is of a new
   * database. Whoever reads for it from somewhere else reads under this name, so that a memory that
   * knows nothing is told everything.
   */
  abstract id(): Promise<string>;
  /** Takes the leadership of a chain; null while another watcher has it. */
  abstract lead(chain: string): Promise<Leadership | null>;
  abstract load(chain: string): Promise<WatchRecord>;
  /** Every address of the chain, some at a time. */
  abstract addresses(chain: string): AsyncIterable<readonly string[]>;
  /** The latest versions of these transfers, as far as they are known. */
  abstract transfers(ids: readonly string[]): Promise<readonly TrackedTransfer[]>;
  /** The transfers that blocks above `number` show. */
  abstract includedAbove(chain: string, number: number): Promise<readonly TrackedTransfer[]>;
  /** The highest block up to `number` that shows transfers. */
  abstract includedAtMost(chain: string, number: number): Promise<BlockRef | null>;
  /** What operators ask for and has not ended, oldest first. */
  abstract requests(chain: string): Promise<readonly WatchRequest[]>;
  /** Detected transfers that are not final yet, oldest block first. */
  abstract detected(chain: string, query: DetectedQuery): Promise<readonly TrackedTransfer[]>;
  /** Stores a step with its outbox. Throws `LostLeadership`; after any other error the outcome is unknown. */
  abstract commit(leadership: Leadership, change: Change): Promise<void>;
  /** The oldest messages that wait to be published. */
  abstract outbox(chain: string, limit: number): Promise<readonly OutboxMessage[]>;
  /** Removes published messages, up to and including `position`. */
  abstract published(chain: string, position: bigint): Promise<void>;
  abstract close(): Promise<void>;
}
